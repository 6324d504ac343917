package server

import (
	"mime"
	"net/http"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/param"
)

// FuzzImage asks /img with any query, as it is and signed. It is never our fault, the answer is always a picture or a
// problem, and what the grammar accepts and somebody signed is never a matter of signatures.
func FuzzImage(f *testing.F) {
	for _, query := range []string{
		"", picture, picture + "&sig=", "url=sample:photo&w=10&sig=c1187bd11ac91b8631de145d93e66827dd0a84d96eeda235a79f8347a10652ec",
		"url=http://a/&w=1&h=1&fit=pad&g=0.5x0.33&bg=fff&f=auto&q=1&t=9999999999&v=x&up=1&rot=90&flip=hv&dpr=1.5&crop=0,0.5,1,1.0",
		"url=http://a/&f=png", "url=http://a/&t=1", "url=http://a/&t=x", "url=http://[::1%25x]/", "url=%FF", "w=%00", "w", ";", "&&", "%77=1",
		"url=https://example.com/a%2Bb%20c%3Bd.jpg&w=10", "dpr=4&url=http://a/&w=8192",
		"free=f,w&url=http://a/&w=320", "free=w&url=http://a/&w=*",
	} {
		f.Add(query, "image/avif,*/*")
	}
	r := newRig(f, func(c *Config) { c.Formats = []format.Format{format.JPEG, format.WebP} })
	f.Fuzz(func(t *testing.T, raw, accept string) {
		ask := func(raw string) int {
			req := get("/img")
			req.URL.RawQuery = raw
			req.Header["Accept"] = []string{accept}
			res := r.ask(req)
			kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
			want := "application/problem+json"
			if res.StatusCode == http.StatusOK {
				want = "image/webp"
			}
			if res.StatusCode >= 500 || err != nil || kind != want {
				t.Errorf("%q: status %d, %q: %s", raw, res.StatusCode, kind, body(t, res))
			}
			return res.StatusCode
		}
		ask(raw)
		query, err := param.Split(raw)
		if err != nil {
			return
		}
		canonical := query.Canonical()
		if status := ask(signedURL(canonical)[len("/img?"):]); status == http.StatusUnauthorized {
			t.Errorf("%q: the signature of %q is refused", raw, canonical)
		}
	})
}
