package color

import (
	"testing"

	"imagekit/internal/frame"
	"imagekit/internal/testkit/imagetest"
)

// BenchmarkToSRGB is 640 × 480 pixels of many colours.
func BenchmarkToSRGB(b *testing.B) {
	for _, c := range []struct {
		name    string
		profile []byte
	}{
		{"matrix", imagetest.RGBProfile(prophoto, para(0, 1.8))},
		{"tables", imagetest.RGBTableProfile(prophoto, 1.8, 33)},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				f, err := frame.New(frame.RGB, 16, 640, 480, frame.Full(3, 640, 480)...)
				if err != nil {
					b.Fatal(err)
				}
				for i, p := range f.Planes {
					for y := range p.Height {
						for x, row := 0, p.Row(y, 16); x < len(row); x++ {
							row[x] = byte(x*(i+1) + y*(3-i))
						}
					}
				}
				if f, err = ToSRGB(f, c.profile); err != nil {
					b.Skip(err)
				}
				f.Release()
			}
		})
	}
}
