package look

import (
	"testing"

	"imagekit/internal/codec/png"
	"imagekit/internal/frame"
	"imagekit/internal/testkit/imagetest"
)

// Drawings are told from what only shares something with them.
func TestIsDrawing(t *testing.T) {
	for _, d := range imagetest.Drawings(641, 483) {
		if !detailOf(t, d).IsDrawing() {
			t.Errorf("%s is no drawing", d.Name)
		}
	}
	for _, d := range append(imagetest.Traps(320, 240), imagetest.Named{Name: "photo", Img: imagetest.Photo(320, 240)}) {
		if detailOf(t, d).IsDrawing() {
			t.Errorf("%s is taken for a drawing", d.Name)
		}
	}
}

func detailOf(t *testing.T, d imagetest.Named) Detail {
	t.Helper()
	f, err := png.Decode(imagetest.EncodePNG(t, d.Img, imagetest.PNG{Depth: 16}), frame.Hint{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	return DetailOf(f)
}

// BenchmarkIsDrawing is the rule on results of 640 × 480 pixels, RGB of 16 bits as for WebP.
func BenchmarkIsDrawing(b *testing.B) {
	for _, d := range append(imagetest.Drawings(640, 480),
		append(imagetest.Traps(640, 480), imagetest.Named{Name: "photo", Img: imagetest.Photo(640, 480)})...) {
		f, err := png.Decode(imagetest.EncodePNG(b, d.Img, imagetest.PNG{Depth: 16, Alpha: d.Name == "logo on nothing"}),
			frame.Hint{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(d.Name, func(b *testing.B) {
			for b.Loop() {
				DetailOf(f).IsDrawing()
			}
		})
		f.Release()
	}
}
