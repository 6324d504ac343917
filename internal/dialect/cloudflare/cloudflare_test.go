package cloudflare

import (
	"fmt"
	"image"
	"math"
	"strings"
	"testing"

	"imagekit/internal/dialect"
	"imagekit/internal/effect"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
)

func ask(t testing.TB, options string) param.Request {
	t.Helper()
	req, err := (Reader{}).Read(dialect.Target{Path: prefix + options + "/https://example.com/a.jpg"})
	if err != nil {
		t.Fatalf("%s: %v", options, err)
	}
	return req
}

// theirs is the size that Cloudflare's documentation promises.
func theirs(fit string, src, box image.Point) image.Point {
	scale := func(by float64) image.Point {
		return image.Pt(max(1, int(math.Round(float64(src.X)*by))), max(1, int(math.Round(float64(src.Y)*by))))
	}
	x, y := float64(box.X)/float64(src.X), float64(box.Y)/float64(src.Y)
	switch fit {
	case "scale-down":
		return scale(min(1, x, y))
	case "contain":
		return scale(min(x, y))
	case "crop":
		full := scale(min(1, max(x, y)))
		return image.Pt(min(full.X, box.X), min(full.Y, box.Y))
	}
	return box // cover, pad, squeeze
}

func TestSizes(t *testing.T) {
	sources := []image.Point{{2725, 2225}, {200, 1000}, {640, 480}, {90, 60}}
	boxes := []image.Point{{300, 200}, {200, 300}, {300, 300}, {1500, 100}}
	lim := plan.Limits{MaxPixels: 50_000_000, MaxOutputPixels: 50_000_000, Memory: 1 << 40}
	for fit := range fits {
		for _, src := range sources {
			for _, box := range boxes {
				for _, dpr := range []int{1, 2} {
					req := ask(t, fmt.Sprintf("w=%d,height=%d,fit=%s,dpr=%d", box.X, box.Y, fit, dpr))
					info := probe.Info{
						Format: format.PNG, Width: src.X, Height: src.Y, Orientation: 1, Frames: 1,
						Model: probe.RGB, Depth: 8, SubX: 1, SubY: 1,
					}
					pl, err := plan.New(info, req.Params, req.Params.Format, lim)
					if err != nil {
						t.Fatal(err)
					}
					if got, want := pl.Size(), theirs(fit, src, box.Mul(dpr)); got != want {
						t.Errorf("%s of %v in %v × %d: %v, want %v", fit, src, box, dpr, got, want)
					}
				}
			}
		}
	}
}

func TestRead(t *testing.T) {
	for options, want := range map[string]param.Params{
		"width=80,q=75": {Width: 80, Quality: 75},
		"w=80,h=60,fit=cover,g=0.25x1": {
			Width: 80, Height: 60, Fit: param.Cover, Up: true,
			Gravity: param.Gravity{Set: true, X: 0.25, Y: 1},
		},
		"fit=crop,gravity=left":          {Fit: param.CropTo, Gravity: param.Gravity{Set: true, X: 0, Y: 0.5}},
		"f=auto":                         {Format: format.Auto},
		"format=baseline-jpeg,rotate=90": {Format: format.JPEG, Rotate: 90},
		"background=%23336699,flip=hv": {
			Background: param.Color{Set: true, R: 0x33, G: 0x66, B: 0x99},
			Flip:       param.FlipBoth,
		},
		"metadata=none,anim=false":        {Anim: param.AnimOff},
		"anim=true":                       {},
		"compression=fast,background=fff": {Background: param.Color{Set: true, R: 255, G: 255, B: 255}},
		"blur=20":                         {Effects: param.Effects{effect.Blur: {Number: 20}}},
		"brightness=0.5,saturation=2,dpr=2": {
			DPR:     2,
			Effects: param.Effects{effect.Brightness: {Number: 0.5}, effect.Saturation: {Number: 2}},
		},
	} {
		if want.Fit == param.FitUnset {
			want.Fit = param.Inside
		}
		if want.Format == format.Unknown {
			want.Format = format.Source
		}
		if got := ask(t, options).Params; got != want {
			t.Errorf("%s: %+v, want %+v", options, got, want)
		}
	}
}

