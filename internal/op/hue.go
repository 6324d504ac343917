package op

import (
	"math"

	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// hue turns colours about the axis of greys (CSS Filter Effects 1 §9.6, feColorMatrix hueRotate).
func hue(f *frame.Frame, e effect.Effect) error {
	sin, cos := math.Sincos(e.Number * math.Pi / 180)
	affine{weight: [3][3]float64{
		{0.213 + 0.787*cos - 0.213*sin, 0.715 - 0.715*cos - 0.715*sin, 0.072 - 0.072*cos + 0.928*sin},
		{0.213 - 0.213*cos + 0.143*sin, 0.715 + 0.285*cos + 0.140*sin, 0.072 - 0.072*cos - 0.283*sin},
		{0.213 - 0.213*cos - 0.787*sin, 0.715 - 0.715*cos + 0.715*sin, 0.072 + 0.928*cos + 0.072*sin},
	}}.apply(f)
	return nil
}
