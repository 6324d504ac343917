package fetch

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/source"
)

func TestAllowedHosts(t *testing.T) {
	tests := []struct {
		patterns, host string
		want           bool
	}{
		{"", "anything.example", true},
		{"example.com", "example.com", true},
		{"example.com", "EXAMPLE.com.", true},
		{"Example.COM.", "example.com", true},
		{"example.com", "a.example.com", false},
		{"example.com", "example.com.evil.test", false},
		{"example.com", "evilexample.com", false},
		{"*.example.com", "a.example.com", true},
		{"*.example.com", "a.b.example.com", true},
		{"*.example.com", "example.com", false},
		{"*.example.com", ".example.com", false},
		{"*.example.com", "evilexample.com", false},
		{"*.example.com", "a.example.com.evil.test", false},
		{"a.test,*.b.test", "x.b.test", true},
		{"a.test,*.b.test", "x.a.test", false},
		{"127.0.0.1", "127.0.0.1", true},
		{"127.0.0.1", "[::1]", false},
	}
	for _, tt := range tests {
		var patterns []string
		if tt.patterns != "" {
			patterns = strings.Split(tt.patterns, ",")
		}
		u, err := newPolicy(patterns).source("http://" + tt.host + ":8080/a.jpg")
		if (err == nil) != tt.want {
			t.Errorf("%q allows %s: %v (%v), want %v", tt.patterns, tt.host, err == nil, err, tt.want)
		}
		if err != nil {
			ends(t, err, fault.SourceForbidden)
		} else if u.Path != "/a.jpg" {
			t.Errorf("got %v", u)
		}
	}
}

func TestSourceURLs(t *testing.T) {
	p := newPolicy(nil)
	for _, raw := range []string{
		"", "example.com/a.jpg", "/a.jpg", "//example.com/a.jpg", "file:///etc/passwd", "ftp://example.com/", "http:", "http:a",
		"http:///a", "http://", "http://:80/", "http://u:p@example.com/", "http://u@example.com/", "data:image/png,x",
		"javascript:alert(1)", "http://exa mple.com/", "http://example.com/%zz", "http://example.com:port/", "sample:photo",
	} {
		if u, err := p.source(raw); err == nil {
			t.Errorf("%q became %v", raw, u)
		} else {
			ends(t, err, fault.BadSource)
		}
	}
}

func TestRedirects(t *testing.T) {
	var asked atomic.Int64
	s := origin(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if ref := r.Header.Get("Referer"); ref != "" {
			t.Errorf("sent Referer %s", ref)
		}
		if c := r.Header.Get("Cookie"); c != "" {
			t.Errorf("sent Cookie %s", c)
		}
		var code, hops int
		if n, _ := fmt.Sscanf(r.URL.Path, "/%d/%d", &code, &hops); n == 2 && hops > 0 {
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
			w.Header().Set("Location", fmt.Sprintf("../%d/%d#frag", code, hops-1))
			w.WriteHeader(code)
			return
		}
		w.Write(png)
	})
	f := start(t, config())
	for _, code := range []int{301, 302, 303, 307, 308} {
		asked.Store(0)
		if _, err := f.Fetch(t.Context(), fmt.Sprintf("%s/%d/5", s.URL, code)); err != nil {
			t.Errorf("%d: %v", code, err)
		}
		if n := asked.Load(); n != 6 {
			t.Errorf("%d: asked %d times, want 6", code, n)
		}
		_, err := f.Fetch(t.Context(), fmt.Sprintf("%s/%d/6", s.URL, code))
		ends(t, err, fault.OriginFailed)
	}
}

// A redirect must pass what the first URL passed: the list of hosts, and the rules for source URLs.
func TestRedirectPolicy(t *testing.T) {
	s := origin(t, func(w http.ResponseWriter, r *http.Request) {
		if to := r.FormValue("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		w.Write(png)
	})
	c := config()
	c.AllowedHosts = []string{"127.0.0.1"}
	f := start(t, c)
	if _, err := f.Fetch(t.Context(), s.URL+"/?to=/a%20%5E.jpg"); err != nil {
		t.Error(err)
	}
	for _, odd := range []string{"http://u:p@127.0.0.1/", "http://0x7f.1/", "http://127.0.0.1:99999/"} {
		_, err := f.Fetch(t.Context(), s.URL+"/?to="+odd)
		ends(t, err, fault.OriginFailed)
	}
	var err error
	for n, want := range map[int]bool{
		source.MaxLen - len(s.URL): true, source.MaxLen - len(s.URL) + 1: false,
		source.MaxLen + 1: false,
	} {
		if _, err = f.Fetch(t.Context(), s.URL+"/?to=/"+strings.Repeat("a", n-1)); (err == nil) != want {
			t.Errorf("a Location of %d bytes: %v, want it followed: %v", n, err, want)
		}
	}
	_, err = f.Fetch(t.Context(), s.URL+"/?to="+strings.Replace(s.URL, "127.0.0.1", "localhost", 1))
	ends(t, err, fault.SourceForbidden)
	if strings.Contains(public(err), "localhost") {
		t.Errorf("%q names where the origin leads", public(err))
	}
}

// Errors go to the log. Where a redirect leads may hold a secret, such as a presigned URL.
func TestRedirectErrorsHideTheQuery(t *testing.T) {
	from, err := url.Parse("https://www.example.com/a.jpg")
	if err != nil {
		t.Fatal(err)
	}
	for _, location := range []string{
		"https://%zz/?token=abc123", "https://a b/?token=abc123",
		"https://h:port/?token=abc123",
	} {
		_, err := newPolicy(nil).redirect(from, location)
		ends(t, err, fault.OriginFailed)
		if err != nil && strings.Contains(err.Error(), "abc123") {
			t.Errorf("%s: %v", location, err)
		}
	}
}

func FuzzRedirect(f *testing.F) {
	for _, seed := range []string{
		"", "/b.jpg", "b.jpg?x=1 2", "//cdn.example.com/b.jpg", "https://a.example.com/b#c", "http://a.example.com/",
		"file:///etc/passwd", "https://u:p@a.example.com/", "https://evil.test/", "https:///", "https:b", "/\u00fc?\u00fc",
		"https://a.example.com:99999/", "https://[::1]/", "\\\\evil.test", "/%zz", "/a\r\nb", "sample:photo",
	} {
		f.Add("https://www.example.com/a/a.jpg", seed)
		f.Add("http://www.example.com/", seed)
	}
	p := newPolicy([]string{"*.example.com"})
	f.Fuzz(func(t *testing.T, first, location string) {
		from, err := p.source(first)
		if err != nil {
			return
		}
		u, err := p.redirect(from, location)
		if err != nil {
			if kind := fault.From(err).Kind; kind != fault.OriginFailed && kind != fault.SourceForbidden {
				t.Fatalf("%q: %v", location, err)
			}
			return
		}
		text := u.String()
		switch {
		case u.Scheme != "https" && (u.Scheme != "http" || from.Scheme == "https"):
			t.Fatalf("%q leads from %s to %s", location, from, u)
		case u.User != nil || !strings.HasSuffix(strings.TrimSuffix(u.Hostname(), "."), ".example.com"):
			t.Fatalf("%q leads to %s", location, u)
		case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }):
			t.Fatalf("%q is sent as %q", location, text)
		}
		if again, err := p.source(text); err != nil || again.String() != text {
			t.Fatalf("%q became %q, which becomes %v (%v)", location, text, again, err)
		}
	})
}
