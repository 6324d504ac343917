package op

import (
	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// sharpen adds to luma what a Gaussian of the sigma e.Number takes away (unsharp mask, amount 1). Beside transparent
// pixels the mean of what can be seen counts: blurred luma over blurred alpha.
func sharpen(f *frame.Frame, e effect.Effect) error {
	mask, err := maskOf(f)
	if err != nil {
		return err
	}
	defer mask.Release()
	blurPlane(&mask.Planes[0], e.Number)
	if f.HasAlpha() {
		blurPlane(&mask.Alpha, e.Number)
	}
	for y := range f.Height {
		alpha, blurred := alphaRow(f, y), alphaRow(mask, y)
		row := words(&mask.Planes[0], y)
		if f.Model != frame.RGB {
			sharpenLuma(words(&f.Planes[0], y), row, alpha, blurred)
			continue
		}
		sharpenRGB(words(&f.Planes[0], y), words(&f.Planes[1], y), words(&f.Planes[2], y), row, alpha, blurred)
	}
	return nil
}

// maskOf returns the luma and alpha of a working frame as a frame of its own.
func maskOf(f *frame.Frame) (*frame.Frame, error) {
	n := 1
	if f.HasAlpha() {
		n = 2
	}
	mask, err := frame.New(frame.Gray, 16, f.Width, f.Height, frame.Full(n, f.Width, f.Height)...)
	if err != nil {
		return nil, err
	}
	for y := range f.Height {
		row := words(&mask.Planes[0], y)
		copy(row, words(&f.Planes[0], y))
		if f.Model == frame.RGB {
			lumaRow(row, words(&f.Planes[1], y), words(&f.Planes[2], y))
		}
		if n > 1 {
			copy(words(&mask.Alpha, y), words(&f.Alpha, y))
		}
	}
	return mask, nil
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
