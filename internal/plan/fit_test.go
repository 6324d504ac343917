package plan

import (
	"image"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/param"
)

func TestSizes(t *testing.T) {
	P := func(w, h int, f param.Fit) param.Params { return param.Params{Width: w, Height: h, Fit: f} }
	up := func(p param.Params) param.Params { p.Up = true; return p }
	dpr := func(p param.Params, d float64) param.Params { p.DPR = d; return p }
	tests := []struct {
		name   string
		src    image.Point
		p      param.Params
		w, h   int
		canvas image.Point
	}{
		{"w alone", image.Pt(2725, 2225), P(800, 0, param.Inside), 800, 653, image.Pt(800, 653)},
		{"h alone", image.Pt(2725, 2225), P(0, 100, param.Inside), 122, 100, image.Pt(122, 100)},
		{"w alone cover", image.Pt(400, 200), P(100, 0, param.Cover), 100, 50, image.Pt(100, 50)},
		{"w alone pad", image.Pt(400, 200), P(100, 0, param.Pad), 100, 50, image.Pt(100, 50)},
		{"h alone fill", image.Pt(400, 200), P(0, 50, param.Fill), 100, 50, image.Pt(100, 50)},
		{"half rounds up", image.Pt(200, 101), P(100, 0, param.Inside), 100, 51, image.Pt(100, 51)},
		{"a thin strip keeps one pixel", image.Pt(10_000, 10), P(100, 0, param.Inside), 100, 1, image.Pt(100, 1)},
		{"w larger than source", image.Pt(400, 200), P(500, 0, param.Inside), 400, 200, image.Pt(400, 200)},
		{"w larger, up", image.Pt(400, 200), up(P(500, 0, param.Inside)), 500, 250, image.Pt(500, 250)},
		{"inside, width binds", image.Pt(400, 200), P(100, 100, param.Inside), 100, 50, image.Pt(100, 50)},
		{"inside, height binds", image.Pt(400, 200), P(300, 100, param.Inside), 200, 100, image.Pt(200, 100)},
		{"inside not enlarged", image.Pt(40, 20), P(300, 300, param.Inside), 40, 20, image.Pt(40, 20)},
		{"inside up", image.Pt(40, 20), up(P(300, 300, param.Inside)), 300, 150, image.Pt(300, 150)},
		{"outside, height binds", image.Pt(400, 200), P(100, 100, param.Outside), 200, 100, image.Pt(200, 100)},
		{"outside not enlarged", image.Pt(400, 200), P(300, 300, param.Outside), 400, 200, image.Pt(400, 200)},
		{"outside up", image.Pt(400, 200), up(P(300, 300, param.Outside)), 600, 300, image.Pt(600, 300)},
		{"fill", image.Pt(400, 200), P(100, 150, param.Fill), 100, 150, image.Pt(100, 150)},
		{"fill box shrinks", image.Pt(400, 200), P(600, 600, param.Fill), 200, 200, image.Pt(200, 200)},
		{"fill up", image.Pt(400, 200), up(P(600, 600, param.Fill)), 600, 600, image.Pt(600, 600)},
		{"cover", image.Pt(400, 200), P(100, 100, param.Cover), 100, 100, image.Pt(100, 100)},
		{"cover box shrinks", image.Pt(100, 50), P(301, 200, param.Cover), 75, 50, image.Pt(75, 50)},
		{"cover up", image.Pt(100, 50), up(P(301, 200, param.Cover)), 301, 200, image.Pt(301, 200)},
		{"pad", image.Pt(400, 200), P(100, 100, param.Pad), 100, 50, image.Pt(100, 100)},
		{"pad does not enlarge", image.Pt(40, 20), P(100, 100, param.Pad), 40, 20, image.Pt(100, 100)},
		{"pad up", image.Pt(40, 20), up(P(100, 100, param.Pad)), 100, 50, image.Pt(100, 100)},
		{"dpr", image.Pt(4000, 2000), dpr(P(333, 0, param.Inside), 1.5), 500, 250, image.Pt(500, 250)}, // 499.5
		{"dpr makes the pad", image.Pt(400, 200), dpr(P(50, 50, param.Pad), 2), 100, 50, image.Pt(100, 100)},
		{"dpr alone", image.Pt(400, 200), param.Params{DPR: 3, Up: true}, 400, 200, image.Pt(400, 200)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := mustNew(t, photo(tt.src.X, tt.src.Y), tt.p, format.WebP)
			if p.Width != tt.w || p.Height != tt.h || p.Canvas != tt.canvas {
				t.Errorf("got %d × %d on %v, want %d × %d on %v", p.Width, p.Height, p.Canvas, tt.w, tt.h, tt.canvas)
			}
		})
	}
}

