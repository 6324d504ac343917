package op

import (
	"fmt"

	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// effects has the function for each effect. They change the frame in place.
var effects = [effect.Count]func(*frame.Frame, effect.Effect) error{
	effect.Brightness: brightness,
	effect.Contrast:   contrast,
	effect.Saturation: saturation,
	effect.Hue:        hue,
	effect.Gamma:      gamma,
	effect.Gray:       gray,
	effect.Sepia:      sepia,
	effect.Tint:       tint,
	effect.Duotone:    duotone,
	effect.Invert:     invert,
	effect.Blur:       blur,
	effect.Sharpen:    sharpen,
	effect.Pixelate:   pixelate,
}

// Apply does one effect to a working frame, in place. Colours that alpha hides stay hidden: every effect works on what
// is premultiplied, and no sample ends above its alpha. An effect whose row says RGB wants an RGB or Gray frame.
func Apply(f *frame.Frame, e effect.Effect) error {
	if err := wantWorking(f); err != nil {
		return err
	}
	if int(e.Kind) >= effect.Count {
		return fmt.Errorf("op: no effect %d", e.Kind)
	}
	if effect.Table[e.Kind].RGB && f.Model != frame.RGB && f.Model != frame.Gray {
		return fmt.Errorf("op: %s wants an RGB or Gray frame, got model %d", effect.Table[e.Kind].Name, f.Model)
	}
	return effects[e.Kind](f, e)
}
