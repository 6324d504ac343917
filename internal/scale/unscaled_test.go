package scale

import (
	"image"
	"testing"

	"imagekit/internal/frame"
)

// Every colour below every alpha comes back exactly when nothing is resized, from the place that the crop names.
func TestUnscaledIsExact(t *testing.T) {
	const left, top = 3, 5
	src, err := frame.New(frame.Gray, 8, 256+left, 256+top, frame.Full(2, 256+left, 256+top)...)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Release()
	src.FullRange = true
	for a := range 256 {
		colour, alpha := src.Planes[0].Row(a+top, 8), src.Alpha.Row(a+top, 8)
		for c := range 256 {
			colour[c+left], alpha[c+left] = uint8(c), uint8(a)
		}
	}
	got, err := Working(src, Job{
		Crop: image.Rect(left, top, 256+left, 256+top), X: left, Y: top, W: 256, H: 256, Width: 256, Height: 256,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer got.Release()
	for a := 1; a < 256; a++ {
		colour, alpha := words(got.Planes[0], a), words(got.Alpha, a)
		for c := range 256 {
			weight := uint32(alpha[c])
			if back := (uint32(colour[c])*255 + weight/2) / weight; back != uint32(c) || weight != uint32(a)*257 {
				t.Fatalf("colour %d below alpha %d came back as %d below %d", c, a, back, weight)
			}
		}
	}
}
