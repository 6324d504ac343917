package op

import (
	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// sepia is CSS' sepia(1) (CSS Filter Effects 1 §12.2).
func sepia(f *frame.Frame, _ effect.Effect) error {
	affine{weight: [3][3]float64{
		{0.393, 0.769, 0.189},
		{0.349, 0.686, 0.168},
		{0.272, 0.534, 0.131},
	}}.apply(f)
	return nil
}
