package op

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"imagekit/internal/frame"
)

// painted returns a working frame of random colours and, with alpha, of random opacity, a fifth of it clear and a fifth
// opaque.
func painted(t testing.TB, m frame.Model, w, h int, alpha bool) *frame.Frame {
	t.Helper()
	n := m.Colors()
	if alpha {
		n++
	}
	f, err := frame.New(m, 16, w, h, frame.Full(n, w, h)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	f.Premultiplied = alpha
	r := rand.New(rand.NewPCG(uint64(w), uint64(m)))
	for y := range h {
		for x := range w {
			a := 65535
			if alpha {
				a = min(max(r.IntN(109_000)-21_800, 0), 65535)
				words(&f.Alpha, y)[x] = uint16(a)
			}
			for i := range f.Planes {
				z := zero(m, i)
				words(&f.Planes[i], y)[x] = uint16(z + (r.IntN(65536)-z)*a/65535)
			}
		}
	}
	return f
}

// slowOver is what Over promises, in floats, at one sample: under and over are premultiplied.
func slowOver(under, over, alpha, zero, opacity float64) float64 {
	return zero + (over-zero)*opacity + (under-zero)*(1-alpha*opacity)
}

func TestOver(t *testing.T) {
	for _, m := range []frame.Model{frame.RGB, frame.YCbCr, frame.Gray} {
		for _, c := range []struct {
			under, over bool // alpha
			at, step    image.Point
			opacity     int
		}{
			{false, false, image.Pt(3, 2), image.Point{}, 65535},
			{false, true, image.Pt(3, 2), image.Point{}, 65535},
			{true, true, image.Pt(0, 0), image.Point{}, 40000},
			{true, false, image.Pt(20, 15), image.Point{}, 20000}, // cut off
			{false, true, image.Pt(2, 1), image.Pt(13, 9), 50000},
			{true, true, image.Pt(0, 0), image.Pt(11, 7), 65535},
			{true, true, image.Pt(0, 0), image.Pt(11, 7), 0},
			{true, true, image.Pt(40, 40), image.Point{}, 65535}, // beyond it
		} {
			t.Run(fmt.Sprintf("model %d %+v", m, c), func(t *testing.T) {
				f, before, mark := painted(t, m, 29, 21, c.under), painted(t, m, 29, 21, c.under), painted(t, m, 11, 7,
					c.over)
				if err := Over(f, mark, c.at, c.step, c.opacity); err != nil {
					t.Fatal(err)
				}
				worst := 0.0
				for y := range f.Height {
					for x := range f.Width {
						at := image.Pt(x, y).Sub(c.at)
						if c.step != (image.Point{}) && at.X >= 0 && at.Y >= 0 {
							at = image.Pt(at.X%c.step.X, at.Y%c.step.Y)
						}
						worst = max(worst, worstAt(f, before, mark, x, y, at, float64(c.opacity)/65535))
					}
				}
				if worst > 1 {
					t.Errorf("a sample is off by %.2f of 65535", worst)
				}
			})
		}
	}
}

// worstAt returns how far the samples of f at x, y are off, where the sample at of the mark lies.
func worstAt(f, before, mark *frame.Frame, x, y int, at image.Point, opacity float64) (worst float64) {
	to, from, over := channels(f), channels(before), channels(mark)
	for i := range to {
		z, want := 0.0, float64(words(from[i], y)[x])
		if i < len(f.Planes) {
			z = float64(zero(f.Model, i))
		}
		if at.In(image.Rect(0, 0, mark.Width, mark.Height)) {
			alpha, sample := 1.0, 65535.0
			if mark.HasAlpha() {
				alpha = float64(words(&mark.Alpha, at.Y)[at.X]) / 65535
			}
			if i < len(over) {
				sample = float64(words(over[i], at.Y)[at.X])
			}
			want = slowOver(want, sample, alpha, z, opacity)
		}
		worst = max(worst, math.Abs(float64(words(to[i], y)[x])-math.Min(math.Max(want, 0), 65535)))
	}
	return worst
}

func TestOverRefuses(t *testing.T) {
	rgb, gray := painted(t, frame.RGB, 4, 4, false), painted(t, frame.Gray, 2, 2, false)
	if err := Over(rgb, gray, image.Point{}, image.Point{}, 65535); err == nil {
		t.Error("a mark of another model was laid over")
	}
}

// BenchmarkOver lays a mark over all of a result of 640 × 480, in one piece and in pixels.
func BenchmarkOver(b *testing.B) {
	for _, size := range []image.Point{{640, 480}, {1, 1}} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			f, mark := painted(b, frame.YCbCr, 640, 480, false), painted(b, frame.YCbCr, size.X, size.Y, true)
			for b.Loop() {
				if err := Over(f, mark, image.Point{}, size, 40000); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
