package server

import (
	"strings"
	"testing"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/render"
)

func TestMetrics(t *testing.T) {
	r := newRig(t, limited(1, 2))
	r.painter.state = render.Hit
	wantImage(t, r.ask(get(signedURL(picture))))
	wantProblem(t, r.ask(get("/img?"+picture)), fault.BadSignature)
	wantProblem(t, r.ask(get(signedURL(picture))), fault.RateLimited)
	wantProblem(t, r.ask(get("/nothing?"+picture)), fault.NotFound)
	res := r.ask(here(get("/metrics")))
	text := body(t, res)
	for _, want := range []string{
		`imagekit_http_requests_total{cache="HIT",format="webp",route="/img",status="2xx"} 1`,
		`imagekit_http_requests_total{cache="",format="",route="/img",status="4xx"} 2`,
		`imagekit_http_requests_total{cache="",format="",route="other",status="4xx"} 1`,
		`imagekit_faults_total{code="bad_signature"} 1`,
		`imagekit_faults_total{code="rate_limited"} 1`,
		`imagekit_stage_duration_seconds_count{stage="cache"} 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if strings.Contains(text, "example.com") || strings.Contains(text, "nothing") {
		t.Error("a label holds what a client sent")
	}
	if got := res.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/plain") {
		t.Errorf("Content-Type: %q", got)
	}
}

// The operator's own address answers without a token, and nothing but what is for operators.
func TestAdmin(t *testing.T) {
	r := newRig(t, func(c *Config) { c.DefaultSecret = true })
	r.Server.handler = r.Server.admin
	for path, want := range map[string]int{
		"/metrics": 200, "/stats/cache": 200, "/health": 200, "/ready": 200,
		"/": 404, "/img?" + picture: 404, "/sign?" + picture: 404, "/upload": 404,
	} {
		if res := r.ask(get(path)); res.StatusCode != want {
			t.Errorf("%s: got %d, want %d", path, res.StatusCode, want)
		}
	}
}

func TestRequestID(t *testing.T) {
	for _, tt := range []struct {
		name, peer, id string
		taken          bool
	}{
		{"trusted proxy", "192.0.2.1:1", "a.Proxy-s_7", true},
		{"somebody else", "198.51.100.1:1", "a-proxy-s-7", false},
		{"no peer", "@", "a-proxy-s-7", false},
		{"too long", "192.0.2.1:1", strings.Repeat("a", maxID+1), false},
		{"a line break", "192.0.2.1:1", "a\nb", false},
		{"markup", "192.0.2.1:1", "<b>", false},
		{"not ASCII", "192.0.2.1:1", "ä", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, trusting("192.0.2.0/24"))
			req := get("/health")
			req.Header["X-Request-Id"] = []string{tt.id}
			req.RemoteAddr = tt.peer
			got := r.ask(req).Header.Get("X-Request-Id")
			if (got == tt.id) != tt.taken || got == "" {
				t.Errorf("got %q, taken over: want %t", got, tt.taken)
			}
			if tt.taken != strings.Contains(r.log.String(), `"id":"`+tt.id+`"`) {
				t.Errorf("the log: %s", r.log)
			}
		})
	}
}

func TestSaveData(t *testing.T) {
	for _, tt := range []struct {
		name, query, value string
		want               int
		vary               string
	}{
		{"default quality", "f=auto&", "on", 60, "Accept, Save-Data"},
		{"given quality", "f=auto&q=70&", "on", 50, "Accept, Save-Data"},
		{"low quality", "f=auto&q=40&", " ON ", 30, "Accept, Save-Data"},
		{"lower than the least", "f=auto&q=20&", "on", 20, "Accept, Save-Data"},
		{"off", "f=auto&", "off", 0, "Accept, Save-Data"},
		{"not asked for", "f=auto&", "", 0, "Accept"},
		{"format named", "f=webp&", "on", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			req := get(signedURL(tt.query + picture))
			if tt.value != "" {
				req.Header.Set("Save-Data", tt.value)
			}
			res := r.ask(req)
			wantImage(t, res)
			if got := r.painter.last(t).req.Params.Quality; got != tt.want {
				t.Errorf("quality %d, want %d", got, tt.want)
			}
			if got := res.Header.Get("Vary"); got != tt.vary {
				t.Errorf("Vary %q, want %q", got, tt.vary)
			}
		})
	}
}

func TestKeeping(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	const expiring = "t=1800000600&" + picture
	for _, tt := range []struct {
		name, query      string
		expires          time.Duration // of the picture; 0 = never
		maxAge, age      time.Duration // what the operator wants now; of the picture
		wantCache, toCDN string
	}{
		{"for ever", picture, 0, 0, 0, "public, max-age=31536000, immutable", "max-age=99"},
		{"as the operator wants", picture, time.Hour, 0, 0, "public, max-age=3600", "max-age=99"},
		{"until the URL's end", expiring, 0, 0, 0, "public, max-age=600", ""},
		{"the URL ends first", expiring, time.Hour, 0, 0, "public, max-age=600", ""},
		{"made before there was a bound", picture, 0, time.Hour, 10 * time.Minute, "public, max-age=3000", "max-age=99"},
		{"the bound is lower now", picture, time.Hour, time.Minute, 0, "public, max-age=60", "max-age=99"},
		{"the URL ends before the bound", expiring, 0, time.Hour, 0, "public, max-age=600", ""},
		{"older than the bound", picture, 0, time.Hour, 2 * time.Hour, "public, max-age=0", "max-age=99"},
		{"the picture ends first", expiring, time.Minute, 0, 0, "public, max-age=60", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(c *Config) {
				c.CDNMaxAge, c.CORS, c.Now = "max-age=99", "https://shop.example", func() time.Time { return now }
				c.MaxAge = tt.maxAge
			})
			made := *painted
			made.Created = now.Add(-tt.age)
			if tt.expires > 0 {
				made.Expires = now.Add(tt.expires)
			}
			r.painter.blob = &made
			res := r.ask(get(signedURL(tt.query)))
			wantImage(t, res)
			for name, want := range map[string]string{
				"Cache-Control": tt.wantCache, "CDN-Cache-Control": tt.toCDN,
				"Access-Control-Allow-Origin": "https://shop.example", "Timing-Allow-Origin": "https://shop.example",
			} {
				if got := res.Header.Get(name); got != want {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
		})
	}
}
