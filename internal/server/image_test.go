package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/render"
)

// imageHeader returns every header field of an image, but the request id. changes replace fields; "" removes one.
func imageHeader(changes map[string]string) http.Header {
	h := http.Header{}
	for name, value := range map[string]string{
		"Content-Type":                 "image/webp",
		"Content-Length":               strconv.Itoa(len(painted.Data)),
		"Etag":                         painted.ETag,
		"Cache-Control":                "public, max-age=31536000, immutable",
		"X-Content-Type-Options":       "nosniff",
		"Content-Security-Policy":      "default-src 'none'; sandbox",
		"Cross-Origin-Resource-Policy": "cross-origin",
		"Last-Modified":                modified,
		"X-Cache":                      "MISS",
		"Server-Timing":                "cache;dur=1.50, encode;dur=20.00",
	} {
		h.Set(name, value)
	}
	for name, value := range changes {
		h.Set(name, value)
		if value == "" {
			h.Del(name)
		}
	}
	return h
}

// askImage asks for a picture, takes the request id off the header and returns the rest.
func (r *rig) askImage(t *testing.T, method, query string, header ...string) (status int, h http.Header, text string) {
	t.Helper()
	req := with(get(signedURL(query)), header...)
	req.Method = method
	res := r.ask(req)
	if id := res.Header.Get("X-Request-Id"); !regexp.MustCompile(`^[A-Z2-7]{16}$`).MatchString(id) {
		t.Errorf("X-Request-Id: %q", id)
	}
	res.Header.Del("X-Request-Id")
	return res.StatusCode, res.Header, body(t, res)
}

func TestImage(t *testing.T) {
	for _, tt := range []struct {
		name   string
		query  string
		accept string
		state  render.State
		want   map[string]string
	}{
		{name: "miss", query: picture},
		{name: "hit", query: picture, state: render.Hit, want: map[string]string{"X-Cache": "HIT"}},
		{name: "coalesced", query: picture, state: render.Coalesced, want: map[string]string{"X-Cache": "COALESCED"}},
		{name: "format named, Accept has no say", query: "f=png&" + picture, accept: "image/avif"},
		{name: "negotiated", query: "f=auto&" + picture, accept: "image/avif", want: map[string]string{"Vary": "Accept"}},
		{name: "negotiated without Accept", query: "f=auto&" + picture, want: map[string]string{"Vary": "Accept"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.painter.state = tt.state
			for method, wantBody := range map[string]string{http.MethodGet: string(painted.Data), http.MethodHead: ""} {
				status, header, text := r.askImage(t, method, tt.query, "Accept", tt.accept, "Range", "bytes=0-9")
				if status != http.StatusOK || text != wantBody {
					t.Errorf("%s: status %d with %d bytes, want %d bytes", method, status, len(text), len(wantBody))
				}
				if diff := gocmp.Diff(imageHeader(tt.want), header); diff != "" {
					t.Errorf("%s: header (-want +got):\n%s", method, diff)
				}
			}
		})
	}
}

// modified is when the painted picture was made.
var modified = painted.Created.UTC().Format(http.TimeFormat)

