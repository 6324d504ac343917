package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/sign"
)

// One signature of /sign holds for every width of the ladder, and for nothing else.
func TestFreeSignature(t *testing.T) {
	r := newRig(t)
	var answer signed
	text := body(t, r.ask(here(get("/sign?w=320&free=f,w&url=https://example.com/a.jpg"))))
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	const canonical = "f=*&free=f,w&url=https://example.com/a.jpg&w=*"
	if answer.Canonical != canonical || answer.Sig != sign.New([]byte(secret)).Sign(canonical) {
		t.Errorf("got %+v, want the signature of %s", answer, canonical)
	}
	if want := "/img?free=f,w&url=https://example.com/a.jpg&w=320&sig=" + answer.Sig; answer.SignedURL != want {
		t.Errorf("signed_url %s, want %s", answer.SignedURL, want)
	}
	for _, changes := range []string{"w=320", "w=32", "w=640&f=png", "f=auto&w=640"} {
		wantImage(t, r.ask(get("/img?free=f,w&url=https://example.com/a.jpg&"+changes+"&sig="+answer.Sig)))
	}
	if got := r.painter.last(t).req.Params.Width; got != 640 {
		t.Errorf("asked for a width of %d, want 640", got)
	}
	for changes, param := range map[string]string{
		"free=f,w&w=321": "w", "free=f,w": "w", "free=f,w&w=32&f=jpg": "f",
		"free=w,f&w=32": "free", "free=f,w,&w=32": "free", "free=dpr,w&w=32": "free", "free=h&w=32": "free",
	} {
		res := r.ask(get("/img?url=https://example.com/a.jpg&" + changes + "&sig=" + answer.Sig))
		if p := wantProblem(t, res, fault.BadParameter); p.Param != param {
			t.Errorf("%s: param %q, want %s", changes, p.Param, param)
		}
	}
	for _, other := range []string{
		"free=w&w=32", "free=f,q,w&w=32", "w=32", "w=*&f=*", "free=f,w&w=32&h=7",
		"free=f,w&w=32&q=80",
	} {
		wantProblem(t, r.ask(get("/img?url=https://example.com/a.jpg&"+other+"&sig="+answer.Sig)), fault.BadSignature)
	}
}

// What is free is looked at by nobody before the signature: strangers learn no ladder.
func TestLadderComesAfterTheSignature(t *testing.T) {
	r := newRig(t)
	bad := strings.Repeat("0", 64)
	for _, query := range []string{"free=w&w=321", "free=w", "free=f,q,w&w=x"} {
		wantProblem(t, r.ask(get("/img?url=https://example.com/a.jpg&"+query+"&sig="+bad)), fault.BadSignature)
	}
	wantProblem(t, r.ask(get("/img?url=https://example.com/a.jpg&free=w,f&w=32&sig="+bad)), fault.BadParameter)
	// 30 pictures, 20 allowed
	wantProblem(t, r.ask(here(get("/sign?url=https://example.com/a.jpg&free=f,q,w&w=32"))), fault.BadParameter)
	wantProblem(t, r.ask(get(signedURL("f=*&free=f,q,w&q=*&url=https://example.com/a.jpg&w=*"))), fault.BadParameter)
}

// A redirect to the one spelling keeps the values of what is free.
func TestFreeSpelling(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Spelling = RedirectSpelling })
	sig := sign.New([]byte(secret)).Sign("free=w&url=https://example.com/a.jpg&w=*")
	res := r.ask(get("/img?w=320&url=https://example.com/a.jpg&free=w&sig=" + sig))
	want := "?free=w&url=https://example.com/a.jpg&w=320&sig=" + sig
	if got := res.Header.Get("Location"); res.StatusCode != http.StatusPermanentRedirect || got != want {
		t.Errorf("status %d to %q, want 308 to %q", res.StatusCode, got, want)
	}
	wantImage(t, r.ask(get("/img"+want)))
}
