package render

import (
	"reflect"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
)

// Every limit is either part of the key, because it changes what results look like, or only refuses sources. A new one fails
// here until it is decided which.
func TestLimitsInTheKey(t *testing.T) {
	decides := map[string]bool{"MaxOutputPixels": true, "MaxPixels": false, "Memory": false}
	base := keyText(request(100), format.WebP, plan.Limits{})
	for f := range reflect.TypeFor[plan.Limits]().Fields() {
		var l plan.Limits
		reflect.ValueOf(&l).Elem().FieldByIndex(f.Index).SetInt(7)
		changes := keyText(request(100), format.WebP, l) != base
		if want, known := decides[f.Name]; !known || changes != want {
			t.Errorf("plan.Limits.%s: changes the key: %t; decided here: %t", f.Name, changes, known)
		}
	}
}

func TestKeySource(t *testing.T) {
	for _, source := range []string{"https://example.com/a.jpg?format=x&params=y", "sample:photo"} {
		req := param.Request{Source: source, Version: "1\nurl=https://other.example/"}
		if got, version, ok := KeySource(keyText(req, format.WebP, limits)); got != source || version != req.Version || !ok {
			t.Errorf("got %q, %t, want %q", got, ok, source)
		}
	}
	for _, text := range []string{"", "engine=1", "url=x\n", "engine=1\nurl=x", "\nurl=x\n"} {
		if got, _, ok := KeySource(text); ok {
			t.Errorf("%q: got %q", text, got)
		}
	}
}
