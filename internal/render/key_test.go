package render

import (
	"reflect"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/named"
	"imagekit/internal/param"
	"imagekit/internal/plan"
)

// Every limit is either part of the key, because it changes what results look like, or only refuses sources. A new one fails
// here until it is decided which.
func TestLimitsInTheKey(t *testing.T) {
	decides := map[string]bool{
		"MaxOutputPixels": true, "MaxPixels": false, "Memory": false, "MaxFrames": true,
		"MaxFramePixels": true, "Sources": false,
	}
	base := keyText(request(100), format.WebP, plan.Limits{})
	for f := range reflect.TypeFor[plan.Limits]().Fields() {
		var l plan.Limits
		if v := reflect.ValueOf(&l).Elem().FieldByIndex(f.Index); v.CanUint() {
			v.SetUint(7)
		} else {
			v.SetInt(7)
		}
		changes := keyText(request(100), format.WebP, l) != base
		if want, known := decides[f.Name]; !known || changes != want {
			t.Errorf("plan.Limits.%s: changes the key: %t; decided here: %t", f.Name, changes, known)
		}
	}
}

func TestKeySource(t *testing.T) {
	for _, tt := range []struct{ source, mark, want string }{
		{"https://example.com/a.jpg?format=x&params=y&wm=sample:photo", "", ""},
		{"sample:photo", "https://other.example/logo.png?a=1&wmw=0.5", "https://other.example/logo.png?a=1&wmw=0.5"},
		{"https://example.com/a.jpg", "sample:photo", "sample:photo"},
		{"https://example.com/a.jpg", "logo", ""},
	} {
		for _, width := range []int{0, 100} {
			req := param.Request{
				Source:  tt.source,
				Version: "1\nurl=https://other.example/\nparams=wm=sample:photo&wm=sample:photo",
			}
			req.Params = param.Params{Width: width, Quality: 30, Watermark: param.Watermark{Source: tt.mark, Width: 0.3}}
			key := keyText(req, format.WebP, limits)
			if got, version, ok := keySource(key); got != tt.source || version != req.Version || !ok {
				t.Errorf("%+v: got %q, %q, %t", tt, got, version, ok)
			}
			if got := keyMark(key); got != tt.want {
				t.Errorf("%+v: got the watermark %q", tt, got)
			}
		}
	}
	for _, text := range []string{"", "engine=1", "url=x\n", "engine=1\nurl=x", "\nurl=x\n"} {
		if got, _, ok := keySource(text); ok {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

// TestMarksInTheKey: what is one value of a parameter is no second parameter, a name stands by the digest of what it names,
// and without a watermark nothing of it is in the key.
func TestMarksInTheKey(t *testing.T) {
	red, blue := named.New([]byte("red")), named.New([]byte("blue"))
	r := New(Config{Watermarks: map[string]named.Picture{"red": red, "blue": blue, "rouge": red}})
	key := func(w param.Watermark) string {
		return keyText(r.byDigest(param.Request{Source: "sample:photo", Params: param.Params{Watermark: w}}), format.WebP,
			limits)
	}
	one := key(param.Watermark{Source: "https://example.com/?a=1&wmw=0.5"})
	two := key(param.Watermark{Source: "https://example.com/?a=1", Width: 0.5})
	if one == two {
		t.Errorf("two requests have the key %q", one)
	}
	if key(param.Watermark{Source: "red"}) == key(param.Watermark{Source: "blue"}) ||
		key(param.Watermark{Source: "red"}) != key(param.Watermark{Source: "rouge"}) {
		t.Error("named watermarks do not stand by their bytes")
	}
	if key(param.Watermark{}) != key(param.Watermark{Width: 0.5, Tile: true}) {
		t.Error("how a watermark would lie is in the key although there is none")
	}
}
