//go:build unix

package e2e

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"imagekit/internal/format"
)

// signAnswer is the answer of /sign.
type signAnswer struct {
	Canonical string `json:"canonical"`
	Sig       string `json:"sig"`
	SignedURL string `json:"signed_url"`
}

// sign asks /sign with values escaped as an ordinary client does.
func (s *server) sign(t *testing.T, pairs ...string) (out signAnswer) {
	t.Helper()
	query := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	a := s.get(t, "/sign?"+query.Encode())
	if a.status != http.StatusOK {
		t.Fatalf("/sign %v: status %d: %s", pairs, a.status, a.body)
	}
	decodeStrictly(t, a.body, &out)
	return out
}

func TestJourney(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	source := o.url + "/photo.jpg"
	first := s.sign(t, "url", source, "w", "200", "f", "webp")
	if text := canonical("url", source, "w", "200", "f", "webp"); first.Canonical != text ||
		first.Sig != signature(testSecret, text) {
		t.Errorf("/sign: got %+v, want canonical %q, signed by the documented rule", first, text)
	}
	miss := s.get(t, first.SignedURL)
	miss.wantState(t, "MISS")
	wantPicture(t, miss, format.WebP)
	wantStages(t, miss, "cache", "fetch", "probe", "queue", "decode", "resize", "encode", "store")
	hit := s.get(t, first.SignedURL)
	hit.wantState(t, "HIT")
	wantPicture(t, hit, format.WebP)
	wantStages(t, hit, "cache")
	wantSame(t, hit, miss)

	t.Run("another order and escaping", func(t *testing.T) {
		lower := strings.ToLower(url.QueryEscape(source))
		a := s.get(t, "/img?sig="+first.Sig+"&w=%32%30%30&&f=webp&%75%72l="+lower)
		a.wantState(t, "HIT")
		wantSame(t, a, miss)
	})
	t.Run("another expiry", func(t *testing.T) { expiry(t, s, source, miss) })
	t.Run("HEAD", func(t *testing.T) {
		a := s.must(t, http.MethodHead, first.SignedURL, nil)
		a.wantState(t, "HIT")
		wantPicture(t, answer{a.status, a.header, miss.body}, format.WebP)
		if len(a.body) > 0 || a.header.Get("ETag") != miss.header.Get("ETag") {
			t.Errorf("got %d bytes and ETag %s, want none and %s", len(a.body), a.header.Get("ETag"),
				miss.header.Get("ETag"))
		}
	})
	t.Run("If-None-Match", func(t *testing.T) { conditional(t, s, first.SignedURL, miss) })

	if n := o.count("/photo.jpg"); n != 1 {
		t.Errorf("the origin was asked %d times, want once", n)
	}
	s.stop(t)
	again := start(t, "IMAGEKIT_CACHE_DIR="+s.cache)
	a := again.get(t, first.SignedURL)
	a.wantState(t, "HIT")
	wantSame(t, a, miss)
	if n := o.count("/photo.jpg"); n != 1 {
		t.Errorf("after a restart the origin was asked %d times, want still once", n)
	}
}

func expiry(t *testing.T, s *server, source string, want answer) {
	left := 100 * time.Second
	for _, c := range []struct {
		name string
		t    time.Time
		most int // seconds
	}{
		{"soon", time.Now().Add(left), int(left / time.Second)},
		{"in another century", time.Unix(4102444800, 0), 31536000},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := s.img(t, "url", source, "w", "200", "f", "webp", "t", strconv.FormatInt(c.t.Unix(), 10))
			a.wantState(t, "HIT")
			wantSame(t, a, want)
			control := a.header.Get("Cache-Control")
			age, ok := strings.CutPrefix(control, "public, max-age=")
			if n, err := strconv.Atoi(age); !ok || err != nil || n > c.most || n < c.most-int(left/time.Second) {
				t.Errorf("Cache-Control: got %q, want public and at most %d seconds", control, c.most)
			}
		})
	}
}

