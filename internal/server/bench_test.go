package server

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/render"
	"imagekit/internal/stage"
)

// discard is a ResponseWriter that costs as little as one can.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }

// BenchmarkHit is a cached picture of 50 KB, with rate limit and access log, without network and cache.
func BenchmarkHit(b *testing.B) {
	r := newRig(b, limited(1_000_000_000, 1_000_000), func(c *Config) {
		c.Log = slog.New(slog.NewJSONHandler(io.Discard, nil))
	})
	r.Renderer = hit{blob.New(bytes.Repeat([]byte("x"), 50<<10), format.WebP, time.Now())}
	req := with(get(signedURL("f=webp&h=240&q=75&"+picture)), "Accept", "image/avif,image/webp,*/*", "User-Agent", "benchmark")
	w := &discard{header: make(http.Header)}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		r.ServeHTTP(w, req)
	}
	if got := w.header["X-Cache"]; len(got) != 1 || got[0] != render.Hit.String() {
		b.Fatalf("X-Cache = %q", got)
	}
}

// hit is a Renderer that finds everything.
type hit struct{ *blob.Blob }

func (hit) Describe(context.Context, param.Request) (render.Source, error) {
	return render.Source{}, nil
}

func (h hit) Render(context.Context, param.Request, format.Format, func() error) (render.Result, error) {
	return render.Result{Blob: h.Blob, State: render.Hit, Times: stage.Times{stage.Cache: 123 * time.Microsecond}}, nil
}

func (h hit) Upload(context.Context, []byte, param.Params, format.Format) (render.Result, error) {
	return render.Result{Blob: h.Blob}, nil
}
