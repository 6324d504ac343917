package op

import (
	"fmt"
	"testing"

	"imagekit/internal/frame"
	"imagekit/internal/orientation"
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

func BenchmarkTurn(b *testing.B) {
	for _, depth := range []int{8, 16} {
		for _, o := range []int{2, 6, 8} {
			b.Run(fmt.Sprintf("orientation %d depth %d", o, depth), func(b *testing.B) {
				b.SetBytes(1280 * 853 * int64(depth) / 8)
				for b.Loop() {
					f, err := frame.New(frame.Gray, depth, 1280, 853, frame.Size{W: 1280, H: 853})
					if err != nil {
						b.Fatal(err)
					}
					g, err := Turn(f, orientation.Turn(o))
					if err != nil {
						b.Fatal(err)
					}
					g.Release()
				}
			})
		}
	}
}
