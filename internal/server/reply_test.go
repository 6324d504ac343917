package server

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/metric"
	"imagekit/internal/playground"
)

// Whatever is larger than a small body counts against the budget of answers, pictures or not: who has asked for its share
// and not read it gets none of these, and the refusal is an answer of its own.
func TestEveryAnswerIsCounted(t *testing.T) {
	large := strings.Repeat("x", smallBody+1)
	r := newRig(t, func(c *Config) {
		c.CacheStats = func() any { return large }
		c.Page = &playground.Page{
			HTML: &playground.Asset{Type: "text/html", Plain: []byte(large), Gzip: []byte(large)},
			Assets: map[string]*playground.Asset{playground.Prefix +
				"a.js": {Type: "text/javascript", Plain: []byte(large)}},
		}
	})
	codes := make([]string, 2000)
	for i := range codes {
		codes[i] = fmt.Sprintf("code_%d", i)
	}
	r.Metrics.Declare(codes)
	queries := strings.Repeat("url="+"https://example.com/"+strings.Repeat("a", 1000)+"\n", 64)
	ask := func(path string) *http.Response {
		req := with(get(path), "Authorization", "Bearer "+token)
		switch path {
		case "/":
			req.Header.Set("Accept-Encoding", "gzip")
		case "/sign":
			req.Method, req.Body = http.MethodPost, io.NopCloser(strings.NewReader(queries))
		}
		return r.ask(req)
	}
	paths := []string{"/", playground.Prefix + "a.js", "/stats/cache", "/metrics", "/sign"}
	for _, path := range paths {
		if res := ask(path); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", path, res.StatusCode, body(t, res))
		}
	}
	if got := r.Answers().Bytes; got != 0 {
		t.Errorf("%d bytes stay counted", got)
	}
	unread := inMemory(int(r.AnswerBytes / 4))
	if err := r.bodies.enter("192.0.2.1", unread); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		res := ask(path)
		wantProblem(t, res, fault.RateLimited)
		if got := res.Header.Get("Content-Encoding"); got != "" {
			t.Errorf("%s: an error with Content-Encoding %s", path, got)
		}
	}
	r.bodies.leave("192.0.2.1", unread)
}

// Strangers who are refused for want of a secret cannot fill the log of errors: one line a second says how many came.
func TestStrangersAreErrorsOnceASecond(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	r := newRig(t, func(c *Config) {
		c.DefaultSecret = true
		c.Now = func() time.Time { return now }
	})
	for range 25 { // two and a half seconds
		wantProblem(t, r.ask(get("/health")), fault.NoSecret)
		now = now.Add(100 * time.Millisecond)
	}
	var errors []string
	for line := range strings.Lines(r.log.String()) {
		if strings.Contains(line, `"level":"`+slog.LevelError.String()+`"`) {
			errors = append(errors, line)
		}
	}
	if len(errors) != 3 {
		t.Fatalf("%d errors in two and a half seconds:\n%s", len(errors), errors)
	}
	for i, times := range []string{`"times":1`, `"times":10`, `"times":10`} {
		if !strings.Contains(errors[i], times) || !strings.Contains(errors[i], "IMAGEKIT_SECRET") {
			t.Errorf("line %d: %s, want %s", i, errors[i], times)
		}
	}
	if n := strings.Count(r.log.String(), `"error":"no_secret`); n != 25 {
		t.Errorf("%d lines of requests, want all 25", n)
	}
}

// What the figures are made of is many times what is sent, so they are made for one caller at a time.
func TestFiguresAreMadeOneAtATime(t *testing.T) {
	r := newRig(t)
	var in, most atomic.Int32
	r.Metrics.Add(metric.Reading{Name: "crowd", Read: metric.Single(func() int {
		n := in.Add(1)
		for range 100 {
			runtime.Gosched()
		}
		if n > most.Load() {
			most.Store(n)
		}
		in.Add(-1)
		return 0
	})})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if res := r.ask(with(get("/metrics"), "Authorization", "Bearer "+token)); res.StatusCode != http.StatusOK {
				t.Error(res.Status)
			}
		})
	}
	all.Wait()
	if n := most.Load(); n != 1 {
		t.Errorf("made for %d at once", n)
	}
}
