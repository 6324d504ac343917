package server

import (
	"context"
	"testing"

	"imagekit/internal/clientip"
)

// TestWorkKnowsItsClient: whoever does the work learns whose it is, so that it can be shared fairly.
func TestWorkKnowsItsClient(t *testing.T) {
	r := newRig(t, trusting("192.0.2.0/24"), func(c *Config) { c.PublicUpload = true })
	var got string
	r.painter.do = func(ctx context.Context) { got = clientip.Of(ctx) }
	wantImage(t, r.ask(with(get(signedURL(picture)), "X-Forwarded-For", "2001:db8:1:2:3::4")))
	if got != "2001:db8:1:2::/64" {
		t.Errorf("/img is for %q, want the client's network", got)
	}
	wantImage(t, r.ask(with(form("file", "bytes"), "X-Forwarded-For", "198.51.100.7")))
	if got != "198.51.100.7" {
		t.Errorf("/upload is for %q, want the client", got)
	}
}
