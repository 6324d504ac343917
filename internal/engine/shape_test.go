package engine

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/testkit/imagetest"
)

// TestShapes: what every format writes at extreme shapes another library reads, as the same picture. make rig-shapes
// tries more of them, with more readers.
func TestShapes(t *testing.T) {
	for _, out := range format.Outputs() {
		most := min(out.MaxSide(), 1<<16)
		for _, size := range []image.Point{{1, 1}, {1, most}, {most, 1}, {129, 65}, {3, 4097}, {8193, 2}} {
			t.Run(fmt.Sprint(out, " ", size), func(t *testing.T) {
				src := imagetest.Std(t, stripes(size))
				got := run(t, src, "q=95", out)
				if p := imagetest.PSNR(stripes(size), got.img); p < 30 {
					t.Errorf("another library finds %v, %.1f dB from the picture", got.img.Rect.Size(), p)
				}
			})
		}
	}
}

// stripes are wide stripes of grey, along the longer side.
func stripes(size image.Point) *image.NRGBA {
	img := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			v := uint8(60 + 120*(max(x, y)/64%2))
			img.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
		}
	}
	return img
}
