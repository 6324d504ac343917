package scale_test

import (
	"fmt"
	"math"
	"testing"

	"imagekit/internal/frame"
	"imagekit/internal/scale"
	"imagekit/internal/testkit/imagetest"
)

// Every column of every ratio must be what Lanczos says: SIMD code may be wrong at single ratios and columns, as zimg's
// for AVX-512 is.
func TestEveryRatioIsLanczos(t *testing.T) {
	for _, n := range []int{203, 400, 511} {
		noise := func(_ int, x, y float64) float64 { return 128 + 90*math.Sin(x*x*0.013+y) }
		src := paint(t, frame.Gray, n, n, 1, 1, noise)
		for _, size := range []int{7, 31, 32, 33, 64, 99, 100, 101, 128, 160, 199, 200, 203, 255, 320, 333} {
			t.Run(fmt.Sprintf("%d to %d", n, size), func(t *testing.T) {
				dst, err := scale.Direct(src, whole(n, n, size, n), scale.Layout{SubX: 1, SubY: 1, FullRange: true})
				if err != nil {
					t.Fatal(err)
				}
				checkRow(t, dst, src, imagetest.Lanczos(n, 0, float64(n), size))
				dst.Release()
				if dst, err = scale.Direct(src, whole(n, n, n, size),
					scale.Layout{SubX: 1, SubY: 1, FullRange: true}); err != nil {
					t.Fatal(err)
				}
				checkColumn(t, dst, src, imagetest.Lanczos(n, 0, float64(n), size))
				dst.Release()
			})
		}
	}
}

func checkRow(t *testing.T, dst, src *frame.Frame, taps [][]imagetest.Tap) {
	t.Helper()
	const y = 5
	for x, list := range taps {
		want := 0.0
		for _, tap := range list {
			want += tap.Weight * sample(&src.Planes[0], 8, tap.At, y)
		}
		if got := sample(&dst.Planes[0], 8, x, y); math.Abs(got-want) > 2 {
			t.Fatalf("column %d: got %g, want %.1f", x, got, want)
		}
	}
}

func checkColumn(t *testing.T, dst, src *frame.Frame, taps [][]imagetest.Tap) {
	t.Helper()
	const x = 5
	for y, list := range taps {
		want := 0.0
		for _, tap := range list {
			want += tap.Weight * sample(&src.Planes[0], 8, x, tap.At)
		}
		if got := sample(&dst.Planes[0], 8, x, y); math.Abs(got-want) > 2 {
			t.Fatalf("row %d: got %g, want %.1f", y, got, want)
		}
	}
}
