package server

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/limit"
	"imagekit/internal/render"
)

// rates returns the three RateLimit fields, "" when there are none.
func rates(res *http.Response) string {
	var list []string
	for _, name := range []string{"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} {
		list = append(list, res.Header.Values(name)...)
	}
	return strings.Join(list, " ")
}

func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, limited(1, 2))
		for range 2 {
			res := r.ask(get(signedURL(picture)))
			wantImage(t, res)
			if got := rates(res); got != "" {
				t.Errorf("a picture that caches keep says %q", got)
			}
		}
		res := r.ask(get(signedURL(picture)))
		wantProblem(t, res, fault.RateLimited)
		if got := rates(res); got != "2 0 2" || res.Header.Get("Retry-After") != "1" {
			t.Errorf("RateLimit fields %q, Retry-After %q; want 2 0 2 and 1", got, res.Header.Get("Retry-After"))
		}
		time.Sleep(time.Second) // of the bubble's clock: what Retry-After promised
		wantImage(t, r.ask(get(signedURL(picture))))
	})
}

// Whatever a limited route answers that caches do not keep tells how the client stands; other routes are not limited.
func TestRateLimitFields(t *testing.T) {
	for _, tt := range []struct {
		name string
		req  *http.Request
		want string
	}{
		{"picture", get(signedURL(picture)), ""},
		{"304", with(get(signedURL(picture)), "If-None-Match", "*"), ""},
		{"refused picture", get("/img?" + picture), "5 4 1"},
		{"upload", here(form("file", "x")), "5 4 1"},
		{"refused upload", form("file", "x"), "5 4 1"},
		{"sign", here(get("/sign?" + picture)), "5 4 1"},
		{"refused sign", get("/sign?" + picture), "5 4 1"},
		{"health", get("/health"), ""},
		{"ready", get("/ready"), ""},
		{"page", get("/"), ""},
		{"nothing there", get("/nothing"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := rates(newRig(t, limited(1, 5)).ask(tt.req)); got != tt.want {
				t.Errorf("RateLimit fields %q, want %q", got, tt.want)
			}
		})
	}
}

// With Misses, hits and refusals of /img are free, while misses and the other routes count.
func TestCountMisses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, limited(1, 1), func(c *Config) { c.Count = limit.Misses })
		r.painter.state = render.Hit
		for range 5 {
			wantImage(t, r.ask(get(signedURL(picture))))
			wantProblem(t, r.ask(get("/img?"+picture)), fault.BadSignature)
		}
		r.painter.state = render.Miss
		wantImage(t, r.ask(get(signedURL(picture))))
		res := r.ask(get(signedURL(picture)))
		wantProblem(t, res, fault.RateLimited)
		if got := rates(res); got != "1 0 1" {
			t.Errorf("RateLimit fields %q, want 1 0 1", got)
		}
		wantProblem(t, r.ask(get("/sign?"+picture)), fault.RateLimited)
		r.painter.state = render.Hit
		wantImage(t, r.ask(get(signedURL(picture))))
	})
}

// What costs work counts one request, errors too, and what is cached a twentieth: pages of 60 thumbnails go ten times in a
// row, and whoever is refused more work still gets what is cached.
func TestCountWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, limited(10, 30), func(c *Config) { c.Count = limit.Work })
		r.painter.state = render.Hit
		for range 300 {
			wantImage(t, r.ask(get(signedURL(picture)))) // 15 requests
		}
		r.painter.state = render.Miss
		for range 7 {
			wantImage(t, r.ask(get(signedURL(picture))))
			wantProblem(t, r.ask(get("/img?"+picture)), fault.BadSignature)
		}
		wantProblem(t, r.ask(get("/sign?"+picture)), fault.NotAllowed)
		res := r.ask(get(signedURL(picture)))
		if p := wantProblem(t, res, fault.RateLimited); !strings.Contains(p.Detail, "IMAGEKIT_RATE_LIMIT_COUNT=work") ||
			!strings.Contains(p.Detail, "IMAGEKIT_RATE_BURST") {
			t.Errorf("the settings are not named: %s", p.Detail)
		}
		time.Sleep(50 * time.Millisecond) // half a request
		r.painter.state = render.Hit
		wantImage(t, r.ask(get(signedURL(picture))))
		r.painter.state = render.Miss
		wantProblem(t, r.ask(get(signedURL(picture))), fault.RateLimited)
		wantProblem(t, r.ask(get("/img?"+picture)), fault.RateLimited) // who guesses signatures is slowed down too
		time.Sleep(100 * time.Millisecond)
		wantImage(t, r.ask(get(signedURL(picture))))
	})
}

// Each row sends two requests to a server that lets one pass per client.
func TestWhoIsOneClient(t *testing.T) {
	for _, tt := range []struct {
		name, proxies      string
		peers, forwardeds  [2]string
		wantSame, wantWarn bool
	}{
		{name: "one address", peers: [2]string{"192.0.2.1:1", "192.0.2.1:2"}, wantSame: true},
		{name: "two addresses", peers: [2]string{"192.0.2.1:1", "192.0.2.2:1"}},
		{name: "mapped and plain", peers: [2]string{"192.0.2.1:1", "[::ffff:192.0.2.1]:1"}, wantSame: true},
		{name: "one /64", peers: [2]string{"[2001:db8::1]:1", "[2001:db8::ffff:1]:1"}, wantSame: true},
		{name: "two /64", peers: [2]string{"[2001:db8:0:1::1]:1", "[2001:db8:0:2::1]:1"}},
		{
			name: "forged by a stranger", peers: [2]string{"192.0.2.1:1", "192.0.2.1:1"},
			forwardeds: [2]string{"198.51.100.1", "198.51.100.2"}, wantSame: true, wantWarn: true,
		},
		{
			name: "told by a trusted proxy", proxies: "192.0.2.0/24", peers: [2]string{"192.0.2.1:1", "192.0.2.1:1"},
			forwardeds: [2]string{"198.51.100.1", "198.51.100.2"},
		},
		{
			name: "forged before a trusted proxy", proxies: "192.0.2.0/24", peers: [2]string{"192.0.2.1:1", "192.0.2.1:1"},
			forwardeds: [2]string{"203.0.113.1, 198.51.100.1", "203.0.113.2, 198.51.100.1"}, wantSame: true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changes := []func(*Config){limited(1, 1)}
			if tt.proxies != "" {
				changes = append(changes, trusting(tt.proxies))
			}
			r := newRig(t, changes...)
			var last *http.Response
			for i, peer := range tt.peers {
				req := get(signedURL(picture))
				req.RemoteAddr = peer
				if tt.forwardeds[i] != "" {
					with(req, "X-Forwarded-For", tt.forwardeds[i])
				}
				last = r.ask(req)
			}
			if same := last.StatusCode == http.StatusTooManyRequests; same != tt.wantSame {
				t.Errorf("second request: status %d; taken for the same client: %t", last.StatusCode, same)
			}
			want := 0
			if tt.wantWarn {
				want = 1 // not one per request
			}
			if got := strings.Count(r.log.String(), "IMAGEKIT_TRUSTED_PROXIES"); got != want {
				t.Errorf("%d warnings, want %d:\n%s", got, want, r.log)
			}
		})
	}
}
