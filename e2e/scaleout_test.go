//go:build unix

package e2e

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// TestBehindNginx: three instances behind both configurations of nginx look like one to a client.
func TestBehindNginx(t *testing.T) {
	t.Parallel()
	t.Run("site", func(t *testing.T) {
		t.Parallel()
		f := startFront(t, site)
		looksLikeOne(t, f)
		hidesTheOperators(t, f)
		limitsClients(t, f)
		req, err := f.client.Get(f.plain + "/img?w=1")
		if err != nil {
			t.Fatal(err)
		}
		req.Body.Close()
		if got := req.Header.Get("Location"); req.StatusCode != http.StatusPermanentRedirect ||
			!strings.HasPrefix(got, "https://") || !strings.HasSuffix(got, "/img?w=1") {
			t.Errorf("plain HTTP: %d to %q", req.StatusCode, got)
		}
	})
	t.Run("scale", func(t *testing.T) {
		t.Parallel()
		f := startFront(t, scale)
		looksLikeOne(t, f)
		hidesTheOperators(t, f)
		limitsClients(t, f)
	})
}

// looksLikeOne wants a picture made once and then found by every instance, and the client's address to arrive.
func looksLikeOne(t *testing.T, f *front) {
	t.Helper()
	o := newOrigin(t)
	path := f.signed("url", o.url+"/photo.jpg", "w", "64")
	who := append(from("10.9.9.9"), "X-Forwarded-For", "192.0.2.66") // which the client invented
	first := f.get(t, path, who...)
	first.wantState(t, "MISS")
	for _, s := range f.instances {
		s.stored(t)
	}
	for range 12 {
		a := f.get(t, path, who...)
		a.wantState(t, "HIT")
		if string(a.body) != string(first.body) || a.header.Get("ETag") != first.header.Get("ETag") {
			t.Error("another picture, or another ETag, from another instance")
		}
	}
	for range 6 {
		if a := f.get(t, path, append(who, "If-None-Match",
			first.header.Get("ETag"))...); a.status != http.StatusNotModified {
			t.Errorf("If-None-Match: got %d", a.status)
		}
	}
	if n := o.count("/photo.jpg"); n != 1 {
		t.Errorf("the origin was asked %d times, want once", n)
	}
	for i, s := range f.instances {
		seen := s.log.all(func(e entry) bool { return e.text("path") == "/img" })
		if len(seen) < 2 {
			t.Errorf("instance %d answered %d of 19 requests", i, len(seen))
		}
		for _, e := range seen {
			if got := e.text("client"); got != "10.9.9.9" {
				t.Errorf("instance %d takes the client for %q", i, got)
			}
		}
	}
}

// hidesTheOperators wants the metrics to be out of reach, and long queries to reach ImageKit.
func hidesTheOperators(t *testing.T, f *front) {
	t.Helper()
	for _, path := range []string{"/metrics", "/stats/cache", "/%6detrics", "//metrics", "/x/../metrics", "/stats"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+testToken)
		resp, err := f.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound || resp.Header.Get("X-Request-Id") != "" {
			t.Errorf("%s: %d, want nginx's own 404", path, resp.StatusCode)
		}
	}
	a := f.get(t, "/img?zz="+strings.Repeat("x", 14_000-len("zz=")))
	if a.status != http.StatusBadRequest || a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a query of 14,000 bytes: %d %s, want ImageKit's answer", a.status, a.header.Get("Content-Type"))
	}
	upload := strings.NewReader(strings.Repeat("x", 2<<20)) // over nginx's own default
	if a := f.must(t, http.MethodPost, "/upload", upload, "Authorization",
		"Bearer "+testToken); a.status == http.StatusRequestEntityTooLarge {
		t.Errorf("an upload of 2 MiB: %d", a.status)
	}
}

// limitsClients wants a burst of 200 and no more, for a network of IPv6 together, and others undisturbed.
func limitsClients(t *testing.T, f *front) {
	t.Helper()
	passed := 0
	for i := range 260 {
		a := f.get(t, "/health", from([]string{"2001:db8:1:2::1", "2001:db8:1:2:ffff::2"}[i%2])...)
		switch a.status {
		case http.StatusOK:
			passed++
		case http.StatusTooManyRequests:
			if a.header.Get("Retry-After") != "1" || !strings.Contains(string(a.body), `"code":"rate_limited"`) {
				t.Fatalf("%v %s", a.header, a.body)
			}
		default:
			t.Fatalf("got %d", a.status)
		}
	}
	if passed < 200 || passed > 230 { // one more each second
		t.Errorf("%d of 260 passed, want the burst of 200", passed)
	}
	for _, other := range []string{"2001:db8:1:3::1", "10.1.1.1"} {
		if a := f.get(t, "/health", from(other)...); a.status != http.StatusOK {
			t.Errorf("%s: got %d", other, a.status)
		}
	}
}

// TestInstanceKilled: the sudden end of an instance under load costs no request that nginx may send again.
func TestInstanceKilled(t *testing.T) {
	t.Parallel()
	f, o := startFront(t, site), newOrigin(t)
	path := f.signed("url", o.url+"/small.png", "w", "16")
	f.get(t, path).wantState(t, "MISS")
	const askers, each = 8, 60
	var asked atomic.Int64
	var work sync.WaitGroup
	half := make(chan struct{})
	for range askers {
		work.Go(func() {
			for range each {
				n := int(asked.Add(1))
				if n == askers*each/3 {
					close(half)
				}
				a, err := f.do(t.Context(), http.MethodGet, path, nil, from(differentClient(n))...)
				if err != nil || a.status != http.StatusOK {
					t.Errorf("request %d: %d, %v", n, a.status, err)
				}
			}
		})
	}
	<-half
	f.instances[0].kill(t)
	work.Wait()
	if got := len(f.instances[0].log.all(func(e entry) bool { return e.text("path") == "/img" })); got == 0 {
		t.Error("the one that was killed had nothing to do")
	}
}