func TestConditional(t *testing.T) {
	for _, tt := range []struct {
		name    string
		header  []string
		matches bool
	}{
		{name: "another tag", header: []string{"If-None-Match", `"other"`}},
		{name: "tag without quotes", header: []string{"If-None-Match", strings.Trim(painted.ETag, `"`)}},
		{name: "empty", header: []string{"If-None-Match", ""}},
		{name: "a star in a tag", header: []string{"If-None-Match", `"a,*,b"`}},
		{name: "another tag, same date", header: []string{"If-None-Match", `"other"`, "If-Modified-Since", modified}},
		{name: "earlier date", header: []string{"If-Modified-Since", "Fri, 31 Dec 1999 23:59:59 GMT"}},
		{name: "no date", header: []string{"If-Modified-Since", "yesterday"}},
		{name: "same date", header: []string{"If-Modified-Since", modified}, matches: true},
		{name: "later date", header: []string{"If-Modified-Since", "Fri, 31 Dec 9999 23:59:59 GMT"}, matches: true},
		{name: "same tag", header: []string{"If-None-Match", painted.ETag}, matches: true},
		{name: "weak tag", header: []string{"If-None-Match", "W/" + painted.ETag}, matches: true},
		{name: "list of tags", header: []string{"If-None-Match", `"a", W/"b",` + painted.ETag}, matches: true},
		{name: "two lines of tags", header: []string{"If-None-Match", `"a"`, "If-None-Match", painted.ETag}, matches: true},
		{name: "any tag", header: []string{"If-None-Match", " * "}, matches: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want, status, text := imageHeader(map[string]string{"Vary": "Accept"}), http.StatusOK, string(painted.Data)
			if tt.matches {
				status, text = http.StatusNotModified, ""
				want.Del("Content-Type")
				want.Del("Content-Length")
			}
			gotStatus, header, got := newRig(t).askImage(t, http.MethodGet, "f=auto&"+picture, tt.header...)
			if gotStatus != status || got != text {
				t.Errorf("status %d with %d bytes, want %d with %d", gotStatus, len(got), status, len(text))
			}
			if diff := gocmp.Diff(want, header); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMadeLater: a picture that another clock says was made tomorrow is as old as its answer.
func TestMadeLater(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	r := newRig(t, func(c *Config) { c.Now = func() time.Time { return now } })
	r.painter.blob = blob.New(painted.Data, format.WebP, now.Add(24*time.Hour))
	_, header, _ := r.askImage(t, http.MethodGet, picture)
	if got, want := header.Get("Last-Modified"), "Fri, 15 Jan 2027 08:00:00 GMT"; got != want {
		t.Errorf("Last-Modified: %s, want %s", got, want)
	}
}

func TestExpiry(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	for _, tt := range []struct {
		name  string
		t     string
		spent time.Duration // by the work
		want  string
	}{
		{name: "an hour left", t: "1800003600", want: "public, max-age=3600"},
		{name: "a second left", t: "1800000001", want: "public, max-age=1"},
		{name: "half a second left", t: "1800000001", spent: 500 * time.Millisecond, want: "public, max-age=0"},
		{name: "over during the work", t: "1800000001", spent: time.Minute, want: "public, max-age=0"},
		{name: "a year left", t: "1831536000", want: "public, max-age=31536000"},
		{name: "more than a year left", t: "1831536001", want: "public, max-age=31536000"},
		{name: "centuries left", t: "9999999999", want: "public, max-age=31536000"},
		{name: "this second", t: "1800000000"},
		{name: "long ago", t: "0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clock := now
			r := newRig(t, func(c *Config) { c.Now = func() time.Time { return clock } })
			r.painter.do = func(context.Context) { clock = clock.Add(tt.spent) }
			res := r.ask(get(signedURL("t=" + tt.t + "&" + picture)))
			if tt.want == "" {
				wantProblem(t, res, fault.Expired)
				return
			}
			wantImage(t, res)
			if got := res.Header.Get("Cache-Control"); got != tt.want {
				t.Errorf("Cache-Control: %q, want %q", got, tt.want)
			}
		})
	}
}

func TestOutputFormat(t *testing.T) {
	const avif, webp, both, none = "image/avif", "image/webp", "image/avif,image/webp,*/*;q=0.8", "image/*,*/*"
	all := format.Outputs()
	for _, tt := range []struct {
		name    string
		f       string // of the query
		allowed []format.Format
		def     format.Format
		accept  string
		want    format.Format
		refused bool
	}{
		{name: "default", allowed: all, def: format.WebP, want: format.WebP},
		{name: "default auto", allowed: all, def: format.Auto, accept: both, want: format.AVIF},
		{name: "named", f: "f=jpg&", allowed: all, def: format.WebP, want: format.JPEG},
		{name: "facts, always", f: "f=json&", allowed: []format.Format{format.WebP}, def: format.WebP, want: format.JSON},
		{name: "named, not allowed", f: "f=png&", allowed: []format.Format{format.WebP}, def: format.WebP, refused: true},
		{name: "auto takes AVIF", f: "f=auto&", allowed: all, accept: both, want: format.AVIF},
		{name: "auto takes WebP", f: "f=auto&", allowed: all, accept: webp, want: format.WebP},
		{
			name: "auto passes over what is not allowed", f: "f=auto&", allowed: []format.Format{format.WebP}, accept: both,
			want: format.WebP,
		},
		{name: "wildcards name nothing", f: "f=auto&", allowed: all, accept: none, want: format.Legacy},
		{name: "refused weight", f: "f=auto&", allowed: all, accept: avif + ";q=0", want: format.Legacy},
		{name: "legacy without PNG", f: "f=auto&", allowed: []format.Format{format.AVIF, format.JPEG}, want: format.JPEG},
		{name: "legacy without JPEG", f: "f=auto&", allowed: []format.Format{format.AVIF, format.PNG}, want: format.PNG},
		{name: "no legacy at all", f: "f=auto&", allowed: []format.Format{format.AVIF}, want: format.AVIF},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.Formats, c.DefaultFormat = tt.allowed, tt.def })
			res := r.ask(with(get(signedURL(tt.f+picture)), "Accept", tt.accept))
			if tt.refused {
				if p := wantProblem(t, res, fault.FormatNotAllowed); p.Param != "f" {
					t.Errorf("param %q, want f", p.Param)
				}
				return
			}
			wantImage(t, res)
			if got := r.painter.last(t).out; got != tt.want {
				t.Errorf("asked for %v, want %v", got, tt.want)
			}
		})
	}
}

