package server

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/cache/purge"
	"imagekit/internal/fault"
)

const purgeToken = "a-purge-token-of-this-test-that-nobody-may-see"

// purging returns a request to purge, with a body or "" for none.
func purging(target, body string, header ...string) *http.Request {
	req := with(get(target), header...)
	req.Method = http.MethodDelete
	if body != "" {
		req.Method, req.Body = http.MethodPost, io.NopCloser(strings.NewReader(body))
	}
	return req
}

func bearing(t string) []string { return []string{"Authorization", "Bearer " + t} }

func TestPurge(t *testing.T) {
	const photo, key = "https://example.com/a.jpg", "?key=of-the-origin"
	for _, tt := range []struct {
		name, target, body string
		want               []purge.Target
	}{
		{"a source", "/cache?url=" + photo + key, "", []purge.Target{{Source: photo + key}}},
		{"a v", "/cache?url=" + photo + "&v=7", "", []purge.Target{{Source: photo, Version: "7"}}},
		{
			"a folder", "/cache?url=https://example.com/p/*", "",
			[]purge.Target{{Source: "https://example.com/p/", Prefix: true}},
		},
		{"a list", "/cache/purge", "url=" + photo +
			"\r\nv=7&url=https%3A%2F%2FEXAMPLE.com%2Fb%3Fx%26y\nurl=https://example.com/*", []purge.Target{
			{Source: photo},
			{Source: "https://example.com/b?x&y", Version: "7"},
			{Source: "https://example.com/", Prefix: true},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, with := range []string{token, purgeToken} {
				r := newRig(t)
				r.SetPurgeToken(purgeToken)
				res := r.ask(purging(tt.target, tt.body, bearing(with)...))
				if res.StatusCode != http.StatusNoContent || !slices.Equal(r.purged, tt.want) || body(t, res) != "" {
					t.Errorf("status %d, purged %+v, want %+v", res.StatusCode, r.purged, tt.want)
				}
				if n := strings.Count(r.log.String(), `"msg":"purged"`); n != len(tt.want) {
					t.Errorf("%d lines in the log, want %d", n, len(tt.want))
				}
				if strings.Contains(r.log.String(), "of-the-origin") {
					t.Error("the log tells the query of a source")
				}
			}
		})
	}
}

// TestPurgeRefuses: what is wrong purges nothing, not even the lines that are right.
func TestPurgeRefuses(t *testing.T) {
	const good = "url=https://example.com/a.jpg"
	for _, tt := range []struct {
		name, target, body string
		kind               fault.Kind
		want               string
	}{
		{"nothing", "/cache", "", fault.BadParameter, "url is missing"},
		{"no URL", "/cache?url=a.jpg", "", fault.BadSource, "absolute http or https URL"},
		{"a parameter of pictures", "/cache?" + good + "&w=7", "", fault.BadParameter, "want url and v alone"},
		{"a signed request", "/cache?" + good + "&sig=x", "", fault.BadParameter, "no signature"},
		{"v of a folder", "/cache?url=https://example.com/*&v=1", "", fault.BadParameter, "no v"},
		{"a bad line", "/cache/purge", good + "\n" + good + "\nx", fault.BadQuery, "line 3: "},
		{"an empty line", "/cache/purge", good + "\n\n" + good, fault.BadParameter, "line 2: url is missing"},
		{"an empty list", "/cache/purge", "\n", fault.BadParameter, "line 1: "},
		{"too many", "/cache/purge", strings.Repeat(good+"\n", purged.lines+1), fault.BadQuery, "at most 1000 lines"},
		{
			"too long a line", "/cache/purge", good + "\n" + good + strings.Repeat("x", 1<<14), fault.BadQuery,
			"line 2 has more",
		},
		{
			"too much", "/cache/purge", strings.Repeat(good+strings.Repeat("x", 4000)+"\n", 1100), fault.BadQuery,
			"at most 1000 lines",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			p := wantProblem(t, r.ask(purging(tt.target, tt.body, bearing(token)...)), tt.kind)
			if !strings.Contains(p.Detail, tt.want) || len(r.purged) > 0 {
				t.Errorf("%q, purged %v; want %q", p.Detail, r.purged, tt.want)
			}
		})
	}
}

// TestPurgeWantsAToken: from everybody, on every address.
func TestPurgeWantsAToken(t *testing.T) {
	for _, tt := range callers {
		for _, admin := range []bool{false, true} {
			r := newRig(t, func(c *Config) { c.Owner = ofThisUser })
			if admin {
				r.Server.handler = r.Server.admin
			}
			for _, req := range []*http.Request{
				purging("/cache?url=https://example.com/a.jpg", "", tt.header...), purging("/cache/purge",
					"url=https://example.com/a.jpg", tt.header...),
			} {
				req.RemoteAddr, req.Host = tt.peer, tt.host
				if res := r.ask(req); (res.StatusCode == http.StatusNoContent) != tt.token {
					t.Errorf("%s: status %d", tt.name, res.StatusCode)
				} else if !tt.token {
					wantProblem(t, res, fault.NotAllowed)
				}
			}
		}
	}
	r := newRig(t)
	r.SetPurgeToken(purgeToken)
	if res := r.ask(with(get("/metrics"), bearing(purgeToken)...)); res.StatusCode != http.StatusForbidden {
		t.Errorf("the purge token opens the metrics: %d", res.StatusCode)
	}
}

// TestPurgeFails: a purge that did not come about is said so, and the log alone tells why.
func TestPurgeFails(t *testing.T) {
	r := newRig(t)
	r.refused = errors.New("no space left on a disk of ours")
	p := wantProblem(t, r.ask(purging("/cache?url=https://example.com/a.jpg", "", bearing(token)...)), fault.Internal)
	if strings.Contains(p.Detail, "of ours") || !strings.Contains(r.log.String(), "of ours") ||
		strings.Contains(r.log.String(), `"purged"`) {
		t.Errorf("the answer: %s; the log: %s", p.Detail, r.log)
	}
}

func TestCacheTags(t *testing.T) {
	const tag = "32ca424ad3cda291" // printf %s URL | sha256sum
	for _, on := range []bool{false, true} {
		h := newRig(t, func(c *Config) { c.CacheTags = on }).ask(get(signedURL(picture))).Header
		for _, name := range []string{"Surrogate-Key", "Cache-Tag"} {
			if got := h.Get(name); (got == tag) != on || !on && got != "" {
				t.Errorf("on: %t, %s: %q, want %q", on, name, got, tag)
			}
		}
	}
}
