package server

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/fault"
)

func TestPageFiles(t *testing.T) {
	r := newRig(t)
	for path, a := range r.Page.Assets {
		res := r.ask(get(path))
		if got := body(t, res); res.StatusCode != http.StatusOK || got != string(a.Plain) ||
			res.Header.Get("Content-Type") != a.Type {
			t.Errorf("%s: status %d, %s", path, res.StatusCode, res.Header.Get("Content-Type"))
		}
		if got := res.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}
	path := slices.Sorted(maps.Keys(r.Page.Assets))[0]
	wantProblem(t, r.ask(get(path+"x")), fault.NotFound)
}

func TestPageEncoding(t *testing.T) {
	r := newRig(t)
	for accept, zipped := range map[string]bool{
		"": false, "gzip": true, "br, GZIP;q=0.5": true, "gzip;q=0": false, "gzip; q=0.000": false, "*": true, "*;q=0": false,
		"identity": false, "*, gzip;q=0": false, "gzip;q=0, *": false, "x-gzip": false,
	} {
		res := r.ask(with(get("/"), "Accept-Encoding", accept))
		text := body(t, res)
		if got := res.Header.Get("Content-Encoding") == "gzip"; got != zipped ||
			strings.HasPrefix(text, "\x1f\x8b") != zipped {
			t.Errorf("Accept-Encoding %q: zipped is %t, want %t", accept, got, zipped)
		}
		if res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Vary: %q", res.Header.Get("Vary"))
		}
		again := r.ask(with(get("/"), "Accept-Encoding", accept, "If-None-Match", res.Header.Get("ETag")))
		if again.StatusCode != http.StatusNotModified || body(t, again) != "" {
			t.Errorf("Accept-Encoding %q: asked again %d, want 304 without a body", accept, again.StatusCode)
		}
	}
	plain := r.ask(get("/")).Header.Get("ETag")
	if res := r.ask(with(get("/"), "Accept-Encoding", "gzip", "If-None-Match", plain)); res.StatusCode != http.StatusOK {
		t.Errorf("the tag of the plain page stands for the zipped one: %d", res.StatusCode)
	}
}

// A list is signed as its lines are one by one, and for the same callers alone.
func TestSignList(t *testing.T) {
	post := func(text string) *http.Request {
		req := get("/sign")
		req.Method, req.Body = http.MethodPost, io.NopCloser(strings.NewReader(text))
		return req
	}
	r := newRig(t)
	one := strings.TrimSpace(body(t, r.ask(here(get("/sign?url=http://a/&w=1")))))
	two := strings.TrimSpace(body(t, r.ask(here(get("/sign?url=http://a/&w=2")))))
	if got, want := body(t, r.ask(here(post("url=http://a/&w=1\r\nw=2&url=http://a/")))), "["+one+","+two+"]\n"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	wantProblem(t, r.ask(post("url=http://a/&w=1")), fault.NotAllowed)
	if res := r.ask(with(post("url=http://a/"), "Authorization", "Bearer "+token)); res.StatusCode != http.StatusOK {
		t.Errorf("with the token: %d", res.StatusCode)
	}
	for name, tt := range map[string]struct {
		text  string
		want  fault.Kind
		param string
	}{
		"nothing":        {"", fault.BadQuery, ""},
		"one is wrong":   {"url=http://a/\nurl=http://a/&w=0", fault.BadParameter, "w"},
		"an empty line":  {"url=http://a/\n\nurl=http://b/", fault.BadParameter, "url"},
		"too many":       {strings.Repeat("url=http://a/\n", signedAtOnce.lines+1), fault.BadQuery, ""},
		"one is too big": {"url=http://a/&v=" + strings.Repeat("x", 20000), fault.BadQuery, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if p := wantProblem(t, r.ask(here(post(tt.text))), tt.want); p.Param != tt.param {
				t.Errorf("param %q, want %q", p.Param, tt.param)
			}
		})
	}
}

func TestSource(t *testing.T) {
	r := newRig(t)
	wantProblem(t, r.ask(get("/source?"+picture)), fault.NotAllowed)
	res := r.ask(here(get("/source?" + picture)))
	if got, want := body(t, res), `{"format":"jpeg","width":1600,"height":1067,"alpha":false,"bytes":12345}`+"\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if strings.Contains(r.log.String(), sourceQuery) {
		t.Error("the log tells the query of the source")
	}
	wantProblem(t, r.ask(here(get("/source?url=file:///etc/passwd"))), fault.BadSource)
	r.painter.err = fault.New(fault.SourceNotFound, "gone")
	wantProblem(t, r.ask(here(get("/source?"+picture))), fault.SourceNotFound)
}
