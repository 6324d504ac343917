package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"imagekit/internal/fault"
)

// lines returns the access log.
func (r *rig) lines(t *testing.T) []map[string]any {
	t.Helper()
	var list []map[string]any
	for line := range strings.Lines(r.log.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("log line %q: %v", line, err)
		}
		list = append(list, fields)
	}
	return list
}

// Every kind of failure is answered as its row says, whoever returns it.
func TestEveryKindOfFault(t *testing.T) {
	for _, kind := range fault.Kinds() {
		t.Run(kind.String(), func(t *testing.T) {
			r := newRig(t)
			cause := errors.New("connect 10.1.2.3:80: refused")
			r.painter.err = fmt.Errorf("render: %w", fault.Wrap(kind, cause, "want <this> & got \"that\""))
			res := r.ask(get(signedURL(picture)))
			p := wantProblem(t, res, kind)
			if p.Detail != "want <this> & got \"that\"" {
				t.Errorf("detail %q", p.Detail)
			}
			want := ""
			if retry := kind.Row().Retry; retry > 0 {
				want = ceilSeconds(retry)
			}
			if got := res.Header.Get("Retry-After"); got != want {
				t.Errorf("Retry-After: %q, want %q", got, want)
			}
			line := r.lines(t)[0]
			if line["level"] != kind.Row().Level.String() || line["status"] != float64(kind.Row().Status) ||
				line["id"] != p.RequestID {
				t.Errorf("logged as %v", line)
			}
			begins := kind.String()
			switch kind {
			case fault.SourceForbidden, fault.SourceNotFound, fault.SourceTooLarge, fault.OriginFailed, fault.OriginTimeout:
				begins = "failed to fetch: " + begins
			}
			if told := fmt.Sprint(line["error"]); !strings.HasPrefix(told, begins) {
				t.Errorf("logged error %q, want it to begin with %q", told, begins)
			}
		})
	}
}

func TestRetryAfterOfTheErrorComesFirst(t *testing.T) {
	for _, tt := range []struct {
		retry time.Duration
		want  string
	}{{0, "1"}, {time.Millisecond, "1"}, {time.Second, "1"}, {1001 * time.Millisecond, "2"}, {time.Minute, "60"}} {
		r := newRig(t)
		err := fault.New(fault.Overloaded, "too many jobs wait")
		err.Retry = tt.retry
		r.painter.err = err
		if got := r.ask(get(signedURL(picture))).Header.Get("Retry-After"); got != tt.want {
			t.Errorf("%v: Retry-After: %q, want %q", tt.retry, got, tt.want)
		}
	}
}

// What has no kind is our fault, and its text is nobody's business.
func TestForeignErrorsStayPrivate(t *testing.T) {
	r := newRig(t)
	r.painter.err = errors.New("open /srv/cache: permission denied")
	p := wantProblem(t, r.ask(get(signedURL(picture))), fault.Internal)
	if strings.Contains(p.Detail, "/srv") {
		t.Errorf("detail %q", p.Detail)
	}
	if line := r.lines(t)[0]; line["level"] != "ERROR" || !strings.Contains(fmt.Sprint(line["error"]), "permission denied") {
		t.Errorf("logged as %v", line)
	}
}

func TestPanic(t *testing.T) {
	r := newRig(t)
	r.painter.do = func(context.Context) { panic("index out of range in painter") }
	res := r.ask(get(signedURL(picture)))
	p := wantProblem(t, res, fault.Internal)
	if strings.Contains(p.Detail, "index") || strings.Contains(p.Detail, ".go:") {
		t.Errorf("detail %q shows the inside", p.Detail)
	}
	line := r.lines(t)[0]
	told := fmt.Sprint(line["error"])
	if line["id"] != p.RequestID || !strings.Contains(told, "index out of range in painter") ||
		!strings.Contains(told, "image.go:") {
		t.Errorf("log without id, panic or stack: %v", line)
	}
	r.painter.do = nil
	wantImage(t, r.ask(get(signedURL(picture))))
}

func TestAccessLog(t *testing.T) {
	r := newRig(t)
	id := r.ask(get(signedURL(picture))).Header.Get("X-Request-Id")
	line := r.lines(t)[0]
	if took, ok := line["took_ms"].(float64); !ok || took <= 0 {
		t.Errorf("took_ms %v", line["took_ms"])
	}
	for name, want := range map[string]any{
		"level": "INFO", "msg": "request", "id": id, "method": "GET", "path": "/img", "status": 200.0,
		"bytes": float64(len(painted.Data)), "client": "192.0.2.1", "source": "https://example.com/a.jpg", "cache": "MISS",
		"cache_ms": 1.5, "encode_ms": 20.0, "error": nil,
	} {
		if line[name] != want {
			t.Errorf("%s: %v, want %v", name, line[name], want)
		}
	}
}

// Neither the secret nor the token leaves the server, and neither signatures nor the queries of sources reach the log.
func TestSecretsStaySecret(t *testing.T) {
	good := signedURL(picture)
	_, sig, _ := strings.Cut(good, "&sig=")
	requests := []*http.Request{
		get(good), get(good + "x"), get(good + "&w=1"), get(good + "%zz"), get(good + ";"), get(good + "&" + sourceQuery),
		get("/img?" + picture), get("/img?" + picture + "%zz"), get("/img?" + picture + "&b=" + sourceQuery + "%00"),
		get(signedURL("q=" + sourceQuery + "&" + picture)), get(signedURL("url=ftp://h/?" +
			sourceQuery)), get(signedURL("t=1&" + picture)),
		here(get("/sign?" + picture)), get("/sign?" + picture), here(get("/sign?" + picture + "&sig=" + sig)),
		here(get("/sign?url=h?" + sourceQuery)), here(get("/sign?w=1&url=http://h/?a=1&" + sourceQuery)),
		with(get("/sign?"+picture), "Authorization", "Bearer "+token), with(get("/stats/cache"), "Authorization",
			"Bearer "+token),
		with(get("/sign?"+picture), "Authorization", "Bearer "+token+"x"), here(form("file", "x", "url", sourceQuery)),
	}
	var answers strings.Builder
	r := newRig(t)
	ask := func() {
		for _, req := range requests {
			res := r.ask(req)
			if err := res.Header.Write(&answers); err != nil {
				t.Fatal(err)
			}
			answers.WriteString(body(t, res))
		}
	}
	ask()
	r.painter.err = errors.New("any failure")
	ask()
	r.painter.do = func(context.Context) { panic("any panic") }
	ask()
	for _, hidden := range []string{secret, token} {
		if strings.Contains(answers.String(), hidden) || strings.Contains(r.log.String(), hidden) {
			t.Errorf("%q was told", hidden)
		}
	}
	for _, hidden := range []string{sig, sourceQuery} {
		for line := range strings.Lines(r.log.String()) {
			if strings.Contains(line, hidden) {
				t.Errorf("%q in the log: %s", hidden, line)
			}
		}
	}
	if !strings.Contains(answers.String(), `"canonical"`) || strings.Count(r.log.String(), "\n") < 3*len(requests) {
		t.Error("the requests did not do what this test needs")
	}
}
