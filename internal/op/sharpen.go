package op

import (
	"unsafe"

	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// sharpen adds to luma what a Gaussian of the sigma e.Number takes away (unsharp mask, amount 1). Beside transparent
// pixels the mean of what can be seen counts: blurred luma over blurred alpha.
func sharpen(f *frame.Frame, e effect.Effect) error {
	around, err := aroundOf(f, e.Number)
	if err != nil {
		return err
	}
	if around != nil {
		defer around.Release()
	}
	line := newPadded(f.Width, 2, 0) // a row of luma, and one of the mask
	luma, mask := line.row(0), line.row(1)
	rows{
		width: f.Width, height: f.Height,
		in: func(y int) []uint16 {
			if f.Model != frame.RGB {
				return words(&f.Planes[0], y)
			}
			lumaRow(luma, words(&f.Planes[0], y), words(&f.Planes[1], y), words(&f.Planes[2], y))
			return luma
		},
		out: func(int) unsafe.Pointer { return line.at(1) },
		done: func(y int) {
			var alpha, mean []uint16
			if around != nil {
				alpha, mean = words(&f.Alpha, y), words(&around.Planes[0], y)
			}
			if f.Model != frame.RGB {
				sharpenLuma(words(&f.Planes[0], y), mask, alpha, mean)
				return
			}
			sharpenRGB(words(&f.Planes[0], y), words(&f.Planes[1], y), words(&f.Planes[2], y), mask, alpha, mean)
		},
	}.blur(e.Number)
	return nil
}

// aroundOf returns the blurred alpha of a frame as a frame of its own, nil for an opaque one.
func aroundOf(f *frame.Frame, sigma float64) (*frame.Frame, error) {
	if !f.HasAlpha() {
		return nil, nil
	}
	around, err := frame.New(frame.Gray, 16, f.Width, f.Height, frame.Size{W: f.Width, H: f.Height})
	if err == nil {
		rowsOf(&f.Alpha, &around.Planes[0]).blur(sigma)
	}
	return around, err
}

// detail is what the mask takes away from the luma v: v less the mean around it, times alpha. The mean is divided in
// float32, whose error is far below a sample's step: whole numbers take longer. Where alpha is flat nothing is divided.
func detail(v, blurred, a, around uint16) int {
	if a == around {
		return int(v) - int(blurred)
	}
	return int(v) - int(float32(blurred)*float32(a)/float32(max(1, around)))
}

func sharpenLuma(row, mask, alpha, around []uint16) {
	mask = mask[:len(row)]
	if alpha == nil {
		for x, v := range row {
			row[x] = uint16(min(max(2*int(v)-int(mask[x]), 0), opaque))
		}
		return
	}
	alpha, around = alpha[:len(row)], around[:len(row)]
	for x, v := range row {
		row[x] = uint16(min(max(int(v)+detail(v, mask[x], alpha[x], around[x]), 0), int(alpha[x])))
	}
}

func sharpenRGB(r, g, b, mask, alpha, around []uint16) {
	g, b, mask = g[:len(r)], b[:len(r)], mask[:len(r)]
	if alpha == nil {
		for x, v := range r {
			d := int(lumaOf(v, g[x], b[x])) - int(mask[x])
			r[x] = uint16(min(max(int(v)+d, 0), opaque))
			g[x] = uint16(min(max(int(g[x])+d, 0), opaque))
			b[x] = uint16(min(max(int(b[x])+d, 0), opaque))
		}
		return
	}
	alpha, around = alpha[:len(r)], around[:len(r)]
	for x, v := range r {
		d, a := detail(lumaOf(v, g[x], b[x]), mask[x], alpha[x], around[x]), int(alpha[x])
		r[x] = uint16(min(max(int(v)+d, 0), a))
		g[x] = uint16(min(max(int(g[x])+d, 0), a))
		b[x] = uint16(min(max(int(b[x])+d, 0), a))
	}
}
