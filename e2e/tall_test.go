//go:build unix

package e2e

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// A picture too tall for AVIF and WebP is JPEG for whoever leaves the format to the server, at once and from the cache.
func TestTallPicture(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 20, 16_400))); err != nil {
		t.Fatal(err)
	}
	o, s := newOrigin(t), start(t)
	tall := o.put("/tall.png", b.Bytes())
	accept := []string{"Accept", "image/avif,image/webp,*/*"}
	for _, state := range []string{"MISS", "HIT"} {
		a := s.get(t, s.signed("url", tall, "w", "20", "f", "auto"), accept...)
		a.wantState(t, state)
		if format.Sniff(a.body) != format.JPEG || a.header.Get("Content-Type") != "image/jpeg" ||
			a.header.Get("Vary") != "Accept" {
			t.Errorf("%s: got %s, header %v", state, format.Sniff(a.body), a.header)
		}
	}
	refusal(t, s.get(t, s.signed("url", tall, "w", "20", "f", "avif"), accept...), fault.OutputTooLarge)
	body, contentType := form(t, b.Bytes(), map[string]string{"w": "20", "f": "auto"})
	a := s.must(t, http.MethodPost, "/upload", body, append(accept, "Content-Type", contentType)...)
	if a.status != http.StatusOK || format.Sniff(a.body) != format.JPEG {
		t.Errorf("an upload: got %d, %s", a.status, format.Sniff(a.body))
	}
}
