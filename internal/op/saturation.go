package op

import (
	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// saturation stretches colours about their grey (CSS Filter Effects 1 §9.6, feColorMatrix saturate).
func saturation(f *frame.Frame, e effect.Effect) error {
	s := e.Number
	affine{weight: [3][3]float64{
		{0.213 + 0.787*s, 0.715 - 0.715*s, 0.072 - 0.072*s},
		{0.213 - 0.213*s, 0.715 + 0.285*s, 0.072 - 0.072*s},
		{0.213 - 0.213*s, 0.715 - 0.715*s, 0.072 + 0.928*s},
	}}.apply(f)
	return nil
}
