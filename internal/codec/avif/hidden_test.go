//go:build cgo

package avif

import (
	"fmt"
	"image"
	"testing"

	"imagekit/internal/frame"
)

// spotlit is a picture that is seen in a disc and is full of edges outside it.
func spotlit(t testing.TB, k kind, w, h int) *frame.Frame {
	t.Helper()
	f := gradient(t, k, w, h)
	for y := range h {
		for x := range w {
			dx, dy := x-w/2, y-h/2
			alpha := min(max(w*w/9-dx*dx-dy*dy, 0), 255) << (k.depth - 8)
			put(&f.Alpha, k.depth, x, y, alpha)
			if alpha == 0 {
				put(&f.Planes[0], k.depth, x, y, (x*7+y*13)%2*255<<(k.depth-8))
			}
		}
	}
	return f
}

// seen returns the largest alpha of the pixels that share a sample.
func seen(f *frame.Frame, l layout, plane, x, y int) int {
	subX, subY := l.subX, l.subY
	if plane == 0 {
		subX, subY = 1, 1
	}
	most := 0
	for py := y * subY; py < min((y+1)*subY, f.Height); py++ {
		for px := x * subX; px < min((x+1)*subX, f.Width); px++ {
			most = max(most, get(&f.Alpha, f.Depth, px, py))
		}
	}
	return most
}

// TestHide: what can be seen stays as it is; what cannot lies within the range of what can.
func TestHide(t *testing.T) {
	for _, k := range kinds() {
		if !k.alpha {
			continue
		}
		for _, size := range []image.Point{{67, 45}, {16, 16}, {9, 200}, {1, 1}} {
			t.Run(fmt.Sprintf("%s/%dx%d", k.name, size.X, size.Y), func(t *testing.T) {
				before, after := spotlit(t, k, size.X, size.Y), spotlit(t, k, size.X, size.Y)
				l, err := layoutOf(after)
				if err != nil {
					t.Fatal(err)
				}
				hide(after, l)
				for i := range after.Planes {
					checkHidden(t, before, after, l, i)
				}
			})
		}
	}
}

func checkHidden(t *testing.T, before, after *frame.Frame, l layout, plane int) {
	t.Helper()
	p, q := &before.Planes[plane], &after.Planes[plane]
	least, most := 1<<16, 0
	for y := range p.Height {
		for x := range p.Width {
			if seen(before, l, plane, x, y) > 0 {
				v := get(p, before.Depth, x, y)
				least, most = min(least, v), max(most, v)
			}
		}
	}
	for y := range p.Height {
		for x := range p.Width {
			got, want := get(q, after.Depth, x, y), get(p, before.Depth, x, y)
			if seen(before, l, plane, x, y) > 0 && got != want {
				t.Fatalf("plane %d, %d,%d can be seen: want %d, got %d", plane, x, y, want, got)
			}
			if seen(before, l, plane, x, y) == 0 && most > 0 && (got < least || got > most) {
				t.Fatalf("plane %d, %d,%d is hidden: want %d…%d, got %d", plane, x, y, least, most, got)
			}
		}
	}
}

// TestHideNothing: a picture of which everything, or nothing, can be seen is no trouble.
func TestHideNothing(t *testing.T) {
	for _, alpha := range []int{0, 1, 255} {
		f := gradient(t, kinds()[6], 21, 13)
		for y := range f.Height {
			for x := range f.Width {
				put(&f.Alpha, 8, x, y, alpha)
			}
		}
		before := get(&f.Planes[0], 8, 20, 12)
		hide(f, layouts[2])
		if got := get(&f.Planes[0], 8, 20, 12); alpha > 0 && got != before {
			t.Errorf("alpha %d: want %d as it was, got %d", alpha, before, got)
		}
	}
}

// TestHiddenCostsNothing: edges under alpha 0 must not be paid for, but at quality 100 every sample is kept.
func TestHiddenCostsNothing(t *testing.T) {
	k := kinds()[6]
	wild, calm := spotlit(t, k, 256, 192), spotlit(t, k, 256, 192)
	hide(calm, layouts[2])
	s := Settings{Quality: 70, AlphaQuality: 70, Speed: 9}
	if a, b := len(mustEncode(t, wild, s)), len(mustEncode(t, calm, s)); a != b {
		t.Errorf("want %d bytes whatever is hidden, got %d", b, a)
	}
	lossless := spotlit(t, k, 64, 48)
	file := mustEncode(t, lossless, Settings{Quality: 100, AlphaQuality: 100, Speed: 9})
	same(t, spotlit(t, k, 64, 48), mustDecode(t, file), 0)
}

// BenchmarkHide measures a cut-out of 1280 × 960.
func BenchmarkHide(b *testing.B) {
	f := spotlit(b, kinds()[6], 1280, 960)
	for b.Loop() {
		hide(f, layouts[2])
	}
}
