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
			from, to := words(&f.Alpha, y), dst.Alpha.Row(y, 8)
			for x, v := range from {
				to[x] = codes{0, 255}.plain(int(v))
			}
		}
	}
	f.Release()
	return dst, nil
}

// codes maps 16-bit full range to 8 bits: out = zero + (v − v's zero) · unit / 65535.
type codes struct{ zero, unit int }

// codesFor returns the 8-bit codes of ITU-T H.273 §8.3.
func codesFor(full, chroma bool) codes {
	switch {
	case full && chroma:
		return codes{128, 255}
	case full:
		return codes{0, 255}
	case chroma:
		return codes{128, 224}
	}
	return codes{16, 219}
}

// code returns the 8-bit code of offset/weight, the offset from v's zero and its weight both in 1/65535: weight is
// alpha where colours are premultiplied, so this is also the division by alpha. What cannot be seen has zero's code.
func (c codes) code(offset, weight int) uint8 {
	switch weight {
	case 0:
		return uint8(c.zero)
	case opaque: // divided by a constant, which is a multiplication; most pixels are
		return uint8(min(max((offset*c.unit+c.zero*opaque+opaque/2)/opaque, 0), 255))
	case 4 * opaque:
		return uint8(min(max((offset*c.unit+c.zero*4*opaque+2*opaque)/(4*opaque), 0), 255))
	}
	return uint8(min(max((offset*c.unit+c.zero*weight+weight/2)/weight, 0), 255))
}

// plain is code for weight = opaque and an offset that a 16-bit sample can have: no clamp, no variable division.
func (c codes) plain(offset int) uint8 {
	return uint8((offset*c.unit + c.zero*opaque + opaque/2) / opaque)
}

// opaque is the weight of a sample without alpha.
const opaque = 65535

// finishPlain writes a full plane.
func finishPlain(dst, src, alpha *frame.Plane, c codes) {
	for y := range dst.Height {
		to, from := dst.Row(y, 8), words(src, y)
		if alpha.Data == nil {
			for x, v := range from {
				to[x] = c.plain(int(v))
			}
			continue
		}
		weights := words(alpha, y)
		for x, v := range from {
			to[x] = c.code(int(v), int(weights[x]))
		}
	}
}

// finishChroma writes a chroma plane, each sample the mean of its block. With alpha that is the sum of the
// premultiplied offsets over the sum of the alphas: the mean weighted by what can be seen. Blocks are 1 or 2 wide and
// high; four taps are read always, at the border and in narrower blocks some of them twice.
func finishChroma(dst, src, alpha *frame.Plane, subX, subY int, c codes) {
	for y := range dst.Height {
		y0, y1 := y*subY, min(y*subY+subY-1, src.Height-1)
		to, top, bottom := dst.Row(y, 8), words(src, y0), words(src, y1)
		if alpha.Data == nil {
			for x := range to {
				i, j := x*subX, min(x*subX+subX-1, len(top)-1)
				sum := int(top[i]) + int(top[j]) + int(bottom[i]) + int(bottom[j])
				to[x] = c.plain((sum+2)>>2 - 1<<15)
			}
			continue
		}
		over, under := words(alpha, y0), words(alpha, y1)
		for x := range to {
			i, j := x*subX, min(x*subX+subX-1, len(top)-1)
			sum := int(top[i]) + int(top[j]) + int(bottom[i]) + int(bottom[j])
			weight := int(over[i]) + int(over[j]) + int(under[i]) + int(under[j])
			to[x] = c.code(sum-4<<15, weight)
		}
	}
}
