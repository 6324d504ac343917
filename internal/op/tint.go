package op

import (
	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// tint keeps the luma of each pixel and gives all of them the colour differences of one colour.
func tint(f *frame.Frame, e effect.Effect) error {
	a := affine{weight: [3][3]float64{luma, luma, luma}}
	grey := 0.0
	for i, v := range e.Colors[0] {
		grey += luma[i] * float64(v) / 255
	}
	for i, v := range e.Colors[0] {
		a.offset[i] = float64(v)/255 - grey
	}
	a.apply(f)
	return nil
}