func conditional(t *testing.T, s *server, path string, want answer) {
	etag := want.header.Get("ETag")
	for _, tag := range []string{etag, "W/" + etag, `"other", ` + etag, "*"} {
		a := s.get(t, path, "If-None-Match", tag)
		if a.status != http.StatusNotModified || len(a.body) > 0 || a.header.Get("ETag") != etag ||
			a.header.Get("Cache-Control") == "" {
			t.Errorf("%s: got %d with %d bytes and %v, want 304 with ETag and Cache-Control", tag, a.status, len(a.body),
				a.header)
		}
	}
	wantSame(t, s.get(t, path, "If-None-Match", `"other"`), want)
}

func TestNegotiation(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t, "IMAGEKIT_DEFAULT_FORMAT=auto", "IMAGEKIT_ALLOWED_FORMATS=avif,webp,jpeg,png")
	for _, c := range []struct {
		name, accept string
		want         format.Format
	}{
		{"a browser of today", "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", format.AVIF},
		{"a browser without AVIF", "image/webp,*/*", format.WebP},
		{"AVIF refused", "image/avif;q=0, image/webp", format.WebP},
		{"wildcards name nothing", "image/*,*/*;q=0.8", format.JPEG},
		{"curl", "*/*", format.JPEG},
		{"nothing", "", format.JPEG},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, f := range [][]string{nil, {"f", "auto"}} { // auto is the default here
				var header []string
				if c.accept != "" {
					header = []string{"Accept", c.accept}
				}
				a := s.get(t, s.signed(append(f, "url", o.url+"/photo.jpg", "w", "64")...), header...)
				wantPicture(t, a, c.want)
				if a.header.Get("Vary") != "Accept" {
					t.Errorf("Vary: got %q, want Accept", a.header.Get("Vary"))
				}
			}
		})
	}
	if a := s.picture(t, "url", o.url+"/photo.jpg", "w", "64", "f", "webp"); a.header.Get("Vary") != "" {
		t.Errorf("f=webp: got Vary %q, want none", a.header.Get("Vary"))
	}
	if a := s.picture(t, "url", "sample:drawing", "w", "64", "f", "auto"); a.header.Get("Content-Type") != "image/png" {
		t.Errorf("transparent, nothing named: got %s, want image/png", a.header.Get("Content-Type"))
	}
}

// wantPicture checks the header of a picture, and that the bytes are of the format it tells.
func wantPicture(t *testing.T, a answer, f format.Format) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type":                 f.MIME(),
		"Content-Length":               strconv.Itoa(len(a.body)),
		"X-Content-Type-Options":       "nosniff",
		"Content-Security-Policy":      "default-src 'none'; sandbox",
		"Cross-Origin-Resource-Policy": "cross-origin",
		"Cache-Control":                "public, max-age=31536000, immutable",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if tag := a.header.Get("ETag"); !strings.HasPrefix(tag, `"`) {
		t.Errorf("ETag: got %q, want a strong one", tag)
	}
	if a.status != http.StatusOK || format.Sniff(a.body) != f {
		t.Errorf("got status %d and the bytes of %s, want 200 and %s", a.status, format.Sniff(a.body), f)
	}
	for name := range a.header {
		if strings.HasPrefix(name, "Ratelimit") || name == "Set-Cookie" {
			t.Errorf("%s on an answer that caches keep", name)
		}
	}
}

// wantStages checks the names in Server-Timing.
func wantStages(t *testing.T, a answer, want ...string) {
	t.Helper()
	var got []string
	for item := range strings.SplitSeq(a.header.Get("Server-Timing"), ", ") {
		name, duration, _ := strings.Cut(item, ";dur=")
		if _, err := strconv.ParseFloat(duration, 64); err != nil {
			t.Errorf("Server-Timing: %q has no duration", item)
		}
		got = append(got, name)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("Server-Timing: got %v, want %v", got, want)
	}
}

// wantSame checks that two answers are the same picture.
func wantSame(t *testing.T, got, want answer) {
	t.Helper()
	if got.status != http.StatusOK || !bytes.Equal(got.body, want.body) ||
		got.header.Get("ETag") != want.header.Get("ETag") {
		t.Errorf("got status %d, %d bytes, ETag %s; want the %d bytes with ETag %s",
			got.status, len(got.body), got.header.Get("ETag"), len(want.body), want.header.Get("ETag"))
	}
}
