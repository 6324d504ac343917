package fetch

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andybalholm/brotli"

	"imagekit/internal/fault"
)

// packed returns data in codings, the first one innermost. "raw" is deflate without its frame.
func packed(t testing.TB, data []byte, codings ...string) []byte {
	t.Helper()
	for _, c := range codings {
		var b bytes.Buffer
		var w io.WriteCloser
		switch c {
		case "gzip":
			w = gzip.NewWriter(&b)
		case "deflate":
			w = zlib.NewWriter(&b)
		case "raw":
			w, _ = flate.NewWriter(&b, flate.BestCompression)
		case "br":
			w = brotli.NewWriter(&b)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		data = b.Bytes()
	}
	return data
}

// TestCodings: what an origin packs although nobody asked is unpacked, and what is a picture by its first bytes is one,
// whatever the header says.
func TestCodings(t *testing.T) {
	large := append(bytes.Clone(png), make([]byte, limit-len(png))...)
	for _, tt := range []struct {
		name   string
		fields []string // Content-Encoding
		body   []byte
		want   []byte
	}{
		{"gzip", []string{"gzip"}, packed(t, png, "gzip"), png},
		{"gzip by its old name, in capitals", []string{"X-GZIP"}, packed(t, png, "gzip"), png},
		{"deflate", []string{"deflate"}, packed(t, png, "deflate"), png},
		{"deflate without its frame", []string{"deflate"}, packed(t, png, "raw"), png},
		{"br", []string{"br"}, packed(t, png, "br"), png},
		{"two", []string{"gzip, br"}, packed(t, png, "gzip", "br"), png},
		{"two, in two fields", []string{"deflate", "gzip"}, packed(t, png, "deflate", "gzip"), png},
		{"identity beside", []string{"identity, gzip,"}, packed(t, png, "gzip"), png},
		{"as large as may be", []string{"br"}, packed(t, large, "br"), large},
		{"unknown, on plain bytes", []string{"zstd"}, png, png},
		{"unknown, below gzip", []string{"aws-chunked, gzip"}, packed(t, png, "gzip"), png},
		{"gzip that is none", []string{"gzip"}, png, png},
		{"br that is none", []string{"br"}, png, png},
		{"two of which one is none", []string{"gzip, br"}, packed(t, png, "gzip", "br"), png},
		{"one more than there are", []string{"gzip, gzip"}, packed(t, png, "gzip"), png},
		{"unknown, and no picture", []string{"none"}, []byte("plain text"), []byte("plain text")},
		{"nothing", []string{"gzip"}, nil, []byte{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, chunked := range []bool{false, true} {
				s := origin(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header()["Content-Encoding"] = tt.fields
					w.Header().Set("Content-Length", strconv.Itoa(len(tt.body)))
					if chunked {
						w.Header().Del("Content-Length")
						w.(http.Flusher).Flush()
					}
					w.Write(tt.body)
				})
				b, err := start(t, config()).Fetch(t.Context(), s.URL)
				if err != nil {
					t.Errorf("chunked %v: %v", chunked, err)
				} else if !bytes.Equal(b.Data, tt.want) {
					t.Errorf("chunked %v: got %d bytes, want %d", chunked, len(b.Data), len(tt.want))
				}
			}
		})
	}
}

// TestRoomOfBrotli: a decoder's window counts, but never so much that there is no room at all.
func TestRoomOfBrotli(t *testing.T) {
	f := start(t, config())
	for _, tt := range []struct {
		length int64
		list   []string
		bytes  int64 // in flight
		want   int64
	}{
		{1000, nil, 8 * limit, 1000},
		{-1, nil, 8 * limit, limit},
		{1000, []string{"gzip"}, 8 * limit, limit},
		{1000, []string{"br"}, 256 << 20, limit + brotliWindow},
		{1000, []string{"br"}, 8 * limit, 6 * limit},
	} {
		f.gate = newGate(8, tt.bytes, limit)
		if got := f.room(tt.length, tt.list); got != tt.want {
			t.Errorf("%d bytes in %v: room for %d, want %d", tt.length, tt.list, got, tt.want)
		}
	}
}

// FuzzUnpack: whatever an origin packs, it comes to an end, and to no more than the limit.
func FuzzUnpack(f *testing.F) {
	for _, c := range []string{"gzip", "deflate", "raw", "br"} {
		f.Add(packed(f, png, c), strings.Replace(c, "raw", "deflate", 1))
		f.Add(packed(f, make([]byte, 2*limit), c), c)
		f.Add(packed(f, png, c, "gzip"), c+", gzip")
	}
	f.Fuzz(func(t *testing.T, body []byte, coding string) {
		list, err := codings(http.Header{"Content-Encoding": {coding}})
		if err != nil {
			return
		}
		data, err := readUnpacked(bytes.NewReader(body), list, int64(len(body)), limit, func() error { return nil })
		if err == nil && len(data) > max(limit, len(body)) {
			t.Errorf("%d bytes, want at most %d", len(data), limit)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		text string
		want time.Duration
	}{
		{"", 0},
		{"0", 0},
		{"7", 7 * time.Second},
		{"86400", maxRetry},
		{"18446744073709551615", maxRetry},
		{"99999999999999999999999", 0},
		{"-3", 0},
		{"1.5", 0},
		{"soon", 0},
		{"Fri, 02 Jan 2026 03:04:45 GMT", 40 * time.Second},
		{"Fri, 02 Jan 2026 03:04:00 GMT", 0},
		{"Sat, 02 Jan 2027 03:04:05 GMT", maxRetry},
	} {
		if got := retryAfter(http.Header{"Retry-After": {tt.text}}, now); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.text, got, tt.want)
		}
	}
	for status, want := range map[int]time.Duration{429: 9 * time.Second, 503: 9 * time.Second, 500: 0, 403: 0} {
		s := origin(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "9")
			w.WriteHeader(status)
		})
		_, err := start(t, config()).Fetch(t.Context(), s.URL)
		ends(t, err, fault.OriginFailed)
		if got := fault.From(err).Retry; got != want {
			t.Errorf("status %d: retry after %v, want %v", status, got, want)
		}
	}
}

// TestTheTimeoutIsTheHeadersToo: an origin may take all the time there is before it says anything.
func TestTheTimeoutIsTheHeadersToo(t *testing.T) {
	for _, tt := range []struct {
		after time.Duration
		want  bool
	}{{59 * time.Second, true}, {61 * time.Second, false}} {
		synctest.Test(t, func(t *testing.T) {
			c := config()
			c.Timeout = time.Minute
			f := New(c)
			var servers sync.WaitGroup
			defer servers.Wait()
			defer f.Close()
			f.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
				client, server := net.Pipe()
				servers.Go(func() {
					defer server.Close()
					if _, err := http.ReadRequest(bufio.NewReader(server)); err != nil {
						return
					}
					time.Sleep(tt.after) // by the bubble's clock
					_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+string(png))
				})
				return client, nil
			}
			start := time.Now()
			_, err := f.Fetch(t.Context(), "http://192.0.2.1/a.png")
			if tt.want && err != nil {
				t.Errorf("after %v: %v", tt.after, err)
			}
			if !tt.want {
				ends(t, err, fault.OriginTimeout)
				if took := time.Since(start); took != c.Timeout {
					t.Errorf("ended after %v, want %v", took, c.Timeout)
				}
			}
		})
	}
}
