package server

import (
	"testing"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/format"
)

// Where the format is chosen for the client, what moves has one of its own: the answer to both stands in the key.
func TestMovingFormat(t *testing.T) {
	both := format.WebP
	if !both.Portable() {
		both = format.GIF
	}
	for _, tt := range []struct {
		name, f, accept string
		allowed         []format.Format
		want            format.Format
	}{
		{"names both", "f=auto&", "image/avif,image/webp", format.Outputs(), both},
		{"names nothing", "f=auto&", "*/*", format.Outputs(), format.GIF},
		{"names AVIF alone", "f=auto&", "image/avif", format.Outputs(), format.GIF},
		{"neither is allowed", "f=auto&", "image/webp", []format.Format{format.JPEG, format.PNG}, format.Unknown},
		{"the query names the format", "f=avif&", "image/avif,image/webp", format.Outputs(), format.Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.Formats, c.Negotiable = tt.allowed, tt.allowed })
			wantImage(t, r.ask(with(get(signedURL(tt.f+picture)), "Accept", tt.accept)))
			if got := r.painter.last(t).req.Params.Moving; got != tt.want {
				t.Errorf("asked for %v, want %v", got, tt.want)
			}
		})
	}
}

// Every answer repeats what a result came with.
func TestNotes(t *testing.T) {
	b := blob.New([]byte("RIFF....WEBP"), format.WebP, time.Unix(1_700_000_000, 0))
	b.Notes = "X-Animation: still; frames"
	r := newRig(t)
	r.painter.blob = b
	res := r.ask(get(signedURL(picture)))
	if got := res.Header.Get("X-Animation"); got != "still; frames" {
		t.Errorf("X-Animation: %q", got)
	}
}