func TestClientGone(t *testing.T) {
	r := newRig(t)
	ctx, leave := context.WithCancel(t.Context())
	r.painter.do = func(context.Context) { leave() }
	w := httptest.NewRecorder()
	r.ServeHTTP(w, get(signedURL(picture)).WithContext(ctx))
	wantProblem(t, w.Result(), fault.ClientGone)
}

// A negotiated format that cannot hold the result gives way to the next one that can; one that was asked for does not.
func TestNegotiatedFormatGivesWay(t *testing.T) {
	all := []format.Format{format.JPEG, format.WebP, format.AVIF, format.PNG}
	for _, tt := range []struct {
		name, query, accept string
		formats             []format.Format
		most                int
		lacks               format.Format // what the engine cannot write of this result
		want                format.Format // Unknown = refused
	}{
		{"AVIF holds it", "f=auto&", "image/avif,image/webp", all, 16384, format.Unknown, format.AVIF},
		{"AVIF does not", "f=auto&", "image/avif,image/webp", all, 16385, format.Unknown, format.Legacy},
		{"WebP does not", "f=auto&", "image/webp", all, 16384, format.Unknown, format.Legacy},
		{"JPEG does not", "f=auto&", "image/webp", all, 65501, format.Unknown, format.PNG},
		{"nor does PNG", "f=auto&", "image/webp", all, 1<<20 + 1, format.Unknown, format.Unknown},
		{
			"only AVIF and JPEG", "f=auto&", "image/avif",
			[]format.Format{format.AVIF, format.JPEG},
			20000, format.Unknown,
			format.JPEG,
		},
		{"only WebP and PNG", "f=auto&", "*/*", []format.Format{format.WebP, format.PNG}, 20000, format.Unknown, format.PNG},
		{"no other one", "f=auto&", "image/avif", []format.Format{format.AVIF}, 20000, format.Unknown, format.Unknown},
		{"AVIF of a profile is lacking", "f=auto&", "image/avif,image/webp", all, 1, format.AVIF, format.WebP},
		{"nor is WebP there", "f=auto&", "image/webp", all, 1, format.WebP, format.Legacy},
		{"asked for", "f=webp&", "image/webp", all, 20000, format.Unknown, format.Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.Formats = tt.formats })
			r.painter.most, r.painter.lacks = tt.most, tt.lacks
			res := r.ask(with(get(signedURL(tt.query+picture)), "Accept", tt.accept))
			if tt.want == format.Unknown {
				wantProblem(t, res, fault.OutputTooLarge)
				return
			}
			wantImage(t, res)
			if got := r.painter.last(t).out; got != tt.want || res.Header.Get("Vary") != "Accept" {
				t.Errorf("asked for %v, Vary %q; want %v", got, res.Header.Get("Vary"), tt.want)
			}
		})
	}
}

// TestNegotiable: f=auto chooses among what this build writes; what is only allowed has to be asked for.
func TestNegotiable(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Negotiable = []format.Format{format.JPEG, format.PNG} })
	for query, want := range map[string]format.Format{"f=auto&": format.Legacy, "f=avif&": format.AVIF} {
		wantImage(t, r.ask(with(get(signedURL(query+picture)), "Accept", "image/avif,image/webp")))
		if got := r.painter.last(t).out; got != want {
			t.Errorf("%s: asked for %v, want %v", query, got, want)
		}
	}
}
