package op

import (
	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// brightness multiplies each colour (CSS Filter Effects 1 §12.4, brightness).
func brightness(f *frame.Frame, e effect.Effect) error {
	each(e.Number, 0).apply(f)
	return nil
}
