//go:build unix

package server

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"golang.org/x/sys/unix"

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
	r := newRig(b, limited(50_000_000, 1_000_000), func(c *Config) {
		c.Log = slog.New(slog.NewJSONHandler(io.Discard, nil))
	})
	r.Renderer = hit{blob.New(bytes.Repeat([]byte("x"), 50<<10), format.WebP, time.Now())}
	req := with(get(signedURL("f=webp&h=240&q=75&"+picture)), "Accept", "image/avif,image/webp,*/*", "User-Agent",
		"benchmark")
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

// BenchmarkObserved tells what metrics and the access log cost of a cached picture of 50 KB that goes over a connection:
// compare the two in pairs. The client is a few system calls.
func BenchmarkObserved(b *testing.B) {
	for name, observe := range map[string]func(*Config){
		"bare": func(c *Config) { c.Metrics, c.Log = nil, slog.New(slog.DiscardHandler) },
		"all":  func(c *Config) { c.Log = slog.New(slog.NewJSONHandler(io.Discard, nil)) },
	} {
		b.Run(name, func(b *testing.B) {
			r := newRig(b, limited(50_000_000, 1_000_000), observe)
			r.Renderer = hit{blob.New(bytes.Repeat([]byte("x"), 50<<10), format.WebP, time.Now())}
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			h, done := r.HTTP(), make(chan error)
			go func() { done <- h.Serve(Listener(l)) }()
			defer func() {
				h.Close()
				<-done
			}()
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			request := []byte("GET " + signedURL("f=webp&h=240&q=75&"+picture) + " HTTP/1.1\r\nHost: images.example\r\n\r\n")
			answer := make([]byte, 64<<10)
			before := cpu(b)
			for b.Loop() {
				if _, err := c.Write(request); err != nil {
					b.Fatal(err)
				}
				for n, want := 0, 1<<20; n < want; {
					more, err := c.Read(answer[n:])
					if err != nil {
						b.Fatal(err)
					}
					if n == 0 { // the header comes in one piece
						want = bytes.Index(answer[:more], []byte("\r\n\r\n")) + 4 + 50<<10
					}
					n += more
				}
			}
			b.ReportMetric(float64(cpu(b)-before)/float64(b.N), "cpu-ns/op") // steadier than the clock on a busy machine
		})
	}
}

// cpu returns the processor time that this process has used.
func cpu(b *testing.B) time.Duration {
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(unix.TimevalToNsec(r.Utime) + unix.TimevalToNsec(r.Stime))
}

// hit is a Renderer that finds everything.
type hit struct{ *blob.Blob }

func (hit) Describe(context.Context, param.Request) (render.Source, error) {
	return render.Source{}, nil
}

func (h hit) Render(context.Context, param.Request, format.Format, func() error) (render.Result, error) {
	return render.Result{Blob: h.Blob, State: render.Hit, Times: stage.Times{stage.Cache: 123 * time.Microsecond}}, nil
}

func (h hit) Check(param.Params) error { return nil }

func (h hit) Upload(context.Context, []byte, param.Params, format.Format) (render.Result, error) {
	return render.Result{Blob: h.Blob}, nil
}
