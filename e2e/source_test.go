//go:build unix

package e2e

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// What a source URL holds reaches the origin, whether it is a structural character of a URL or of the query around it.
func TestSourceURLs(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	data := small(t)
	for _, path := range []string{"/a.png", "/a b.png", "/ü.png", "/a+b.png", "/100%.png", "/(a)'!$,;@.png"} {
		o.put(path, data)
	}
	for _, c := range []struct{ name, source, target string }{
		{"plain", "/a.png", "/a.png"},
		{"a query of its own", "/a.png?b=1&c=2", "/a.png?b=1&c=2"},
		{"our own names in the query", "/a.png?w=1&url=x&sig=0", "/a.png?w=1&url=x&sig=0"},
		{"an escaped ampersand", "/a.png?b=1%26c=2", "/a.png?b=1%26c=2"},
		{"a percent sign", "/a.png?b=100%25", "/a.png?b=100%25"},
		{"a percent sign alone", "/100%.png", "/100%25.png"},
		{"a space", "/a b.png", "/a%20b.png"},
		{"an escaped space", "/a%20b.png", "/a%20b.png"},
		{"a space in the query", "/a.png?b=c d", "/a.png?b=c%20d"},
		{"an umlaut", "/ü.png", "/%C3%BC.png"},
		{"an escaped umlaut", "/%c3%bc.png", "/%c3%bc.png"},
		{"umlauts in the query", "/a.png?b=äö&c=ü", "/a.png?b=%C3%A4%C3%B6&c=%C3%BC"},
		{"a plus", "/a+b.png?c=d+e", "/a+b.png?c=d+e"},
		{"punctuation", "/(a)'!$,;@.png?~*=:/?@;", "/(a)'!$,;@.png?~*=:/?@;"},
		{"a fragment", "/a.png?f#x&y", "/a.png?f"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := o.count(c.target)
			signed := s.sign(t, "url", o.url+c.source, "w", "8", "v", c.name)
			if text := canonical("url", o.url+c.source, "w", "8", "v", c.name); signed.Canonical != text {
				t.Errorf("canonical: got %q, want %q", signed.Canonical, text)
			}
			a := s.get(t, signed.SignedURL)
			a.wantState(t, "MISS")
			if n := o.count(c.target) - before; n != 1 {
				t.Errorf("the origin saw %q %d times, want once; it saw %v", c.target, n, o.asked)
			}
			if source := s.log.request(t, a).text("source"); strings.Contains(source, "?") ||
				!strings.HasPrefix(source, o.url) {
				t.Errorf("the log names the source %q, want it without its query", source)
			}
		})
	}
}

func TestSamples(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, name := range []string{"photo", "portrait", "drawing"} {
		s.picture(t, "url", "sample:"+name, "w", "100", "f", "jpeg")
	}
	refusal(t, s.img(t, "url", "sample:none", "w", "100"), fault.SourceNotFound)
}

func TestUpload(t *testing.T) {
	t.Parallel()
	s := start(t)
	send := func(t *testing.T, fields map[string]string, header ...string) answer {
		body, contentType := form(t, photo(t, 120, 80), fields)
		return s.must(t, http.MethodPost, "/upload", body, append(header, "Content-Type", contentType)...)
	}
	a := send(t, map[string]string{"w": "60", "f": "png"})
	if a.status != http.StatusOK || format.Sniff(a.body) != format.PNG || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d, %s, Cache-Control %q; want a PNG that nobody keeps", a.status, format.Sniff(a.body),
			a.header.Get("Cache-Control"))
	}
	forwarded := []string{"X-Forwarded-For", "198.51.100.7"}
	refusal(t, send(t, nil, forwarded...), fault.NotAllowed)
	refusal(t, send(t, nil, append(forwarded, "Authorization", "Bearer wrong")...), fault.NotAllowed)
	refusal(t, send(t, nil, "Sec-Fetch-Site", "cross-site"), fault.NotAllowed)
	if a := send(t, nil, append(forwarded, "Authorization", "Bearer "+testToken)...); a.status != http.StatusOK {
		t.Errorf("with the token: got %d, want 200: %s", a.status, a.body)
	}
	if n := len(s.files(t)); n != 0 {
		t.Errorf("uploads left %d files in the cache", n)
	}
}

// form returns an upload and its content type.
func form(t *testing.T, file []byte, fields map[string]string) (*bytes.Buffer, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if file != nil {
		part, err := w.CreateFormFile("file", "picture")
		if err != nil {
			t.Fatal(err)
		}
		part.Write(file)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, w.FormDataContentType()
}
