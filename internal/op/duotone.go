package op

import (
	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// duotone puts each pixel on the line from the dark colour to the light one, by its luma.
func duotone(f *frame.Frame, e effect.Effect) error {
	var a affine
	for i := range a.weight {
		dark, light := float64(e.Colors[0][i])/255, float64(e.Colors[1][i])/255
		a.offset[i] = dark
		for j, share := range luma {
			a.weight[i][j] = share * (light - dark)
		}
	}
	a.apply(f)
	return nil
}
