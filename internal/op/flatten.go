package op

import "imagekit/internal/frame"

// Flatten composes a premultiplied working frame on bg and makes it opaque. Nothing is divided, so hard edges stay
// exact: out = premultiplied + bg · (1 − alpha). An opaque frame is left as it is.
func Flatten(f *frame.Frame, bg Color) error {
	if !f.HasAlpha() {
		return nil
	}
	if err := wantWorking(f); err != nil {
		return err
	}
	for i, v := range bg.samples(f.Model) {
		offset := int64(int(v) - zero(f.Model, i))
		for y := range f.Planes[i].Height {
			row, alpha := words(&f.Planes[i], y), words(&f.Alpha, y)
			for x := range row {
				rest := offset * int64(65535-alpha[x])
				row[x] = clampWord(int(row[x]) + int(divRound(rest, 65535)))
			}
		}
	}
	f.Alpha, f.Premultiplied = frame.Plane{}, false
	return nil
}

// divRound divides by a positive d, rounding half away from zero.
func divRound(n, d int64) int64 {
	if n < 0 {
		return -((-n + d/2) / d)
	}
	return (n + d/2) / d
}

func clampWord(v int) uint16 { return uint16(min(max(v, 0), 65535)) }
