package plan

import (
	"image"
	"math"
	"testing"

	"pgregory.net/rapid"

	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

func drawParams(t *rapid.T) param.Params {
	side := rapid.OneOf(rapid.Just(0), rapid.IntRange(1, 40), rapid.IntRange(1, 3000))
	unit := rapid.Map(rapid.IntRange(0, 1000), func(n int) float64 { return float64(n) / 1000 })
	length := rapid.Custom(func(t *rapid.T) param.Length {
		if rapid.Bool().Draw(t, "fraction") {
			return fr(unit.Draw(t, "of side"))
		}
		return px(float64(rapid.IntRange(0, 3000).Draw(t, "px")))
	})
	return param.Params{
		Width:   side.Draw(t, "width"),
		Height:  side.Draw(t, "height"),
		Fit:     param.Fit(rapid.IntRange(0, int(param.Outside)).Draw(t, "fit")),
		Gravity: param.Gravity{Set: rapid.Bool().Draw(t, "g"), X: unit.Draw(t, "gx"), Y: unit.Draw(t, "gy")},
		Crop: param.Crop{
			Set: rapid.Bool().Draw(t, "crop"),
			X:   length.Draw(t, "x"), Y: length.Draw(t, "y"), W: length.Draw(t, "cw"), H: length.Draw(t, "ch"),
		},
		DPR:    rapid.SampledFrom([]float64{0, 1, 1.333, 2}).Draw(t, "dpr"),
		Up:     rapid.Bool().Draw(t, "up"),
		Rotate: param.Rotation(90 * rapid.IntRange(0, 3).Draw(t, "rot")),
		Flip:   param.Flip(rapid.IntRange(0, 3).Draw(t, "flip")),
	}
}

func drawInfo(t *rapid.T) probe.Info {
	side := rapid.OneOf(rapid.IntRange(1, 20), rapid.IntRange(1, 6000))
	info := photo(side.Draw(t, "w"), side.Draw(t, "h"))
	info.Orientation = rapid.IntRange(1, 8).Draw(t, "orientation")
	info.Alpha = rapid.Bool().Draw(t, "alpha")
	return info
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		info, p := drawInfo(t), drawParams(t)
		out := rapid.SampledFrom([]format.Format{format.JPEG, format.PNG, format.WebP, format.AVIF, format.Legacy}).Draw(t,
			"out")
		lim := roomy()
		pl, err := New(info, p, out, lim)
		if err != nil {
			t.Skip("refused")
		}
		resized := pl.Turn.Size(image.Pt(pl.Width, pl.Height))
		region := pl.Turn.Size(pl.Crop.Size())
		box := boxOf(p)

		inBounds(t, info, pl, resized, lim)
		if !p.Up && (float64(pl.Width) > pl.Window.W+1e-6 || float64(pl.Height) > pl.Window.H+1e-6) {
			t.Fatalf("enlarged without up: %v to %d × %d", pl.Window, pl.Width, pl.Height)
		}
		if box.X > 0 && box.Y > 0 {
			exactBox(t, p, pl, box, region)
		}
		if p.Fit != param.Fill || box.X == 0 || box.Y == 0 {
			aspect(t, pl, box)
		}
	})
}

func inBounds(t *rapid.T, info probe.Info, pl Plan, resized image.Point, lim Limits) {
	if pl.Crop.Empty() || !pl.Crop.In(image.Rect(0, 0, info.Width, info.Height)) {
		t.Fatalf("crop %v outside %d × %d", pl.Crop, info.Width, info.Height)
	}
	const e = 1e-6
	w, c := pl.Window, pl.Crop
	if w.W <= 0 || w.H <= 0 || w.X < float64(c.Min.X)-e || w.Y < float64(c.Min.Y)-e ||
		w.X+w.W > float64(c.Max.X)+e || w.Y+w.H > float64(c.Max.Y)+e {
		t.Fatalf("window %v outside crop %v", w, c)
	}
	if pl.Width < 1 || pl.Height < 1 {
		t.Fatalf("result of %d × %d", pl.Width, pl.Height)
	}
	on := image.Rectangle{Min: pl.Offset, Max: pl.Offset.Add(resized)}
	if !on.In(image.Rectangle{Max: pl.Canvas}) {
		t.Fatalf("picture at %v outside canvas %v", on, pl.Canvas)
	}
	if int64(pl.Canvas.X)*int64(pl.Canvas.Y) > lim.MaxOutputPixels || max(pl.Canvas.X, pl.Canvas.Y) > pl.Format.MaxSide() {
		t.Fatalf("canvas %v above the limits", pl.Canvas)
	}
	if s := float64(pl.Shrink); pl.Shrink > 1 && (w.W/s < spare*float64(pl.Width)-e || w.H/s < spare*float64(pl.Height)-e) {
		t.Fatalf("shrink %d leaves too little of %v for %d × %d", pl.Shrink, w, pl.Width, pl.Height)
	}
}

func exactBox(t *rapid.T, p param.Params, pl Plan, box, region image.Point) {
	enough := p.Up || region.X >= box.X && region.Y >= box.Y
	switch p.Fit {
	case param.Pad:
		if pl.Canvas != box {
			t.Fatalf("pad: canvas %v, want %v", pl.Canvas, box)
		}
	case param.Cover, param.Fill:
		if enough && pl.Canvas != box {
			t.Fatalf("canvas %v, want %v from %v", pl.Canvas, box, region)
		}
	case param.Inside:
		if pl.Canvas.X > box.X || pl.Canvas.Y > box.Y {
			t.Fatalf("inside: canvas %v beyond %v", pl.Canvas, box)
		}
	case param.Outside:
		if enough && (pl.Canvas.X < box.X || pl.Canvas.Y < box.Y) {
			t.Fatalf("outside: canvas %v does not cover %v", pl.Canvas, box)
		}
	}
	if enough || p.Fit != param.Cover && p.Fit != param.Fill {
		return
	}
	// The shrunk box keeps its aspect ratio and takes all the region allows.
	if pl.Canvas.X != region.X && pl.Canvas.Y != region.Y {
		t.Fatalf("canvas %v smaller than needed: box %v, region %v", pl.Canvas, box, region)
	}
	if off := sideError(pl.Canvas, float64(box.X), float64(box.Y)); off > 1 {
		t.Fatalf("canvas %v is %.2f px off the aspect of %v", pl.Canvas, off, box)
	}
}

// aspect: what is resized keeps its shape to a pixel.
func aspect(t *rapid.T, pl Plan, box image.Point) {
	if off := sideError(image.Pt(pl.Width, pl.Height), pl.Window.W, pl.Window.H); off > 1 {
		t.Fatalf("%d × %d is %.2f px off the aspect of %v (box %v)", pl.Width, pl.Height, off, pl.Window, box)
	}
}

// sideError tells by how many pixels size misses the aspect ratio w : h, on the side where that is less.
func sideError(size image.Point, w, h float64) float64 {
	x := math.Abs(float64(size.X) - float64(size.Y)*w/h)
	y := math.Abs(float64(size.Y) - float64(size.X)*h/w)
	return min(x, y)
}
