package op

import (
	"fmt"
	"math"
	"testing"

	"imagekit/internal/frame"
)

// Round against the share of 64 × 64 points of each pixel that lie in the circles.
func TestRound(t *testing.T) {
	for _, radius := range []int{1, 2, 7, 20, 30} {
		for _, bg := range []*Color{nil, {0, 0, 0}} {
			t.Run(fmt.Sprintf("radius %d background %v", radius, bg), func(t *testing.T) {
				const w, h = 61, 77
				f := working(t, frame.RGB, w, h, false, func(_, _ int) [4]float64 { return [4]float64{65535, 65535, 65535} })
				f, err := Round(f, radius, bg)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Release()
				p := &f.Planes[0]
				if f.HasAlpha() != (bg == nil) {
					t.Fatalf("alpha %t", f.HasAlpha())
				}
				if bg == nil {
					p = &f.Alpha
				}
				for y := range h {
					for x := range w {
						got, want := float64(words(p, y)[x])/65535, inside(x, y, w, h, radius)
						if math.Abs(got-want) > 0.02 {
							t.Fatalf("(%d, %d): got %.3f, want %.3f", x, y, got, want)
						}
					}
				}
			})
		}
	}
}

// inside is the share of a pixel that lies in a rectangle with rounded corners.
func inside(x, y, w, h, radius int) float64 {
	const n = 64
	in := 0
	for i := range n * n {
		px := float64(x) + (float64(i%n)+0.5)/n
		py := float64(y) + (float64(i/n)+0.5)/n
		r := float64(radius)
		dx := max(r-px, px-(float64(w)-r), 0)
		dy := max(r-py, py-(float64(h)-r), 0)
		if dx*dx+dy*dy <= r*r {
			in++
		}
	}
	return float64(in) / (n * n)
}
