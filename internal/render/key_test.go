package render

import (
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/param"
)

func TestKeySource(t *testing.T) {
	for _, source := range []string{"https://example.com/a.jpg?format=x&params=y", "sample:photo"} {
		req := param.Request{Source: source, Version: "1\nurl=https://other.example/"}
		if got, ok := KeySource(keyText(req, format.WebP)); got != source || !ok {
			t.Errorf("got %q, %t, want %q", got, ok, source)
		}
	}
	for _, text := range []string{"", "engine=1", "url=x\n", "engine=1\nurl=x", "\nurl=x\n"} {
		if got, ok := KeySource(text); ok {
			t.Errorf("%q: got %q", text, got)
		}
	}
}
