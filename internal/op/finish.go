package op

import (
	"imagekit/internal/frame"
)

// Finish makes of a working frame the 8-bit planes an encoder takes and releases f: colours are divided by alpha,
// chroma is averaged over its block (weighted by alpha, so that hidden colours do not bleed into hard edges), and
// codes are brought to the wanted range. Grey and RGB frames ignore sub; RGB is always full range.
func Finish(f *frame.Frame, subX, subY int, fullRange bool) (*frame.Frame, error) {
	if err := wantWorking(f); err != nil {
		return nil, err
	}
	w, h := f.Width, f.Height
	sizes := frame.Full(f.Model.Colors(), w, h)
	if f.Model == frame.YCbCr {
		chroma := frame.Size{W: (w + subX - 1) / subX, H: (h + subY - 1) / subY}
		sizes[1], sizes[2] = chroma, chroma
	}
	if f.HasAlpha() {
		sizes = append(sizes, frame.Size{W: w, H: h})
	}
	dst, err := frame.New(f.Model, 8, w, h, sizes...)
	if err != nil {
		return nil, err
	}
	dst.FullRange = fullRange || f.Model == frame.RGB
	for i := range f.Planes {
		if f.Model == frame.YCbCr && i > 0 {
			finishChroma(&dst.Planes[i], &f.Planes[i], &f.Alpha, subX, subY, codesFor(dst.FullRange, true))
		} else {
			finishPlain(&dst.Planes[i], &f.Planes[i], &f.Alpha, codesFor(dst.FullRange, false))
		}
	}
	if f.HasAlpha() {
		for y := range h {
			from, to := words(&f.Alpha, y), bytesOf(&dst.Alpha, y)
			for x, v := range from {
				to[x] = to8(v)
			}
		}
	}
	f.Release()
	return dst, nil
}

// codes maps 16-bit full range to 8 bits: out = zero8 + (v − zero16) · unit / 65535.
type codes struct{ zero16, zero8, unit int }

// codesFor returns the 8-bit codes of ITU-T H.273 §8.3.
func codesFor(full, chroma bool) codes {
	switch {
	case full && chroma:
		return codes{1 << 15, 128, 255}
	case full:
		return codes{0, 0, 255}
	case chroma:
		return codes{1 << 15, 128, 224}
	}
	return codes{0, 16, 219}
}

// byteFor returns the 8-bit code for an offset from zero16.
func (c codes) byteFor(offset int) uint8 {
	v := offset * c.unit
	if v >= 0 {
		v = (v + 32767) / 65535
	} else {
		v = -((-v + 32767) / 65535)
	}
	return uint8(min(max(v+c.zero8, 0), 255))
}

func to8(v uint16) uint8 { return uint8((uint32(v) + 128) / 257) }

// finishPlain writes a full plane. Under alpha 0 the code is zero8: nothing hidden survives.
func finishPlain(dst, src, alpha *frame.Plane, c codes) {
	for y := range dst.Height {
		to, from := bytesOf(dst, y), words(src, y)
		if alpha.Data == nil {
			for x, v := range from {
				to[x] = uint8(c.zero8 + (int(v)*c.unit+32767)/65535)
			}
			continue
		}
		weights := words(alpha, y)
		for x, v := range from {
			to[x] = c.byteFor(unweigh(int(v), int(weights[x])))
		}
	}
}

// unweigh divides a premultiplied offset by its alpha, both in 1/65535.
func unweigh(v, alpha int) int {
	if alpha == 0 {
		return 0
	}
	return min(max((v*65535+alpha/2)/alpha, -65535), 65535)
}

// finishChroma writes a chroma plane, each sample the mean of its block. With alpha that is the sum of the
// premultiplied offsets over the sum of the alphas: the mean weighted by what can be seen.
func finishChroma(dst, src, alpha *frame.Plane, subX, subY int, c codes) {
	for y := range dst.Height {
		to := bytesOf(dst, y)
		for x := range to {
			sum, weight := 0, 0
			for sy := y * subY; sy < min((y+1)*subY, src.Height); sy++ {
				from := words(src, sy)
				for sx := x * subX; sx < min((x+1)*subX, src.Width); sx++ {
					sum += int(from[sx]) - 1<<15
					if alpha.Data != nil {
						weight += int(words(alpha, sy)[sx])
					} else {
						weight += 65535
					}
				}
			}
			to[x] = c.byteFor(unweigh(sum, weight))
		}
	}
}

func bytesOf(p *frame.Plane, y int) []uint8 { return p.Row(y, 8) }
