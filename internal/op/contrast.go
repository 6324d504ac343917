package op

import (
	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// contrast stretches each colour about the middle (CSS Filter Effects 1 §12.5, contrast).
func contrast(f *frame.Frame, e effect.Effect) error {
	each(e.Number, 0.5-0.5*e.Number).apply(f)
	return nil
}
