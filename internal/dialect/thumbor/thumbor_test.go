package thumbor

import (
	"encoding/base64"
	"math"
	"strings"
	"testing"
	"time"

	"imagekit/internal/dialect"
	"imagekit/internal/effect"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
)

// documented is the example of thumbor's own documentation, with its key.
const (
	documented    = "/8ammJH8D-7tXy6kU3lTvoXlhu4o=/300x200/my.server.com/some/path/to/image.jpg"
	documentedKey = "my-security-key"
)

func TestVerify(t *testing.T) {
	r := reader(t, Config{Key: []byte(documentedKey)})
	long := reader(t, Config{Imagor: true, Key: []byte("k"), Hash: "sha256", Truncate: 40})
	escaped := "10x/example.com/a%20b.jpg"
	for name, tt := range map[string]struct {
		r      *Reader
		path   string
		signed bool
		ok     bool
	}{
		"documented":        {r, documented, true, true},
		"signed decoded":    {r, "/" + r.mac([]byte(documentedKey), "10x/example.com/a b.jpg") + "/" + escaped, true, true},
		"signed raw":        {r, "/" + r.mac([]byte(documentedKey), escaped) + "/" + escaped, true, true},
		"truncated":         {long, "/" + long.mac([]byte("k"), "10x/a") + "/10x/a", true, true},
		"changed":           {r, strings.Replace(documented, "300", "301", 1), false, false},
		"unsafe":            {r, "/unsafe/10x/a", false, true},
		"without a key":     {reader(t, Config{}), documented, false, false},
		"under another key": {reader(t, Config{Key: []byte("k")}), documented, false, false},
	} {
		got, err := tt.r.Verify(dialect.Target{Path: tt.path})
		if got != tt.signed || (err == nil) != tt.ok || err != nil && fault.From(err).Kind != fault.BadSignature {
			t.Errorf("%s: %v, %v; want %v", name, got, err, tt.signed)
		}
		if !tt.r.Takes(dialect.Target{Path: tt.path}) {
			t.Errorf("%s is not taken", name)
		}
	}
	for _, path := range []string{"/", "/unsafe", "/unsafe/", "/safe/x", "/" + strings.Repeat("a", 28) + "/x", "/" + strings.Repeat("a", 43) + "/x", "/" + strings.Repeat("!", 27) + "=/x"} {
		if r.Takes(dialect.Target{Path: path}) {
			t.Errorf("%s is taken", path)
		}
	}
}

func TestSign(t *testing.T) {
	r := reader(t, Config{Key: []byte(documentedKey)})
	if got, err := r.Sign("300x200/my.server.com/some/path/to/image.jpg"); got != documented || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := r.Sign("/filters:bogus()/example.com/a.jpg"); err == nil {
		t.Error("signed what nobody can read")
	}
	if _, err := reader(t, Config{}).Sign("example.com/a.jpg"); err == nil {
		t.Error("signed without a key")
	}
	for _, c := range []Config{{Hash: "md5"}, {Truncate: 29}, {Hash: "sha256", Truncate: -1}} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}

func TestSource(t *testing.T) {
	for path, want := range map[string]string{
		"300x200/example.com/a.jpg":                                                      "http://example.com/a.jpg",
		"https://example.com/a.jpg":                                                      "https://example.com/a.jpg",
		"10x/https:/example.com/a.jpg":                                                   "https://example.com/a.jpg",
		"10x/https%3A%2F%2Fexample.com%2Fa%2520b.jpg":                                    "https://example.com/a%20b.jpg",
		"fit-in/example.com/10x20/smart/a.jpg":                                           "http://example.com/10x20/smart/a.jpg",
		"filters:grayscale()/example.com/a.jpg":                                          "http://example.com/a.jpg",
		"1x2%3A3x4/filters%3Afill%28%23fff%29:blur%281%2c2%29/example.com/a%28%2528.jpg": "http://example.com/a(%28.jpg",
	} {
		if req, err := reader(t, Config{}).read(path); err != nil || req.Source != want {
			t.Errorf("%s: %q, %v; want %q", path, req.Source, err, want)
		}
	}
	imagor := reader(t, Config{Imagor: true, Base: "https://www.example.com"})
	for path, want := range map[string]string{
		"10x/photos/a.jpg": "https://www.example.com/photos/a.jpg",
		"10x/b64:" + base64.RawURLEncoding.EncodeToString([]byte("https://example.com/ä.jpg")): "https://example.com/%C3%A4.jpg",
	} {
		if req, err := imagor.read(path); err != nil || req.Source != want {
			t.Errorf("%s: %q, %v; want %q", path, req.Source, err, want)
		}
	}
}

