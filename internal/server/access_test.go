package server

import (
	"net/http"
	"strings"
	"testing"

	"imagekit/internal/fault"
)

// callers are requests from everywhere, and who of them is taken for the operator.
var callers = []struct {
	name       string
	peer, host string
	header     []string
	local      bool // a request of this machine
	token      bool // bears the token
}{
	{name: "this machine", peer: "127.0.0.1:1", host: "localhost:8080", local: true},
	{name: "this machine, by address", peer: "127.0.0.1:1", host: "127.0.0.1", local: true},
	{name: "this machine, IPv6", peer: "[::1]:1", host: "[::1]:8080", local: true},
	{name: "this machine, IPv6 without port", peer: "[::1]:1", host: "[::1]", local: true},
	{name: "this machine, mapped", peer: "[::ffff:127.0.0.1]:1", host: "LOCALHOST:8080", local: true},
	{name: "this machine, wrong token", peer: "127.0.0.1:1", host: "localhost", header: []string{"Authorization", "Bearer x"}, local: true},
	{name: "proxy, Forwarded", peer: "127.0.0.1:1", host: "localhost", header: []string{"Forwarded", "for=192.0.2.1"}},
	{name: "proxy, X-Forwarded-For", peer: "127.0.0.1:1", host: "localhost", header: []string{"X-Forwarded-For", "127.0.0.1"}},
	{name: "proxy, X-Forwarded-Proto", peer: "127.0.0.1:1", host: "localhost", header: []string{"x-forwarded-proto", "https"}},
	{name: "proxy, X-Real-IP", peer: "127.0.0.1:1", host: "localhost", header: []string{"X-Real-IP", "127.0.0.1"}},
	{name: "silent proxy or DNS rebinding", peer: "127.0.0.1:1", host: "images.example.com"},
	{name: "rebinding with a trick", peer: "127.0.0.1:1", host: "localhost.example.com"},
	{name: "no host", peer: "127.0.0.1:1"},
	{name: "Unix socket", peer: "@", host: "localhost"},
	{name: "no peer", host: "localhost"},
	{name: "elsewhere", peer: "192.0.2.1:1", host: "localhost"},
	{name: "elsewhere, private", peer: "10.0.0.1:1", host: "127.0.0.1"},
	{name: "elsewhere with token", peer: "192.0.2.1:1", host: "images.example.com", header: []string{"Authorization", "Bearer " + token}, token: true},
	{name: "scheme in another case", peer: "192.0.2.1:1", host: "h", header: []string{"Authorization", "bearer " + token}, token: true},
	{name: "proxy with token", peer: "127.0.0.1:1", host: "h", header: []string{"X-Real-IP", "192.0.2.1", "Authorization", "Bearer " + token}, token: true},
	{name: "part of the token", peer: "192.0.2.1:1", host: "h", header: []string{"Authorization", "Bearer " + token[:20]}},
	{name: "empty token", peer: "192.0.2.1:1", host: "h", header: []string{"Authorization", "Bearer "}},
	{name: "token without scheme", peer: "192.0.2.1:1", host: "h", header: []string{"Authorization", token}},
	{name: "other scheme", peer: "192.0.2.1:1", host: "h", header: []string{"Authorization", "Basic " + token}},
}

func TestAccess(t *testing.T) {
	for _, tt := range callers {
		t.Run(tt.name, func(t *testing.T) {
			for name, req := range map[string]*http.Request{
				"sign": get("/sign?" + picture), "source": get("/source?" + picture), "upload": form("file", "x"), "stats": get("/stats/cache"), "metrics": get("/metrics"),
			} {
				req = with(req, tt.header...)
				req.RemoteAddr, req.Host = tt.peer, tt.host
				res := newRig(t).ask(req)
				if tt.local || tt.token {
					if res.StatusCode != http.StatusOK {
						t.Errorf("%s: status %d: %s", name, res.StatusCode, body(t, res))
					}
					continue
				}
				p := wantProblem(t, res, fault.NotAllowed)
				for _, want := range []string{req.URL.Path, "IMAGEKIT_SIGN_TOKEN", "container", "imagekit sign"} {
					if !strings.Contains(p.Detail, want) {
						t.Errorf("%s: no %s in %q", name, want, p.Detail)
					}
				}
			}
		})
	}
}

// While everybody knows the secret, only this machine is served, whatever the route.
func TestBuiltInSecret(t *testing.T) {
	for _, tt := range callers {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.DefaultSecret = true })
			for _, target := range []string{signedURL(picture), "/health", "/sign?" + picture, "/"} {
				req := with(get(target), tt.header...)
				req.RemoteAddr, req.Host = tt.peer, tt.host
				res := r.ask(req)
				if tt.local {
					if res.StatusCode != http.StatusOK {
						t.Errorf("%s: status %d", target, res.StatusCode)
					}
					continue
				}
				if p := wantProblem(t, res, fault.NoSecret); strings.Contains(p.Detail, "IMAGEKIT_SECRET") {
					t.Errorf("%q tells strangers what to attack", p.Detail)
				}
				if !strings.Contains(r.log.String(), "set IMAGEKIT_SECRET to at least 32 random bytes") {
					t.Errorf("no remedy in the log:\n%s", r.log)
				}
			}
		})
	}
}

func TestTokenChanges(t *testing.T) {
	r := newRig(t)
	ask := func(token string) int {
		return r.ask(with(get("/sign?"+picture), "Authorization", "Bearer "+token)).StatusCode
	}
	r.SetToken("a new token")
	if old, now := ask(token), ask("a new token"); old != http.StatusForbidden || now != http.StatusOK {
		t.Errorf("after a change: old token %d, new token %d", old, now)
	}
	r.SetToken("")
	if old, none := ask("a new token"), ask(""); old != http.StatusForbidden || none != http.StatusForbidden {
		t.Errorf("without a token: last token %d, no token %d", old, none)
	}
}
