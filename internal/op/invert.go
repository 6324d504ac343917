package op

import (
	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// invert is CSS' invert(1) (CSS Filter Effects 1 §12.7).
func invert(f *frame.Frame, _ effect.Effect) error {
	each(-1, 1).apply(f)
	return nil
}
