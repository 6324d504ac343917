package server

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/sign"
)

// spellings are ways to write one signed request. All mean the same picture.
func spellings(canonical, sig string) map[string]string {
	return map[string]string{
		"empty pieces":        "/img?&&" + canonical + "&sig=" + sig,
		"empty piece at end":  "/img?" + canonical + "&sig=" + sig + "&",
		"sig first":           "/img?sig=" + sig + "&" + canonical,
		"escape not needed":   "/img?" + strings.Replace(canonical, "w=320", "w=%33%320", 1) + "&sig=" + sig,
		"escapes of a source": "/img?" + strings.Replace(canonical, "https://", "https%3A%2F%2F", 1) + "&sig=" + sig,
		"lower-case escapes":  "/img?" + strings.Replace(canonical, "https://", "https%3a//", 1) + "&sig=" + sig,
		"escaped path":        "/%69mg?" + canonical + "&sig=" + sig,
		"both":                "/i%6Dg?&" + canonical + "&sig=" + sig,
	}
}

func TestSpelling(t *testing.T) {
	const canonical = "url=https://example.com/a.jpg&w=320"
	sig := sign.New([]byte(secret)).Sign(canonical)
	one := signedURL(canonical)
	spelling := func(sp Spelling) *rig { return newRig(t, func(c *Config) { c.Spelling, c.CORS = sp, "*" }) }
	for name, target := range spellings(canonical, sig) {
		t.Run(name, func(t *testing.T) {
			wantImage(t, spelling(AcceptSpelling).ask(get(target)))
			wantImage(t, spelling("").ask(get(target)))
			refusing := spelling(RefuseSpelling)
			if p := wantProblem(t, refusing.ask(get(target)), fault.BadQuery); !strings.Contains(p.Detail,
				"IMAGEKIT_SPELLING") {
				t.Errorf("%q names no setting", p.Detail)
			}
			r := spelling(RedirectSpelling)
			res := r.ask(get(target))
			if res.StatusCode != http.StatusPermanentRedirect || body(t, res) != "" {
				t.Fatalf("status %d", res.StatusCode)
			}
			if len(r.painter.asked) != 0 || len(refusing.painter.asked) != 0 {
				t.Error("work was done for a spelling that is not served")
			}
			for field, want := range map[string]string{
				"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin",
				"Cache-Control": "private, max-age=86400", "Content-Length": "0",
			} {
				if got := res.Header.Get(field); got != want {
					t.Errorf("%s: %q, want %q", field, got, want)
				}
			}
			for _, prefix := range []string{"", "/pictures"} { // one that a proxy takes off
				base, err := url.Parse("https://images.example.com" + prefix + target)
				if err != nil {
					t.Fatal(err)
				}
				to, err := base.Parse(res.Header.Get("Location"))
				if err != nil || to.RequestURI() != prefix+one {
					t.Errorf("redirected to %v (%v), want %s", to, err, prefix+one)
				}
			}
			wantImage(t, r.ask(get(one)))
		})
	}
	wantImage(t, spelling(RefuseSpelling).ask(get(one)))
}

// Nobody learns a canonical text without a signature, and an old URL leads to its end.
func TestSpellingComesAfterTheSignature(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.Spelling = RedirectSpelling
		c.Now = func() time.Time { return time.Unix(1_800_000_000, 0) }
	})
	res := r.ask(get("/img?&" + picture + "&sig=" + strings.Repeat("0", 64)))
	if got := res.Header.Get("Location"); got != "" {
		t.Errorf("a stranger is sent to %s", got)
	}
	wantProblem(t, res, fault.BadSignature)
	const old = "t=1700000000&url=https://example.com/a.jpg"
	wantProblem(t, r.ask(get(signedURL(old))), fault.Expired)
}

// FuzzSpelling: whatever is served or redirected, a second redirect never follows the first.
func FuzzSpelling(f *testing.F) {
	const canonical = "url=https://example.com/a.jpg&w=320"
	for _, target := range spellings(canonical, sign.New([]byte(secret)).Sign(canonical)) {
		_, query, _ := strings.Cut(target, "?")
		f.Add(query)
	}
	r := newRig(f, func(c *Config) { c.Spelling = RedirectSpelling })
	f.Fuzz(func(t *testing.T, query string) {
		req := get("/img")
		req.URL.RawQuery = query
		res := r.ask(req)
		to, ok := strings.CutPrefix(res.Header.Get("Location"), "?")
		if !ok {
			return
		}
		req = get("/img")
		req.URL.RawQuery = to
		if res := r.ask(req); res.Header.Get("Location") != "" {
			t.Fatalf("%q leads to %q and on to %q", query, to, res.Header.Get("Location"))
		}
	})
}
