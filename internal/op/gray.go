package op

import (
	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// gray leaves the luma alone (ITU-R BT.601-7 §2.5.1): the frame becomes a Gray one.
func gray(f *frame.Frame, _ effect.Effect) error {
	if f.Model == frame.RGB {
		for y := range f.Height {
			lumaRow(words(&f.Planes[0], y), words(&f.Planes[1], y), words(&f.Planes[2], y))
		}
	}
	f.Model, f.Planes = frame.Gray, f.Planes[:1]
	return nil
}

// lumaOf is the luma of R, G and B (luma, in 1/65536).
func lumaOf(r, g, b uint16) uint16 {
	const kr, kg, kb = 19595, 38470, 7471
	return uint16((uint32(r)*kr + uint32(g)*kg + uint32(b)*kb + 1<<15) >> 16)
}

// lumaRow makes luma of R, G and B, in the place of R.
func lumaRow(r, g, b []uint16) {
	g, b = g[:len(r)], b[:len(r)]
	for x, v := range r {
		r[x] = lumaOf(v, g[x], b[x])
	}
}
