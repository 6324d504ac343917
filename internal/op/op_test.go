package op

import (
	"fmt"
	"image"
	"math"
	"testing"

	"imagekit/internal/frame"
	"imagekit/internal/orientation"
)

// working makes a working frame; at gives straight 16-bit codes, alpha in [4].
func working(t *testing.T, m frame.Model, w, h int, alpha bool, at func(x, y int) [4]float64) *frame.Frame {
	t.Helper()
	n := m.Colors()
	if alpha {
		n++
	}
	f, err := frame.New(m, 16, w, h, frame.Full(n, w, h)...)
	if err != nil {
		t.Fatal(err)
	}
	f.Premultiplied = alpha
	for y := range h {
		for x := range w {
			v := at(x, y)
			a := 65535.0
			if alpha {
				a = v[3]
				words(&f.Alpha, y)[x] = uint16(a)
			}
			for i := range f.Planes {
				z := float64(zero(m, i))
				words(&f.Planes[i], y)[x] = uint16(math.Round((v[i]-z)*a/65535 + z))
			}
		}
	}
	return f
}

// display is the definition of the EXIF orientations: which stored pixel is shown at (x, y).
func display(orientation, w, h, x, y int) (sx, sy int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

func TestTurn(t *testing.T) {
	for o := 1; o <= 8; o++ {
		for _, depth := range []int{8, 16} {
			t.Run(fmt.Sprintf("orientation %d depth %d", o, depth), func(t *testing.T) {
				const w, h = 67, 41
				f, err := frame.New(frame.Gray, depth, w, h, frame.Size{W: w, H: h})
				if err != nil {
					t.Fatal(err)
				}
				code := func(x, y int) uint16 { return uint16((x*7 + y*31) % 251) }
				for y := range h {
					for x := range w {
						if depth == 8 {
							f.Planes[0].Row(y, 8)[x] = uint8(code(x, y))
						} else {
							words(&f.Planes[0], y)[x] = code(x, y) * 200
						}
					}
				}
				g, err := Turn(f, orientation.Turn(o))
				if err != nil {
					t.Fatal(err)
				}
				defer g.Release()
				for y := range g.Height {
					for x := range g.Width {
						want := code(display(o, w, h, x, y))
						got := uint16(g.Planes[0].Row(y, 8)[x])
						if depth == 16 {
							got = words(&g.Planes[0], y)[x] / 200
						}
						if got != want {
							t.Fatalf("(%d,%d): got %d, want %d", x, y, got, want)
						}
					}
				}
			})
		}
	}
}

func TestFlattenComposes(t *testing.T) {
	bg := Color{10, 200, 30}
	f := working(t, frame.RGB, 256, 1, true, func(x, _ int) [4]float64 {
		return [4]float64{200 * 257, 50 * 257, 100 * 257, float64(x) * 257}
	})
	defer f.Release()
	if err := Flatten(f, bg); err != nil {
		t.Fatal(err)
	}
	if f.HasAlpha() || f.Premultiplied {
		t.Error("the result should be opaque")
	}
	for x := range 256 {
		a := float64(x) / 255
		for i, c := range []float64{200, 50, 100} {
			want := c*a + float64(bg[i])*(1-a)
			if got := float64(words(&f.Planes[i], 0)[x]) / 257; math.Abs(got-want) > 0.1 {
				t.Errorf("alpha %d plane %d: got %.2f, want %.2f", x, i, got, want)
			}
		}
	}
}

func TestPad(t *testing.T) {
	bg := Color{255, 0, 0}
	for _, c := range []struct {
		name string
		bg   *Color
		want [2]uint16 // first plane and alpha outside the picture
	}{{"colour", &bg, [2]uint16{65535, 0}}, {"transparent", nil, [2]uint16{0, 0}}} {
		t.Run(c.name, func(t *testing.T) {
			f := working(t, frame.RGB, 5, 3, false, func(_, _ int) [4]float64 { return [4]float64{100 * 257, 0, 0} })
			g, err := Pad(f, image.Pt(11, 9), image.Pt(2, 4), c.bg)
			if err != nil {
				t.Fatal(err)
			}
			defer g.Release()
			if g.HasAlpha() != (c.bg == nil) {
				t.Fatalf("alpha: got %t", g.HasAlpha())
			}
			for y := range 9 {
				for x := range 11 {
					inside := image.Pt(x, y).In(image.Rect(2, 4, 7, 7))
					want, wantAlpha := c.want[0], c.want[1]
					if inside {
						want, wantAlpha = 100*257, 65535
					}
					if got := words(&g.Planes[0], y)[x]; got != want {
						t.Errorf("(%d,%d): got %d, want %d", x, y, got, want)
					}
					if g.HasAlpha() && words(&g.Alpha, y)[x] != wantAlpha {
						t.Errorf("(%d,%d): alpha %d, want %d", x, y, words(&g.Alpha, y)[x], wantAlpha)
					}
				}
			}
		})
	}
}

// Chroma of a block is the mean of what can be seen of it: a hidden colour must not tint a hard edge.
func TestFinishWeighsChromaByAlpha(t *testing.T) {
	f := working(t, frame.YCbCr, 3, 3, true, func(x, y int) [4]float64 {
		if x == 1 && y == 1 {
			return [4]float64{76 * 257, 85 * 257, 65535, 65535} // visible red
		}
		return [4]float64{0, 65535, 0, 0} // hidden cyan
	})
	g, err := Finish(f, 2, 2, true)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Release()
	if got := g.Planes[1].Row(0, 8)[0]; got < 84 || got > 86 {
		t.Errorf("Cb of the red block: got %d, want 85", got)
	}
	if got := g.Planes[2].Row(0, 8)[0]; got != 255 {
		t.Errorf("Cr of the red block: got %d, want 255", got)
	}
	if got := g.Planes[1].Row(1, 8)[1]; got != 128 {
		t.Errorf("Cb where nothing is seen: got %d, want 128", got)
	}
	if got := g.Planes[0].Row(1, 8)[1]; got != 76 {
		t.Errorf("Y of the red pixel: got %d, want 76", got)
	}
}

func TestFinishRanges(t *testing.T) {
	for _, c := range []struct {
		full bool
		want [3]uint8
	}{{true, [3]uint8{255, 0, 128}}, {false, [3]uint8{235, 16, 128}}} {
		f := working(t, frame.YCbCr, 5, 5, false, func(_, _ int) [4]float64 { return [4]float64{65535, 0, 32768} })
		g, err := Finish(f, 2, 2, c.full)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range c.want {
			p := &g.Planes[i]
			if got := p.Row(p.Height-1, 8)[p.Width-1]; got != want {
				t.Errorf("full %t plane %d: got %d, want %d", c.full, i, got, want)
			}
		}
		g.Release()
	}
}
