package imgproxy

import (
	"image"
	"math"
	"slices"
	"testing"

	"imagekit/internal/dialect"
	"imagekit/internal/format"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
)

// pictures are sources of the sizes that the table was measured with.
var pictures = map[string]probe.Info{
	"market": {
		Format: format.JPEG, Width: 2725, Height: 2225, Orientation: 1, Frames: 1, Model: probe.YCbCr, Depth: 8,
		SubX: 2, SubY: 2,
	},
	"tall": {
		Format: format.PNG, Width: 200, Height: 1000, Orientation: 1, Frames: 1, Model: probe.RGB, Depth: 8, SubX: 1,
		SubY: 1,
	},
	"turned": {
		Format: format.JPEG, Width: 1200, Height: 1800, Orientation: 6, Frames: 1, Model: probe.YCbCr, Depth: 8,
		SubX: 2, SubY: 2,
	},
	"alpha": {
		Format: format.PNG, Width: 640, Height: 480, Orientation: 1, Frames: 1, Model: probe.RGB, Depth: 8, SubX: 1,
		SubY: 1, Alpha: true,
	},
}

// reader is one without keys: what it is asked needs no signature.
func reader(t testing.TB, c Config) *Reader {
	t.Helper()
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// planned returns what is made of a picture for these options.
func planned(t testing.TB, options, picture string) plan.Plan {
	t.Helper()
	path := "/plain/https://example.com/a.jpg"
	if options != "" {
		path = "/" + options + path
	}
	req, err := reader(t, Config{}).read(path)
	if err != nil {
		t.Fatalf("%s: %v", options, err)
	}
	lim := plan.Limits{MaxPixels: 50_000_000, MaxOutputPixels: 50_000_000, Memory: 1 << 40}
	pl, err := plan.New(pictures[picture], req.Params, req.Params.Format, lim)
	if err != nil {
		t.Fatalf("%s of %s: %v", options, picture, err)
	}
	return pl
}

// Measured with imgproxy 4.0.12.
func TestMeasuredSizes(t *testing.T) {
	for _, tt := range []struct {
		options, picture string
		want             image.Point
	}{
		{"rs:fill:300:300", "tall", image.Pt(200, 300)},
		{"rs:fill:300:300:1", "tall", image.Pt(300, 300)},
		{"rs:fill:300:300:0:1", "tall", image.Pt(300, 300)},
		{"rs:force:3000:500", "market", image.Pt(2725, 454)},
		{"c:500:400/rot:90/w:100", "market", image.Pt(100, 80)},
		{"w:3000/pd:10/dpr:2", "market", image.Pt(2745, 2245)},
	} {
		if got := planned(t, tt.options, tt.picture).Size(); got != tt.want {
			t.Errorf("%s of %s: %v, want %v", tt.options, tt.picture, got, tt.want)
		}
	}
}

// asked is what a row of the test below asks for.
type row struct {
	options              string
	rt                   string
	w, h                 int
	el, ex, exar         bool
	dpr, zoom, cropW, cH float64
	rot, pad             int
}

// theirs is imgproxy's own arithmetic, in the order of its pipeline: turn, crop, scale, cut, extend, pad.
func (r row) theirs(src image.Point) image.Point {
	dpr, zoom := max(r.dpr, 0), r.zoom
	if dpr == 0 {
		dpr = 1
	}
	if zoom == 0 {
		zoom = 1
	}
	if r.rot%180 != 0 {
		src = image.Pt(src.Y, src.X)
	}
	cut := func(side int, crop float64) int {
		switch {
		case crop == 0:
			return side
		case crop < 1:
			crop = math.Round(crop * float64(side))
		}
		return min(side, int(crop))
	}
	src = image.Pt(cut(src.X, r.cropW), cut(src.Y, r.cH))
	sx, sy := r.shrinks(src)
	sx, sy = sx/zoom, sy/zoom
	if !r.el {
		if least := min(sx, sy); least < 1 {
			sx, sy = sx/least, sy/least
		}
		dpr = min(dpr, sx, sy)
	}
	scale := func(n int, by float64) int {
		if n == 0 {
			return 0
		}
		return max(1, int(math.Round(float64(n)*by)))
	}
	size := image.Pt(scale(src.X, dpr/sx), scale(src.Y, dpr/sy))
	target := image.Pt(scale(r.w, dpr*zoom), scale(r.h, dpr*zoom))
	size = r.cut(size, target)
	if r.ex {
		size = image.Pt(max(size.X, target.X), max(size.Y, target.Y))
	}
	if r.exar && target.X > 0 && target.Y > 0 {
		dx, dy := float64(target.X)/float64(size.X), float64(target.Y)/float64(size.Y)
		switch {
		case dy > dx:
			size.Y = scale(size.X, float64(target.Y)/float64(target.X))
		case dx > dy:
			size.X = scale(size.Y, float64(target.X)/float64(target.Y))
		}
	}
	pad := int(math.Round(float64(r.pad) * dpr))
	return size.Add(image.Pt(2*pad, 2*pad))
}

// shrinks returns by how much each side gets smaller.
func (r row) shrinks(src image.Point) (x, y float64) {
	x, y = 1, 1
	if r.w > 0 {
		x = float64(src.X) / float64(r.w)
	}
	if r.h > 0 {
		y = float64(src.Y) / float64(r.h)
	}
	rt := r.kind(src)
	switch {
	case r.w == 0 && r.h == 0, rt == "force":
	case r.w == 0:
		x = y
	case r.h == 0:
		y = x
	case rt == "fill", rt == "fill-down":
		x, y = min(x, y), min(x, y)
	default:
		x, y = max(x, y), max(x, y)
	}
	return x, y
}

func (r row) kind(src image.Point) string {
	if r.rt != "auto" {
		return r.rt
	}
	a, b := src.X-src.Y, r.w-r.h
	if a >= 0 && b >= 0 || a < 0 && b < 0 {
		return "fill"
	}
	return "fit"
}

func (r row) cut(size, target image.Point) image.Point {
	if r.rt == "fill-down" && !r.el && target.X > 0 && target.Y > 0 {
		dx, dy := float64(target.X)/float64(size.X), float64(target.Y)/float64(size.Y)
		switch {
		case dx > dy && dx > 1:
			target = image.Pt(size.X, int(math.Round(float64(size.X)*float64(target.Y)/float64(target.X))))
		case dy > dx && dy > 1:
			target = image.Pt(int(math.Round(float64(size.Y)*float64(target.X)/float64(target.Y))), size.Y)
		}
	}
	if target.X > 0 {
		size.X = min(size.X, target.X)
	}
	if target.Y > 0 {
		size.Y = min(size.Y, target.Y)
	}
	return size
}

var rows = []row{
	{options: "", rt: "fit"},
	{options: "w:300", rt: "fit", w: 300},
	{options: "h:301", rt: "fit", h: 301},
	{options: "rs:fit:300:200", rt: "fit", w: 300, h: 200},
	{options: "s:300:200", rt: "fit", w: 300, h: 200},
	{options: "rs::300:200", rt: "fit", w: 300, h: 200},
	{options: "width:300/height:200", rt: "fit", w: 300, h: 200},
	{options: "w:10/w:300", rt: "fit", w: 300},
	{options: "w:300/w:", rt: "fit", w: 300},
	{options: "rs:fit:3000:3000", rt: "fit", w: 3000, h: 3000},
	{options: "rs:fit:3000:3000:1", rt: "fit", w: 3000, h: 3000, el: true},
	{options: "rs:fit:400:300:true", rt: "fit", w: 400, h: 300, el: true},
	{options: "w:1500/el:1", rt: "fit", w: 1500, el: true},
	{options: "w:1500/el:yes", rt: "fit", w: 1500},
	{options: "rs:fill:300:200", rt: "fill", w: 300, h: 200},
	{options: "rs:fill:301:299", rt: "fill", w: 301, h: 299},
	{options: "rs:fill:300", rt: "fill", w: 300},
	{options: "rs:fill:0:300", rt: "fill", h: 300},
	{options: "rs:fill:3000:500", rt: "fill", w: 3000, h: 500},
	{options: "rs:fill:500:3000", rt: "fill", w: 500, h: 3000},
	{options: "rs:fill:3000:500:1", rt: "fill", w: 3000, h: 500, el: true},
	{options: "rs:fill:700:700:1/g:no", rt: "fill", w: 700, h: 700, el: true},
	{options: "rs:fill:300:300/g:noea:10:20", rt: "fill", w: 300, h: 300},
	{options: "rs:fill:300:300/g:fp:0.2:0.8", rt: "fill", w: 300, h: 300},
	{options: "rs:fill:300:300/g:ce:-0.2:30", rt: "fill", w: 300, h: 300},
	{options: "rs:fill-down:300:200", rt: "fill-down", w: 300, h: 200},
	{options: "rs:fill-down:3000:1500", rt: "fill-down", w: 3000, h: 1500},
	{options: "rs:fill-down:1500:3000", rt: "fill-down", w: 1500, h: 3000},
	{options: "rs:fill-down:900:900:1", rt: "fill-down", w: 900, h: 900, el: true},
	{options: "rs:force:300:200", rt: "force", w: 300, h: 200},
	{options: "rs:force:3000:500", rt: "force", w: 3000, h: 500},
	{options: "rs:force:3000:500:1", rt: "force", w: 3000, h: 500, el: true},
	{options: "rs:auto:300:200", rt: "auto", w: 300, h: 200},
	{options: "rs:auto:200:300", rt: "auto", w: 200, h: 300},
	{options: "rs:auto:300:300", rt: "auto", w: 300, h: 300},
	{options: "rs:auto:1500:300:1", rt: "auto", w: 1500, h: 300, el: true},
	{options: "rs:fit:300:200:0:1", rt: "fit", w: 300, h: 200, ex: true},
	{options: "w:300/h:300/ex:1:so", rt: "fit", w: 300, h: 300, ex: true},
	{options: "w:3000/h:3000/ex:1", rt: "fit", w: 3000, h: 3000, ex: true},
	{options: "w:1500/ex:1", rt: "fit", w: 1500, ex: true},
	{options: "rs:fill:700:700:0:1", rt: "fill", w: 700, h: 700, ex: true},
	{options: "rs:fill:700:700:0:1:no/g:so", rt: "fill", w: 700, h: 700, ex: true},
	{options: "w:300/h:100/exar:1", rt: "fit", w: 300, h: 100, exar: true},
	{options: "w:1000/h:3000/exar:1", rt: "fit", w: 1000, h: 3000, exar: true},
	{options: "w:300/dpr:2", rt: "fit", w: 300, dpr: 2},
	{options: "w:150/dpr:3.5", rt: "fit", w: 150, dpr: 3.5},
	{options: "w:2000/dpr:2", rt: "fit", w: 2000, dpr: 2},
	{options: "w:150/dpr:0.5", rt: "fit", w: 150, dpr: 0.5},
	{options: "dpr:2", rt: "fit", dpr: 2},
	{options: "rs:fill:150:150/dpr:2", rt: "fill", w: 150, h: 150, dpr: 2},
	{options: "rs:fill:1000:1000/dpr:3", rt: "fill", w: 1000, h: 1000, dpr: 3},
	{options: "w:400/el:1/dpr:2", rt: "fit", w: 400, el: true, dpr: 2},
	{options: "w:300/z:1.5", rt: "fit", w: 300, zoom: 1.5},
	{options: "w:300/h:400/z:0.5", rt: "fit", w: 300, h: 400, zoom: 0.5},
	{options: "c:500:400", rt: "fit", cropW: 500, cH: 400},
	{options: "c:0.5:0.4:nowe", rt: "fit", cropW: 0.5, cH: 0.4},
	{options: "c:120:0:so", rt: "fit", cropW: 120},
	{options: "c:9000:150:ea:10:0", rt: "fit", cropW: 9000, cH: 150},
	{options: "c:500:400:fp:0.9:0.9/w:100", rt: "fit", cropW: 500, cH: 400, w: 100},
	{options: "c:500:400/rot:90/w:100", rt: "fit", cropW: 500, cH: 400, rot: 90, w: 100},
	{options: "c:150:100/rot:-90/rs:fill:90:80/fl:1", rt: "fill", cropW: 150, cH: 100, rot: 270, w: 90, h: 80},
	{options: "rot:90", rt: "fit", rot: 90},
	{options: "rot:90/w:300", rt: "fit", rot: 90, w: 300},
	{options: "rot:450/rs:fill:300:200", rt: "fill", rot: 90, w: 300, h: 200},
	{options: "rot:180/fl:1:1/w:300", rt: "fit", rot: 180, w: 300},
	{options: "w:100/pd:10", rt: "fit", w: 100, pad: 10},
	{options: "w:100/pd:10/dpr:2", rt: "fit", w: 100, pad: 10, dpr: 2},
	{options: "w:3000/pd:10/dpr:2", rt: "fit", w: 3000, pad: 10, dpr: 2},
	{options: "w:2000/pd:10:10/dpr:2", rt: "fit", w: 2000, pad: 10, dpr: 2},
	{options: "w:300/bl:5/sh:0.5/pix:4/bg:fff", rt: "fit", w: 300},
	{options: "w:300/q:50/f:webp", rt: "fit", w: 300},
	{options: "w:300/cb:abc/exp:4102444800/fn:x", rt: "fit", w: 300},
	{options: "w:300/ar:1/sm:1/kcr:0/scp:0/ph:0/raw:0/att:0/eth:1", rt: "fit", w: 300},
}

func TestSizes(t *testing.T) {
	if len(rows) < 60 {
		t.Errorf("%d rows, want 60 at least", len(rows))
	}
	for _, r := range rows {
		for name, info := range pictures {
			shown := plan.Turn(info.Orientation).Size(image.Pt(info.Width, info.Height))
			if got, want := planned(t, r.options, name).Size(), r.theirs(shown); got != want {
				t.Errorf("%q of %s: %v, want %v", r.options, name, got, want)
			}
		}
	}
}

// A crop comes after rot and fl there. What is taken must be the same part of the picture.
func TestCropIsTurnedBack(t *testing.T) {
	for options, want := range map[string]image.Rectangle{
		"c:100:50:nowe":                image.Rect(0, 0, 100, 50),
		"c:100:50:soea":                image.Rect(540, 430, 640, 480),
		"c:100:50:nowe:10:20":          image.Rect(10, 20, 110, 70),
		"c:100:50:soea:10:20":          image.Rect(530, 410, 630, 460),
		"c:100:50:ce:10:-20":           image.Rect(280, 195, 380, 245),
		"c:100:50/g:no":                image.Rect(270, 0, 370, 50),
		"c:100:50:nowe/fl:1":           image.Rect(540, 0, 640, 50),
		"c:100:50:nowe:10:0/fl:1":      image.Rect(530, 0, 630, 50),
		"c:100:50:nowe/rot:90":         image.Rect(0, 380, 50, 480),
		"c:100:50:nowe:10:20/rot:90":   image.Rect(20, 370, 70, 470),
		"c:100:50:nowe/rot:180":        image.Rect(540, 430, 640, 480),
		"c:100:50:nowe/rot:270":        image.Rect(590, 0, 640, 100),
		"c:100:50:nowe/rot:90/fl:1":    image.Rect(0, 0, 50, 100),
		"c:0.25:0.5:nowe:0.25:0":       image.Rect(160, 0, 320, 240),
		"c:100:50:nowe:9999:0":         image.Rect(540, 0, 640, 50),
		"c:100:50:fp:0.5:0/rot:90/w:9": image.Rect(0, 190, 50, 290),
	} {
		if got := planned(t, options, "alpha").Crop; got != want {
			t.Errorf("%s: %v, want %v", options, got, want)
		}
	}
}

// Where a picture is cut, the gravity and its offsets say where: in pixels of the result, times dpr.
func TestGravity(t *testing.T) {
	for options, want := range map[string]plan.Window{
		"rs:fill:160:160/g:nowe":             {X: 0, Y: 0, W: 480, H: 480},
		"rs:fill:160:160":                    {X: 80, Y: 0, W: 480, H: 480},
		"rs:fill:160:160/g:ea:10:0":          {X: 130, Y: 0, W: 480, H: 480},
		"rs:fill:160:160/g:we:10:0/dpr:2":    {X: 30, Y: 0, W: 480, H: 480},
		"rs:fill:160:160/g:we:0.125:0":       {X: 80, Y: 0, W: 480, H: 480},
		"rs:fill:160:160/g:we:0.9:0":         {X: 160, Y: 0, W: 480, H: 480},
		"rs:fill-down:160:160/g:we:10:0":     {X: 30, Y: 0, W: 480, H: 480},
		"rs:fill:160:160/g:fp:0.5:0.5":       {X: 80, Y: 0, W: 480, H: 480},
		"rs:fill:9000:100/g:so":              {X: 0, Y: 380, W: 640, H: 100},
		"rs:fill:100:9000/g:ea/rs:fill::480": {X: 540, Y: 0, W: 100, H: 480},
	} {
		if got := planned(t, options, "alpha").Window; got != want {
			t.Errorf("%s: %+v, want %+v", options, got, want)
		}
	}
}

func TestFormatOfTheSource(t *testing.T) {
	for picture, want := range map[string]format.Format{"market": format.JPEG, "tall": format.PNG, "alpha": format.PNG} {
		if got := planned(t, "w:10", picture).Format; got != want {
			t.Errorf("%s: %v, want %v", picture, got, want)
		}
	}
	pictures["webp"] = probe.Info{
		Format: format.WebP, Width: 10, Height: 10, Orientation: 1, Frames: 1, Model: probe.RGB,
		Depth: 8, SubX: 1, SubY: 1, Alpha: true,
	}
	defer delete(pictures, "webp")
	if got := planned(t, "w:10", "webp").Format; got != format.PNG {
		t.Errorf("webp with alpha: %v, want png", got)
	}
	if got := planned(t, "w:10/bg:fff", "webp").Format; got != format.JPEG {
		t.Errorf("webp on white: %v, want jpeg", got)
	}
}

// Numbers of theirs become numbers of ours that look alike: each format's on the scale of JPEG.
func TestQuality(t *testing.T) {
	for options, want := range map[string]int{
		"f:jpg": 80, "q:70": 70, "q:0": 80, "q:70/f:webp": 71, "q:63/f:avif": 80, "q:99/f:avif": 100,
		"q:70/fq:webp:50:avif:40/f:webp": 51, "q:70/fq:webp:50:avif:40/f:avif": 57, "q:70/fq:webp:50/f:jpg": 70, "q:70/fq:jpg:30": 30,
	} {
		if got := planned(t, options, "market").Quality; got != want {
			t.Errorf("%s: %d, want %d", options, got, want)
		}
	}
	if formats := slices.Sorted(func(yield func(string) bool) {
		for f := range dialect.QualityOffsets {
			if !yield(f.String()) {
				return
			}
		}
	}); !slices.Equal(formats, []string{"avif", "jpeg", "webp"}) {
		t.Errorf("offsets of %v", formats)
	}
}
