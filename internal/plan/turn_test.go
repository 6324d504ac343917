package plan

import (
	"image"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"imagekit/internal/format"
	"imagekit/internal/param"
)

// grid is a picture whose pixels are their own names: the slow and obvious model of all geometry.
type grid [][]int

func newGrid(w, h int) grid {
	g := make(grid, h)
	for y := range g {
		g[y] = make([]int, w)
		for x := range g[y] {
			g[y][x] = y*w + x
		}
	}
	return g
}

func (g grid) cut(r image.Rectangle) grid {
	var out grid
	for y := r.Min.Y; y < r.Max.Y; y++ {
		out = append(out, g[y][r.Min.X:r.Max.X])
	}
	return out
}

// flipH makes left right; flipV top bottom; quarter turns by 90° clockwise.
func (g grid) flipH() grid {
	var out grid
	for _, row := range g {
		row = slices.Clone(row)
		slices.Reverse(row)
		out = append(out, row)
	}
	return out
}

func (g grid) flipV() grid {
	out := slices.Clone(g)
	slices.Reverse(out)
	return out
}

func (g grid) quarter() grid {
	out := make(grid, len(g[0]))
	for x := range out {
		for y := len(g) - 1; y >= 0; y-- {
			out[x] = append(out[x], g[y][x])
		}
	}
	return out
}

// upright shows a stored picture by the words of EXIF 3.0 §4.6.5: where row 0 and column 0 stand.
func (g grid) upright(orientation int) grid {
	switch orientation {
	case 2: // row 0 top, column 0 right
		return g.flipH()
	case 3: // bottom, right
		return g.flipH().flipV()
	case 4: // bottom, left
		return g.flipV()
	case 5: // left, top
		return g.quarter().flipH()
	case 6: // right, top
		return g.quarter()
	case 7: // right, bottom
		return g.quarter().flipV()
	case 8: // left, bottom
		return g.quarter().quarter().quarter()
	}
	return g
}

// TestModel compares the plan's crop and turn with display → crop → rotate → flip done pixel by pixel.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 9).Draw(t, "w"), rapid.IntRange(1, 9).Draw(t, "h")
		info := photo(w, h)
		info.Orientation = rapid.IntRange(1, 8).Draw(t, "orientation")
		want := newGrid(w, h).upright(info.Orientation)

		var p param.Params
		if rapid.Bool().Draw(t, "crop") {
			x0 := rapid.IntRange(0, len(want[0])-1).Draw(t, "x0")
			y0 := rapid.IntRange(0, len(want)-1).Draw(t, "y0")
			x1 := rapid.IntRange(x0+1, len(want[0])).Draw(t, "x1")
			y1 := rapid.IntRange(y0+1, len(want)).Draw(t, "y1")
			p.Crop = cropOf(px(float64(x0)), px(float64(y0)), px(float64(x1-x0)), px(float64(y1-y0)))
			want = want.cut(image.Rect(x0, y0, x1, y1))
		}
		quarters := rapid.IntRange(0, 3).Draw(t, "quarters")
		p.Rotate = param.Rotation(90 * quarters)
		for range quarters {
			want = want.quarter()
		}
		p.Flip = param.Flip(rapid.IntRange(0, 3).Draw(t, "flip"))
		if p.Flip&param.FlipHorizontal != 0 {
			want = want.flipH()
		}
		if p.Flip&param.FlipVertical != 0 {
			want = want.flipV()
		}

		pl, err := New(info, p, format.PNG, roomy())
		if err != nil {
			t.Fatal(err)
		}
		got := newGrid(w, h).cut(pl.Crop).upright(int(pl.Turn))
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("crop %v turn %d: got %v, want %v", pl.Crop, pl.Turn, got, want)
		}
		if pl.Canvas != image.Pt(len(want[0]), len(want)) {
			t.Fatalf("canvas %v, want %d × %d", pl.Canvas, len(want[0]), len(want))
		}
	})
}

// TestBoxBelongsToTheFinalPicture: whatever the turn, sizes and the cover window are those of the same picture
// stored upright, seen through the turn.
func TestBoxBelongsToTheFinalPicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		p.Crop, p.Rotate, p.Flip = param.Crop{}, 0, 0
		turn := Turn(rapid.IntRange(1, 8).Draw(t, "turn"))
		final := image.Pt(rapid.IntRange(1, 3000).Draw(t, "w"), rapid.IntRange(1, 3000).Draw(t, "h"))
		upright, err := New(photo(final.X, final.Y), p, format.PNG, roomy())
		if err != nil {
			t.Skip("refused")
		}
		stored := turn.Size(final)
		info := photo(stored.X, stored.Y)
		info.Orientation = int(turn)
		turned, err := New(info, p, format.PNG, roomy())
		if err != nil {
			t.Fatal(err)
		}
		if turned.Canvas != upright.Canvas || turned.Offset != upright.Offset {
			t.Fatalf("canvas %v at %v, upright %v at %v", turned.Canvas, turned.Offset, upright.Canvas, upright.Offset)
		}
		if got := turn.Size(image.Pt(turned.Width, turned.Height)); got != image.Pt(upright.Width, upright.Height) {
			t.Fatalf("size %v, upright %d × %d", got, upright.Width, upright.Height)
		}
		if got := shown(turned.Window, turn, stored); !near(got, upright.Window) {
			t.Fatalf("window %v, upright %v", got, upright.Window)
		}
	})
}

// shown maps a window of the stored picture into the turned one, corner by corner.
func shown(w Window, turn Turn, stored image.Point) Window {
	W, H := float64(stored.X), float64(stored.Y)
	point := func(x, y float64) (float64, float64) {
		switch turn {
		case 2:
			return W - x, y
		case 3:
			return W - x, H - y
		case 4:
			return x, H - y
		case 5:
			return y, x
		case 6:
			return H - y, x
		case 7:
			return H - y, W - x
		case 8:
			return y, W - x
		}
		return x, y
	}
	x0, y0 := point(w.X, w.Y)
	x1, y1 := point(w.X+w.W, w.Y+w.H)
	return Window{min(x0, x1), min(y0, y1), math.Abs(x1 - x0), math.Abs(y1 - y0)}
}

func TestTurnsFormAGroup(t *testing.T) {
	for a := Turn(1); a <= 8; a++ {
		for b := Turn(1); b <= 8; b++ {
			g := newGrid(3, 2)
			want := g.upright(int(a)).upright(int(b))
			if got := g.upright(int(a.Then(b))); !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%d then %d = %d: got %v, want %v", a, b, a.Then(b), got, want)
			}
		}
	}
}

// near compares windows to a millionth of a pixel.
func near(a, b Window) bool {
	close := func(x, y float64) bool { return math.Abs(x-y) < 1e-6 }
	return close(a.X, b.X) && close(a.Y, b.Y) && close(a.W, b.W) && close(a.H, b.H)
}
