//go:build unix

package e2e

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"imagekit/internal/testkit/imagetest"
)

// origin is a web server with pictures that counts what it is asked for.
type origin struct {
	url string

	mu    sync.Mutex
	files map[string][]byte // by path
	asked map[string]int    // by request target, as it stood on the wire
	last  http.Header       // of the last request
	cache string            // the Cache-Control of every answer, "" for none
	gate  chan struct{}     // nil, or closed when answers may go out
}

// newOrigin starts an origin. Every picture a test uses is a file of its own: /photo.jpg and /small.png are there.
func newOrigin(t *testing.T) *origin {
	t.Helper()
	o := &origin{
		files: map[string][]byte{"/photo.jpg": photo(t, 480, 320), "/small.png": small(t)},
		asked: map[string]int{},
	}
	web := httptest.NewServer(o)
	t.Cleanup(web.Close)
	o.url = web.URL
	return o
}

// ServeHTTP answers with a file, or 404.
func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.asked[r.RequestURI]++
	o.last = r.Header
	data, found := o.files[r.URL.Path]
	gate := o.gate
	if o.cache != "" {
		w.Header().Set("Cache-Control", o.cache)
	}
	o.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-r.Context().Done():
		}
	}
	if !found {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(data) // a client that has left is its own affair
}

// put makes data a file of the origin and returns its URL.
func (o *origin) put(path string, data []byte) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.files[path] = data
	return o.url + path
}

// header returns a field of the last request.
func (o *origin) header(name string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last.Get(name)
}

// cacheControl sets what answers say about caching from now on.
func (o *origin) cacheControl(value string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cache = value
}

// hold lets no answer out until release is called, once.
func (o *origin) hold() (release func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	gate := make(chan struct{})
	o.gate = gate
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.gate == gate {
			o.gate = nil
			close(gate)
		}
	}
}

// count returns how often a request target was asked for.
func (o *origin) count(target string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.asked[target]
}

// photo returns a JPEG of this size.
func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, imagetest.Photo(w, h), &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// small returns a PNG that costs next to nothing.
func small(t *testing.T) []byte {
	t.Helper()
	return encodePNG(t, imagetest.Photo(24, 16))
}

func encodePNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := e.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
