package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/sign"
)

func TestSign(t *testing.T) {
	const canonical = "url=https://example.com/a.jpg?x=1%26y=2&w=320"
	sig := sign.New([]byte(secret)).Sign(canonical)
	r := newRig(t)
	res := r.ask(here(get("/sign?w=320&url=https%3A%2F%2Fexample.com%2Fa.jpg%3Fx%3D1%26y%3D2")))
	want := `{"canonical":"` + canonical + `","sig":"` + sig + `","signed_url":"/img?` + canonical + `&sig=` + sig + `"}` +
		"\n"
	text := body(t, res)
	if text != want {
		t.Fatalf("got  %s\nwant %s", text, want)
	}
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %q", got)
	}
	var answer signed
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	wantImage(t, r.ask(get(answer.SignedURL)))
	if got := r.painter.last(t).req.Source; got != "https://example.com/a.jpg?x=1&y=2" {
		t.Errorf("the signed URL fetches %s", got)
	}
}

// What /img would refuse is not signed.
func TestSignRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, query string
		want        fault.Kind
		param       string
	}{
		{"no url", "w=320", fault.BadParameter, "url"},
		{"bad source", "url=file:///etc/passwd", fault.BadSource, "url"},
		{"bad value", "url=http://a/&w=0", fault.BadParameter, "w"},
		{"unknown name", "url=http://a/&b=2", fault.BadParameter, "b"},
		{"bad grammar", "url=http://a/;w=2", fault.BadQuery, ""},
		{"too large", "url=http://a/&w=8192&dpr=2", fault.OutputTooLarge, "w"},
		{"format not allowed", "url=http://a/&f=avif", fault.FormatNotAllowed, "f"},
		{"watermark that nobody has", "url=http://a/&wm=logo", fault.BadParameter, ""},
		{"signed already", "url=http://a/&sig=" + strings.Repeat("0", 64), fault.BadParameter, "sig"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.Formats = c.Formats[:2] })
			if p := wantProblem(t, r.ask(here(get("/sign?"+tt.query))), tt.want); p.Param != tt.param {
				t.Errorf("param %q, want %q", p.Param, tt.param)
			}
		})
	}
}

func TestSignHead(t *testing.T) {
	req := here(get("/sign?" + picture))
	req.Method = http.MethodHead
	res := newRig(t).ask(req)
	if text := body(t, res); res.StatusCode != http.StatusOK || text != "" || res.Header.Get("Content-Length") == "0" {
		t.Errorf("status %d, body %q, Content-Length %q", res.StatusCode, text, res.Header.Get("Content-Length"))
	}
}