// What the same filter means in each of the two.
func TestFilters(t *testing.T) {
	number := func(kind effect.Kind) func(param.Params) float64 {
		return func(p param.Params) float64 { return p.Effects[kind].Number }
	}
	c := 2.55 * 20
	for filter, tt := range map[string]struct {
		get             func(param.Params) float64
		thumbor, imagor float64
	}{
		"blur(8)":         {number(effect.Blur), 8, 4},
		"blur(8,3)":       {number(effect.Blur), 3, 3},
		"blur(0)":         {number(effect.Blur), 0, 0},
		"sharpen(2,1,1)":  {number(effect.Sharpen), 3, 3},
		"brightness(20)":  {number(effect.Brightness), 1.2, 1.2},
		"brightness(-50)": {number(effect.Brightness), 0.5, 0.5},
		"contrast(20)":    {number(effect.Contrast), 259 * (c + 255) / (255 * (259 - c)), 259 * (c + 255) / (255 * (259 - c))},
		"saturation(2)":   {number(effect.Saturation), 2, 1.02},
		"pixelate(12)":    {number(effect.Pixelate), 12, 12},
		"rotate(90)":      {func(p param.Params) float64 { return float64(p.Rotate) }, 270, 90},
		"quality(70)":     {func(p param.Params) float64 { return float64(p.QualityOf(format.AVIF)) }, 87, 87},
		"round_corner(9)": {func(p param.Params) float64 { return float64(p.Radius.Pixels) }, 9, 9},
	} {
		for i, want := range []float64{tt.thumbor, tt.imagor} {
			p := asked(t, Config{Imagor: i == 1}, "filters:"+filter)
			if got := tt.get(p); math.Abs(got-want) > 1e-6 {
				t.Errorf("%s, imagor %v: %g, want %g", filter, i == 1, got, want)
			}
		}
	}
	imagor := Config{Imagor: true}
	p := asked(t, imagor, "10x10/filters:format(webp):fill(tomato):grayscale():invert():hue(-90):padding(336699,1,2):strip_exif()")
	want := param.Params{
		Width: 10, Height: 10, Fit: param.Cover, Up: true, Format: format.WebP, Padding: param.Sides{Top: 2, Right: 1, Bottom: 2, Left: 1},
		Background: param.Color{Set: true, R: 0x33, G: 0x66, B: 0x99},
		Effects:    param.Effects{effect.Gray: {On: true}, effect.Invert: {On: true}, effect.Hue: {Number: 270}},
	}
	if p != want {
		t.Errorf("%+v, want %+v", p, want)
	}
	if req, err := reader(t, imagor).read("filters:expire(4102444800000)/a"); err != nil || !req.Expires.Equal(time.Unix(4102444800, 0)) {
		t.Errorf("expire: %v, %v", req.Expires, err)
	}
	if c := asked(t, imagor, "0.1x0.2:0.6x0.7").Crop; c != (param.Crop{
		Set: true, X: param.Length{Value: 0.1, Fraction: true}, Y: param.Length{Value: 0.2, Fraction: true}, W: param.Length{Value: 0.5, Fraction: true}, H: param.Length{Value: 0.5, Fraction: true},
	}) {
		t.Errorf("a crop of shares: %+v", c)
	}
	if c := asked(t, Config{}, "10x20:110x70").Crop; c.String() != "10,20,100,50" {
		t.Errorf("a crop of pixels: %s", c)
	}
}

