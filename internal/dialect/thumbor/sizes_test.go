package thumbor

import (
	"fmt"
	"image"
	"math"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
)

// pictures are sources of the sizes that the table was measured with.
var pictures = map[string]image.Point{
	"market": {X: 2725, Y: 2225}, "tall": {X: 200, Y: 1000}, "photo": {X: 640, Y: 480},
	"small": {X: 90, Y: 60},
}

func reader(t testing.TB, c Config) *Reader {
	t.Helper()
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func asked(t testing.TB, c Config, operations string) param.Params {
	t.Helper()
	if operations != "" {
		operations += "/"
	}
	req, err := reader(t, c).read(operations + "example.com/a.jpg")
	if err != nil {
		t.Fatalf("%s: %v", operations, err)
	}
	return req.Params
}

func planned(t testing.TB, c Config, operations string, size image.Point) plan.Plan {
	t.Helper()
	p := asked(t, c, operations)
	info := probe.Info{
		Format: format.PNG, Width: size.X, Height: size.Y, Orientation: 1, Frames: 1, Model: probe.RGB,
		Depth: 8, SubX: 1, SubY: 1,
	}
	pl, err := plan.New(info, p, p.Format, plan.Limits{MaxPixels: 50_000_000, MaxOutputPixels: 100_000_000, Memory: 1 << 40})
	if err != nil {
		t.Fatalf("%s: %v", operations, err)
	}
	return pl
}

// Measured with imagor 1.9.5.
func TestMeasuredSizes(t *testing.T) {
	imagor := Config{Imagor: true}
	for _, tt := range []struct {
		operations, picture string
		want                image.Point
	}{
		{"300x300", "tall", image.Pt(300, 300)},
		{"300x", "tall", image.Pt(300, 1500)},
		{"300x300/filters:no_upscale()", "tall", image.Pt(200, 300)},
		{"fit-in/300x300", "tall", image.Pt(60, 300)},
		{"fit-in/300x300/filters:fill(red)", "tall", image.Pt(300, 300)},
		{"200x/filters:rotate(90)", "market", image.Pt(163, 200)},
		{"200x/filters:rotate(45)", "market", image.Pt(200, 163)},
		{"200x200/10x20/filters:fill(fff)", "market", image.Pt(220, 240)},
		{"200x200/10x20", "market", image.Pt(200, 200)},
	} {
		if got := planned(t, imagor, tt.operations, pictures[tt.picture]).Size(); got != tt.want {
			t.Errorf("%s of %s: %v, want %v", tt.operations, tt.picture, got, tt.want)
		}
	}
}

// theirs is their arithmetic.
func theirs(fit string, src, box image.Point) image.Point {
	scale := func(by float64) image.Point {
		return image.Pt(max(1, int(math.Round(float64(src.X)*by))), max(1, int(math.Round(float64(src.Y)*by))))
	}
	x, y := float64(box.X)/float64(src.X), float64(box.Y)/float64(src.Y)
	if box.X == 0 {
		x = y
	}
	if box.Y == 0 {
		y = x
	}
	switch fit {
	case "", "upscale", "smartless":
		if box.X == 0 || box.Y == 0 {
			return scale(x)
		}
		return box
	case "no_upscale":
		full := scale(min(1, max(x, y)))
		if box.X > 0 {
			full.X = min(full.X, box.X)
		}
		if box.Y > 0 {
			full.Y = min(full.Y, box.Y)
		}
		return full
	case "fit-in":
		return scale(min(1, x, y))
	case "fit-in upscale":
		return scale(min(x, y))
	case "full-fit-in":
		return scale(max(x, y))
	}
	return box // stretch, fill
}

func TestSizes(t *testing.T) {
	n := 0
	for fit, path := range map[string]string{
		"": "%s", "upscale": "%s/filters:upscale()", "no_upscale": "%s/filters:no_upscale()", "fit-in": "fit-in/%s", "fit-in upscale": "fit-in/%s/filters:upscale()",
		"full-fit-in": "full-fit-in/%s", "stretch": "%s/filters:stretch()", "fill": "fit-in/%s/filters:fill(blue)", "smartless": "%s/left/top/filters:quality(50):blur(2)",
	} {
		for _, box := range []image.Point{
			{X: 300, Y: 200},
			{X: 200, Y: 300},
			{X: 300, Y: 300},
			{X: 1500, Y: 100},
			{X: 300},
			{Y: 300},
		} {
			if (box.X == 0 || box.Y == 0) && (fit == "stretch" || fit == "fill") {
				continue
			}
			for name, size := range pictures {
				for _, imagor := range []bool{false, true} {
					n++
					operations := fmt.Sprintf(path, fmt.Sprintf("%dx%d", box.X, box.Y))
					if got, want := planned(t, Config{Imagor: imagor}, operations, size).Size(), theirs(fit, size,
						box); got != want {
						t.Errorf("%s of %s: %v, want %v", operations, name, got, want)
					}
				}
			}
		}
	}
	if n < 60 {
		t.Errorf("%d combinations, want 60 at least", n)
	}
}

// They crop before they flip, and flip before they rotate; ours rotates first. The same part of the picture is taken.
func TestGravityIsTurned(t *testing.T) {
	for operations, want := range map[string]plan.Window{
		"480x480":                               {X: 80, Y: 0, W: 480, H: 480},
		"480x480/left":                          {X: 0, Y: 0, W: 480, H: 480},
		"480x480/right/bottom":                  {X: 160, Y: 0, W: 480, H: 480},
		"-480x480/left":                         {X: 0, Y: 0, W: 480, H: 480},
		"480x480/left/filters:rotate(90)":       {X: 0, Y: 0, W: 480, H: 480},
		"480x480/left/filters:rotate(180)":      {X: 0, Y: 0, W: 480, H: 480},
		"-480x480/left/filters:rotate(270)":     {X: 0, Y: 0, W: 480, H: 480},
		"640x240/bottom/filters:rotate(90)":     {X: 0, Y: 240, W: 640, H: 240},
		"640x-240/bottom/filters:rotate(90)":    {X: 0, Y: 240, W: 640, H: 240},
		"480x480/filters:focal(0x0:0.5x0.5)":    {X: 0, Y: 0, W: 480, H: 480},
		"480x480/filters:focal(0.5x0:0.75x0.5)": {X: 160, Y: 0, W: 480, H: 480},
	} {
		for _, imagor := range []bool{false, true} {
			if got := planned(t, Config{Imagor: imagor}, operations, pictures["photo"]).Window; got != want {
				t.Errorf("%s: %+v, want %+v", operations, got, want)
			}
		}
	}
	// A flip on one side and then a quarter is a quarter and then a flip on the other.
	if p := asked(t, Config{Imagor: true}, "-10x20/filters:rotate(90)"); p.Flip != param.FlipVertical || p.Width != 20 ||
		p.Height != 10 || p.Rotate != 90 {
		t.Errorf("%+v", p)
	}
	if p := asked(t, Config{}, "10x20/filters:rotate(90)"); p.Rotate != 270 {
		t.Errorf("thumbor turns by %d", p.Rotate)
	}
}
