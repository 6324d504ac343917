package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/testkit/evilorigin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const limit = 64 << 10

// config lets loopback be fetched from.
func config() Config {
	return Config{
		AllowedNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		AllowedPorts:    []uint16{80, 443},
		UserAgent:       "ImageKit/test",
		MaxBytes:        limit,
		Timeout:         10 * time.Minute,
		Concurrency:     8,
		BytesInFlight:   8 * limit,
	}
}

func start(t *testing.T, c Config) *Fetcher {
	t.Helper()
	f := New(c)
	t.Cleanup(f.Close)
	return f
}

// origin serves h on loopback.
func origin(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// ends fails the test unless err is a fault of this kind.
func ends(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// public returns what a client reads about err.
func public(err error) string { return fault.From(err).Detail }

var png = []byte("\x89PNG\r\n\x1a\n and the rest")

func TestFetch(t *testing.T) {
	var got *http.Request
	s := origin(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		w.Header().Set("Content-Type", "text/html") // types are told by bytes
		w.Write(png)
	})
	f := start(t, config())
	for range 2 {
		b, err := f.Fetch(t.Context(), s.URL+"/a%20b.png?x=%C3%BC&y=1+2#frag")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Data, png) || cap(b.Data) != len(b.Data) || b.Format != format.PNG || b.ETag != "" ||
			b.Created.IsZero() {
			t.Errorf("got %+v", b)
		}
	}
	if want := "/a%20b.png?x=%C3%BC&y=1+2"; got.RequestURI != want {
		t.Errorf("asked for %s, want %s", got.RequestURI, want)
	}
	want := http.Header{"Accept": {"image/*, */*;q=0.8"}, "Accept-Encoding": {"identity"}, "User-Agent": {"ImageKit/test"}}
	if fmt.Sprint(got.Header) != fmt.Sprint(want) {
		t.Errorf("sent %v, want %v", got.Header, want)
	}
}

func TestSizes(t *testing.T) {
	s := origin(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.FormValue("n"))
		if r.FormValue("known") == "true" {
			w.Header().Set("Content-Length", strconv.Itoa(n))
		} else {
			w.(http.Flusher).Flush()
		}
		w.Write(make([]byte, n))
	})
	f := start(t, config())
	for _, known := range []bool{true, false} {
		for _, n := range []int{0, 1, firstRead - 1, limit - 1, limit, limit + 1, 3 * limit} {
			b, err := f.Fetch(t.Context(), fmt.Sprintf("%s/?n=%d&known=%v", s.URL, n, known))
			if n > limit {
				ends(t, err, fault.SourceTooLarge)
				for _, word := range []string{"IMAGEKIT_MAX_INPUT_SIZE", strconv.Itoa(limit)} {
					if !strings.Contains(public(err), word) {
						t.Errorf("%q does not say %s", public(err), word)
					}
				}
				if known && !strings.Contains(public(err), strconv.Itoa(n)) {
					t.Errorf("%q does not say how large the source is", public(err))
				}
				continue
			}
			if err != nil || len(b.Data) != n || cap(b.Data) != n {
				t.Errorf("known %v, %d bytes: got %v, %v", known, n, b, err)
			}
		}
	}
}

func TestStatusIsNamed(t *testing.T) {
	s := origin(t, func(w http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(r.URL.Path[1:])
		w.WriteHeader(code)
	})
	f := start(t, config())
	for _, text := range []string{"403 Forbidden", "429 Too Many Requests", "404 Not Found", "503 Service Unavailable"} {
		_, err := f.Fetch(t.Context(), s.URL+"/"+text[:3])
		if !strings.Contains(public(err), text) {
			t.Errorf("%q does not name %s", public(err), text)
		}
	}
}

// Every mode of the evil origin ends in the right way, and long before the test's own deadline.
func TestEvilOrigin(t *testing.T) {
	o, err := evilorigin.New()
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	c := config()
	c.Concurrency = 200
	c.BytesInFlight = 1 << 30
	c.Timeout = 500 * time.Millisecond
	hurried := start(t, c)
	c.Timeout = 10 * time.Minute // the others end by themselves, on a busy machine late
	patient := start(t, c)
	t.Run("modes", func(t *testing.T) {
		for _, m := range evilorigin.Modes() {
			t.Run(m.Name, func(t *testing.T) {
				t.Parallel()
				f := patient
				if m.Ends == fault.OriginTimeout {
					f = hurried
				}
				b, err := f.Fetch(t.Context(), o.URL(m.Name))
				if err == nil {
					t.Fatalf("got %d bytes, want %s", len(b.Data), m.Ends)
				}
				ends(t, err, m.Ends)
				for _, secret := range []string{"169.254", "10.0.0.1", "0.0.0.0"} {
					if strings.Contains(public(err), secret) {
						t.Errorf("%q names the address", public(err))
					}
				}
			})
		}
	})
	// Nothing they did is left behind.
	for _, f := range []*Fetcher{hurried, patient} {
		if len(f.gate.hosts) != 0 || !f.gate.slots.TryAcquire(int64(c.Concurrency)) ||
			!f.gate.bytes.TryAcquire(c.BytesInFlight) {
			t.Errorf("slots or bytes are still taken; hosts: %v", f.gate.hosts)
		}
	}
}

func TestMinimumRate(t *testing.T) {
	o, err := evilorigin.New()
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	f := start(t, config())
	f.pace = pace{window: 100 * time.Millisecond, min: 1000}
	for _, mode := range []string{"trickle-body", "trickle-chunks", "hang-in-body"} {
		_, err := f.Fetch(t.Context(), o.URL(mode))
		ends(t, err, fault.OriginTimeout)
		if !errors.Is(err, errTooSlow) {
			t.Errorf("%s: %v, want the minimum rate to end it", mode, err)
		}
	}
}

func TestCancel(t *testing.T) {
	o, err := evilorigin.New()
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	f := start(t, config())
	for _, mode := range []string{"hang-before-header", "hang-in-body"} {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		_, err := f.Fetch(ctx, o.URL(mode))
		if !errors.Is(err, context.Canceled) || fault.From(err).Kind != fault.ClientGone {
			t.Errorf("%s: %v, want context.Canceled", mode, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second) // enough to come to the origin
	defer cancel()
	_, err = f.Fetch(ctx, o.URL("hang-before-header"))
	ends(t, err, fault.OriginTimeout)
}

func TestNobodyListens(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	_, err := start(t, config()).Fetch(t.Context(), s.URL)
	ends(t, err, fault.OriginFailed)
	if !strings.Contains(public(err), "cannot be connected to") {
		t.Errorf("%q does not say that nobody listens", public(err))
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			http.Redirect(w, r, "http://"+r.Host+"/", http.StatusFound)
			return
		}
		w.Write(png)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it would report the refused handshake
	s.StartTLS()
	defer s.Close()
	f := start(t, config())
	_, err := f.Fetch(t.Context(), s.URL)
	ends(t, err, fault.OriginFailed)
	if !strings.Contains(public(err), "certificate") {
		t.Errorf("%q does not name the certificate", public(err))
	}
	f.transport.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	if _, err := f.Fetch(t.Context(), s.URL); err != nil {
		t.Error(err)
	}
	_, err = f.Fetch(t.Context(), s.URL+"/down")
	ends(t, err, fault.SourceForbidden)
}