func TestWithoutBoxTheResultMeetsTheLimits(t *testing.T) {
	tests := []struct {
		name   string
		src    image.Point
		out    format.Format
		budget int64
		want   image.Point
	}{
		{"fits", image.Pt(300, 200), format.WebP, 60_000, image.Pt(300, 200)},
		{"WebP's longest side", image.Pt(20_000, 1000), format.WebP, 25_000_000, image.Pt(16_383, 819)}, // 819.15
		{"JPEG holds it", image.Pt(20_000, 1000), format.JPEG, 25_000_000, image.Pt(20_000, 1000)},
		{"pixels", image.Pt(400, 100), format.JPEG, 10_000, image.Pt(200, 50)},
		{"a strip", image.Pt(1, 40_000), format.JPEG, 100, image.Pt(1, 100)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lim := roomy()
			lim.MaxOutputPixels = tt.budget
			p, err := New(photo(tt.src.X, tt.src.Y), param.Params{}, tt.out, lim)
			if err != nil {
				t.Fatal(err)
			}
			if p.Canvas != tt.want {
				t.Errorf("got %v, want %v", p.Canvas, tt.want)
			}
		})
	}
}

func TestGravity(t *testing.T) {
	at := func(x, y float64) param.Gravity { return param.Gravity{Set: true, X: x, Y: y} }
	cover := []struct {
		name string
		src  image.Point
		w, h int
		g    param.Gravity
		want Window
	}{
		{"centre", image.Pt(400, 200), 100, 100, param.Gravity{}, Window{100, 0, 200, 200}},
		{"left", image.Pt(400, 200), 100, 100, at(0, 0.5), Window{0, 0, 200, 200}},
		{"right", image.Pt(400, 200), 100, 100, at(1, 0.5), Window{200, 0, 200, 200}},
		{"a point", image.Pt(400, 200), 100, 100, at(0.375, 0.1), Window{50, 0, 200, 200}},
		{"a point near the edge clamps", image.Pt(400, 200), 100, 100, at(0.9, 0), Window{200, 0, 200, 200}},
		{"tall, top", image.Pt(200, 400), 100, 50, at(0.5, 0), Window{0, 0, 200, 100}},
		{"exact aspect is not whole", image.Pt(300, 100), 30, 20, param.Gravity{}, Window{75, 0, 150, 100}},
		{"real-valued", image.Pt(1000, 100), 70, 30, param.Gravity{}, Window{500 - 700.0/6, 0, 700.0 / 3, 100}},
		{"unscaled stands on whole pixels", image.Pt(101, 50), 50, 50, param.Gravity{}, Window{25, 0, 50, 50}},
	}
	for _, tt := range cover {
		t.Run("cover "+tt.name, func(t *testing.T) {
			p := mustNew(t, photo(tt.src.X, tt.src.Y),
				param.Params{Width: tt.w, Height: tt.h, Fit: param.Cover, Gravity: tt.g}, format.WebP)
			if !near(p.Window, tt.want) {
				t.Errorf("got %v, want %v", p.Window, tt.want)
			}
		})
	}
	pad := []struct {
		name string
		g    param.Gravity
		want image.Point
	}{
		{"centre, half a pixel goes behind", param.Gravity{}, image.Pt(0, 25)}, // free 51: 25.5
		{"top", at(0.5, 0), image.Pt(0, 0)},
		{"bottom", at(0.5, 1), image.Pt(0, 51)},
		{"a third", at(0.5, 1.0/3), image.Pt(0, 17)},
	}
	for _, tt := range pad {
		t.Run("pad "+tt.name, func(t *testing.T) {
			p := mustNew(t, photo(400, 200), param.Params{Width: 100, Height: 101, Fit: param.Pad, Gravity: tt.g},
				format.WebP)
			if p.Offset != tt.want {
				t.Errorf("got %v, want %v", p.Offset, tt.want)
			}
		})
	}
}
