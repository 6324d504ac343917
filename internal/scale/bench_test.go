package scale_test

import (
	"testing"

	"imagekit/internal/frame"
	"imagekit/internal/scale"
)

// BenchmarkResize makes pictures of a camera's 4:2:0 and of RGB with alpha 640 wide.
func BenchmarkResize(b *testing.B) {
	for _, c := range []struct {
		name string
		w, h int
	}{{"1024", 1024, 768}, {"2048", 2048, 1536}, {"6000", 6000, 4000}} {
		b.Run("direct/"+c.name, func(b *testing.B) {
			half := frame.Size{W: c.w / 2, H: c.h / 2}
			f := blank(b, frame.YCbCr, c.w, c.h, frame.Size{W: c.w, H: c.h}, half, half)
			for b.Loop() {
				g, err := scale.Direct(f, whole(c.w, c.h, 640, 640*c.h/c.w), scale.Layout{SubX: 2, SubY: 2, FullRange: true})
				if err != nil {
					b.Fatal(err)
				}
				g.Release()
			}
		})
		b.Run("alpha/"+c.name, func(b *testing.B) {
			f := blank(b, frame.RGB, c.w, c.h, frame.Full(4, c.w, c.h)...)
			for b.Loop() {
				g, err := scale.Working(f, whole(c.w, c.h, 640, 640*c.h/c.w))
				if err != nil {
					b.Fatal(err)
				}
				g.Release()
			}
		})
	}
}

func blank(b *testing.B, m frame.Model, w, h int, sizes ...frame.Size) *frame.Frame {
	b.Helper()
	f, err := frame.New(m, 8, w, h, sizes...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(f.Release)
	return f
}