// Whatever cannot be done is refused, where they leave some of it out.
func TestRefused(t *testing.T) {
	for path, name := range map[string]string{
		"meta/10x/a": "meta", "debug/a": "debug", "trim/a": "trim", "trim:bottom-right:10/a": "trim", "adaptive-fit-in/10x10/a": "adaptive-fit-in", "smart/a": "smart", "10x10/smart/a": "smart",
		"origx10/a": "size", "9000x/a": "size", "10x10:5x20/a": "crop", "stretch/10x10/a": "stretch", "filters:bogus()/a": "bogus", "filters:grayscale()": "filters", "filters:grayscale/a": "filters",
		"filters:grayscale(a": "filters", "filters:/a": "filters", "filters:grayscale()x/a": "filters", "filters:quality(0)/a": "quality", "filters:quality(a)/a": "quality", "filters:format(tiff)/a": "format",
		"filters:fill(auto)/a": "fill", "filters:blur(-1)/a": "blur", "filters:blur(NaN)/a": "blur", "filters:brightness(-100)/a": "brightness", "filters:contrast(101)/a": "contrast", "filters:saturation(Inf)/a": "saturation",
		"filters:watermark(x,0,0,50)/a": "watermark", "filters:max_bytes(10)/a": "max_bytes", "filters:proportion(0.5)/a": "proportion", "filters:focal(1x2:30x40)/a": "focal",
		"filters:round_corner(0)/a": "round_corner", "filters:pixelate(1)/a": "pixelate", "filters:hue(10)/a": "hue", "filters:max_age(10)/a": "max_age", "": "url", "10x10/": "url", "//evil": "url", "ftp://a/b": "url", "%zz": "image",
	} {
		_, err := reader(t, Config{}).read(path)
		if f := fault.From(err); err == nil || f.Kind.Row().Status != 400 || f.Param != name {
			t.Errorf("%s: %v blames %q, want 400 for %q", path, err, f.Param, name)
		}
	}
	for path, name := range map[string]string{
		"filters:round_corner(9,8)/a": "round_corner", "filters:padding(red,1,2,3)/a": "padding", "filters:expire(x)/a": "expire", "b64:%%%/a": "image", "10x10/1x1/filters:fill(red):rotate(90)/a": "rotate",
		"filters:attachment(x)/a": "attachment", "filters:lossless()/a": "lossless",
	} {
		_, err := reader(t, Config{Imagor: true}).read(path)
		if f := fault.From(err); err == nil || f.Kind.Row().Status != 400 || f.Param != name {
			t.Errorf("%s: %v blames %q, want 400 for %q", path, err, f.Param, name)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, path := range []string{
		documented, "/unsafe/fit-in/-10x-20/left/top/filters:fill(red):blur(1,2):rotate(90)/example.com/a.jpg", "/unsafe/0.1x0.2:0.6x0.7/10x10/1x2:3x4/filters:focal(0x0:1x1)/b64:aHR0cDovL2Ev",
	} {
		f.Add(path, true)
	}
	f.Fuzz(func(t *testing.T, path string, imagor bool) {
		r := reader(t, Config{Imagor: imagor})
		target := dialect.Target{Path: path}
		if !strings.HasPrefix(path, "/") || !r.Takes(target) {
			return
		}
		req, err := r.Read(target)
		if err != nil {
			if status := fault.From(err).Kind.Row().Status; status != 400 {
				t.Fatalf("%q: %v", path, err)
			}
			return
		}
		p := req.Params
		if req.Source == "" || p.Width > param.MaxSide || p.Height > param.MaxSide || p.Gravity.X < 0 || p.Gravity.X > 1 || p.Gravity.Y < 0 || p.Gravity.Y > 1 {
			t.Fatalf("%q: %+v", path, req)
		}
		for kind, v := range p.Effects {
			if o := effect.Table[kind].Option; v.Number != 0 && o.Max > 0 && !(v.Number >= o.Min && v.Number <= o.Max) {
				t.Fatalf("%q: %s=%g", path, o.Name, v.Number)
			}
		}
	})
}
