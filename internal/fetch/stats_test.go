package fetch

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"imagekit/internal/testkit/evilorigin"
)

// Every download is counted, and every failure once, under the word that tells an operator where to look.
func TestStats(t *testing.T) {
	evil, err := evilorigin.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(evil.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	unknown := httptest.NewUnstartedServer(http.NotFoundHandler())
	unknown.Config.ErrorLog = log.New(io.Discard, "", 0) // it would report the refused handshake
	unknown.StartTLS()
	t.Cleanup(unknown.Close)
	large := origin(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/teapot" {
			w.WriteHeader(http.StatusTeapot)
		}
		if r.URL.Path == "/sound" {
			_, _ = w.Write(png)
			return
		}
		_, _ = w.Write(make([]byte, limit+1))
	})
	for _, tt := range []struct{ want, url string }{
		{"", large.URL + "/sound"},
		{"bad_url", "ftp://example.com/"},
		{"forbidden", "http://10.0.0.1/"},
		{"connect", gone.URL},
		{"tls", unknown.URL},
		{"timeout", evil.URL("hang-before-header")},
		{"slow", evil.URL("trickle-body")},
		{"not_found", evil.URL("status-404")},
		{"status", evil.URL("redirect-loop")},
		{"status", large.URL + "/teapot"},
		{"too_large", large.URL},
		{"truncated", evil.URL("close-in-body")},
		{"protocol", evil.URL("garbage")},
	} {
		t.Run(tt.want, func(t *testing.T) {
			t.Parallel()
			c := config()
			c.Timeout = 500 * time.Millisecond
			f := start(t, c)
			f.pace = pace{window: 100 * time.Millisecond, min: 1000}
			b, err := f.Fetch(t.Context(), tt.url)
			want := none()
			if tt.want == "" {
				if s := f.Stats(); err != nil || s.Bytes != uint64(len(b.Data)) {
					t.Errorf("%v; %d bytes counted", err, s.Bytes)
				}
			} else {
				want[tt.want] = 1
			}
			s := f.Stats()
			if diff := cmp.Diff(want, s.Failures); diff != "" || s.Running != 0 {
				t.Errorf("%v; %d still run; failures: %s", err, s.Running, diff)
			}
		})
	}
}

// What ends without an origin's doing has words of its own.
func TestStatsWithoutOrigin(t *testing.T) {
	c := config()
	c.Concurrency, c.Timeout = 1, 100*time.Millisecond
	f := start(t, c)
	turn, err := f.gate.enter(t.Context(), "a:80")
	if err != nil {
		t.Fatal(err)
	}
	defer turn.leave()
	_, _ = f.Fetch(t.Context(), "http://127.0.0.1/") // waits in vain for its turn
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = f.Fetch(ctx, "http://127.0.0.1/")
	want := none()
	want["busy"], want["abandoned"] = 1, 1
	if diff := cmp.Diff(want, f.Stats().Failures); diff != "" {
		t.Error(diff)
	}
	if got := failureOf(explain(t.Context(), "it", &net.OpError{
		Op:  "dial",
		Err: &net.DNSError{IsNotFound: true},
	})); got != dns {
		t.Errorf("got %s, want dns", failureNames[got])
	}
}

// none has every failure, none of which happened.
func none() map[string]uint64 {
	all := map[string]uint64{}
	for _, name := range Failures() {
		all[name] = 0
	}
	return all
}