func TestSource(t *testing.T) {
	for path, want := range map[string]string{
		"https://example.com/a%20b.jpg":       "https://example.com/a%20b.jpg",
		"https:/example.com/a.jpg":            "https://example.com/a.jpg",
		"https%3A%2F%2Fexample.com%2Fa.jpg":   "https://example.com/a.jpg",
		"photos/a.jpg":                        "https://www.example.com/base/photos/a.jpg",
		"/photos/a.jpg":                       "https://www.example.com/base/photos/a.jpg",
		"photos/a.jpg?v=1&w=2":                "https://www.example.com/base/photos/a.jpg?v=1&w=2",
		"https://example.com/a.jpg?v=https:/": "https://example.com/a.jpg?v=https:/",
	} {
		path, query, _ := strings.Cut(path, "?")
		req, err := Reader{Base: "https://www.example.com/base"}.Read(dialect.Target{
			Path:  prefix + "w=1/" + path,
			Query: query,
		})
		if err != nil || req.Source != want {
			t.Errorf("%s: %q, %v; want %q", path, req.Source, err, want)
		}
	}
}

func TestRefused(t *testing.T) {
	const src = "/https://example.com/a.jpg"
	for path, name := range map[string]string{
		"bogus=1" + src: "bogus", "w=auto" + src: "w", "width=0" + src: "width", "w=1,width=2" +
			src: "width", "w=8000,dpr=2" + src: "width", "dpr=0.5" + src: "dpr",
		"fit=fill" + src: "fit", "g=auto" + src: "g", "gravity=face" + src: "gravity", "g=2x1" + src: "g", "q=high" +
			src: "q", "f=json" + src: "f",
		"f=gif" + src: "f", "rotate=45" + src: "rotate", "flip=x" + src: "flip", "background=red" +
			src: "background", "blur=251" + src: "blur", "metadata=keep" + src: "metadata",
		"anim=maybe" + src: "anim", "onerror=redirect" + src: "onerror", "trim=1;2;3;4" + src: "trim", "segment=foreground" +
			src: "segment", "w=" + src: "w", "w=%zz" + src: "w",
		"": "options", "w=1": "options", "w=1/": "url", "w=1/photos/a.jpg": "url", "w=1/ftp://example.com/": "url", "w=1//evil.example.com/a.jpg": "url",
	} {
		_, err := (Reader{}).Read(dialect.Target{Path: prefix + path})
		if f := fault.From(err); err == nil || f.Kind.Row().Status != 400 || f.Param != name {
			t.Errorf("%s: %v, want 400 for %q", path, err, name)
		}
	}
	for _, path := range []string{"../a.jpg", "a/%2e%2e/b", "a/..%2fb", `a\..\b`, "//evil.example.com/a.jpg"} {
		if _, err := (Reader{Base: "https://www.example.com/base"}).Read(dialect.Target{Path: prefix + "w=1/" +
			path}); err == nil {
			t.Errorf("%s is taken", path)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("w=80,h=60,fit=cover,g=0.25x1,f=auto/https://example.com/a.jpg", "v=1")
	f.Add("background=%23fff,blur=2/photos/a.jpg", "")
	f.Fuzz(func(t *testing.T, path, query string) {
		req, err := Reader{Base: "https://www.example.com/base"}.Read(dialect.Target{Path: prefix + path, Query: query})
		if err != nil {
			if status := fault.From(err).Kind.Row().Status; status != 400 {
				t.Fatalf("%q: %v", path, err)
			}
			return
		}
		if p := req.Params; req.Source == "" || p.Width > param.MaxSide || p.Height > param.MaxSide || p.Quality > 100 {
			t.Fatalf("%q: %+v", path, req)
		}
	})
}
