package op

import (
	"testing"

	"imagekit/internal/frame"
)

func BenchmarkFinish(b *testing.B) {
	for _, alpha := range []bool{false, true} {
		name := "opaque"
		n := 3
		if alpha {
			name, n = "alpha", 4
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f, err := frame.New(frame.YCbCr, 16, 640, 480, frame.Full(n, 640, 480)...)
				if err != nil {
					b.Fatal(err)
				}
				f.Premultiplied = alpha
				g, err := Finish(f, 2, 2, true)
				if err != nil {
					b.Fatal(err)
				}
				g.Release()
			}
		})
	}
}
