//go:build !cgo

package scale

import (
	"fmt"
	"testing"

	"imagekit/internal/frame"
)

// The picture that overshoots most, by every weight's sign, must end at black or white, in every range: a sum that left
// its half of a word would come out as anything, and spoil its neighbour.
func TestOvershootStaysInItsHalf(t *testing.T) {
	const n = 64
	for _, full := range []bool{true, false} {
		for _, size := range []int{128, 100, 63, 40, 33, 20, 5} {
			tp := newTaps(side{n, size, 0, n, Lanczos})
			for i := range size {
				first, weights := tp.of(i)
				sign := func(at int) bool {
					return at < first || at >= first+len(weights) || int64(weights[at-first]) >= 0
				}
				for _, most := range []bool{true, false} {
					name := fmt.Sprintf("full range %t, %d to %d, sample %d, most %t", full, n, size, i, most)
					checkExtreme(t, name, full, size, i, func(x, y int) bool { return (sign(x) == sign(y)) == most })
				}
			}
		}
	}
}

func checkExtreme(t *testing.T, name string, full bool, size, i int, white func(x, y int) bool) {
	t.Helper()
	const n = 64
	src, err := frame.New(frame.Gray, 8, n, n, frame.Size{W: n, H: n})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Release()
	src.FullRange = full
	for y := range n {
		for x, row := 0, src.Planes[0].Row(y, 8); x < n; x++ {
			if row[x] = 0; white(x, y) {
				row[x] = 255
			}
		}
	}
	got, err := Direct(src, Job{W: n, H: n, Width: size, Height: size}, Layout{SubX: 1, SubY: 1, FullRange: true})
	if err != nil {
		t.Fatal(err)
	}
	defer got.Release()
	want := uint8(0)
	first, weights := newTaps(side{n, size, 0, n, Lanczos}).of(i)
	sum := 0.0
	for y, v := range weights {
		for x, w := range weights {
			if white(first+x, first+y) {
				sum += float64(int64(v)) * float64(int64(w)) / one / one
			}
		}
	}
	if sum > 0.5 {
		want = 255
	}
	if v := got.Planes[0].Row(i, 8)[i]; v != want {
		t.Fatalf("%s: got %d, want %d for %.2f of white", name, v, want, sum)
	}
}
