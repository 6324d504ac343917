package server

import (
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/peercred"
)

// otherUser is a peer on this machine whose socket belongs to somebody else.
const otherUser = "127.0.0.1:40033"

// ofThisUser stands for the kernel.
func ofThisUser(peer, _ netip.AddrPort) error {
	if peer.String() == otherUser {
		return peercred.ErrOther
	}
	return nil
}

// callers are requests from everywhere, and who of them is taken for the operator.
var callers = []struct {
	name       string
	peer, host string
	header     []string
	local      bool // a request of this machine and its user
	near       bool // a request of this machine, but of another user or a page
	shown      bool // while everybody can sign, it gets pictures all the same
	token      bool // bears the token
}{
	{name: "this machine", peer: "127.0.0.1:1", host: "localhost:8080", local: true},
	{name: "this machine, by address", peer: "127.0.0.1:1", host: "127.0.0.1", local: true},
	{name: "this machine, IPv6", peer: "[::1]:1", host: "[::1]:8080", local: true},
	{name: "this machine, IPv6 without port", peer: "[::1]:1", host: "[::1]", local: true},
	{name: "this machine, mapped", peer: "[::ffff:127.0.0.1]:1", host: "LOCALHOST:8080", local: true},
	{
		name: "this machine, wrong token", peer: "127.0.0.1:1", host: "localhost",
		header: []string{"Authorization", "Bearer x"}, local: true,
	},
	{
		name: "address typed into a browser", peer: "127.0.0.1:1", host: "localhost:8080",
		header: []string{"Sec-Fetch-Site", "none"}, local: true,
	},
	{
		name: "the page of this server", peer: "127.0.0.1:1", host: "localhost:8080",
		header: []string{
			"Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:8080", "Referer",
			"http://localhost:8080/",
		}, local: true,
	},
	{
		name: "a page at another port of this machine", peer: "127.0.0.1:1", host: "localhost:8080",
		header: []string{"Sec-Fetch-Site", "same-site", "Origin", "http://localhost:3000"}, local: true,
	},
	{
		name: "a page of another loopback name", peer: "127.0.0.1:1", host: "localhost:8080",
		header: []string{"Sec-Fetch-Site", "cross-site", "Referer", "http://127.0.0.1:3000/shop"}, near: true, shown: true,
	},
	{
		name: "a script of another loopback name", peer: "127.0.0.1:1", host: "127.0.0.1:8080",
		header: []string{
			"Sec-Fetch-Site", "cross-site", "Origin", "http://[::1]:3000", "Referer",
			"http://[::1]:3000/",
		}, near: true, shown: true,
	},
	{
		name: "a page of the internet", peer: "127.0.0.1:1", host: "localhost:8080",
		header: []string{"Sec-Fetch-Site", "cross-site", "Referer", "https://evil.example/"}, near: true,
	},
	{
		name: "a page of the internet that hides", peer: "127.0.0.1:1", host: "localhost:8080",
		header: []string{"Sec-Fetch-Site", "cross-site"}, near: true,
	},
	{
		name: "a script of the internet", peer: "127.0.0.1:1", host: "localhost:8080",
		header: []string{"Origin", "https://evil.example"}, near: true,
	},
	{
		name: "a link in an old browser", peer: "127.0.0.1:1", host: "localhost:8080",
		header: []string{"Referer", "https://evil.example/localhost"}, near: true,
	},
	{
		name: "a page in a sandbox", peer: "127.0.0.1:1", host: "localhost:8080", header: []string{"Origin", "null"},
		near: true,
	},
	{
		name: "a file opened in a browser", peer: "127.0.0.1:1", host: "localhost:8080",
		header: []string{"Sec-Fetch-Site", "cross-site", "Origin", "file://"}, near: true,
	},
	{
		name: "a page that lies in one of two", peer: "127.0.0.1:1", host: "localhost:8080",
		header: []string{
			"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example", "Referer",
			"http://localhost/",
		}, near: true,
	},
	{
		name: "a value that no browser sends", peer: "127.0.0.1:1", host: "localhost:8080",
		header: []string{"Sec-Fetch-Site", "Same-Origin"}, near: true,
	},
	{
		name: "two values, one of them good", peer: "127.0.0.1:1", host: "localhost:8080",
		header: []string{"Sec-Fetch-Site", "none", "Sec-Fetch-Site", "cross-site"}, near: true,
	},
	{
		name: "rebinding: the page of a name that now means this machine", peer: "127.0.0.1:1", host: "evil.example:8080",
		header: []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://evil.example:8080"},
	},
	{name: "rebinding without fields", peer: "127.0.0.1:1", host: "evil.example:8080"},
	{name: "another user", peer: otherUser, host: "localhost:8080", near: true},
	{
		name: "another user's browser", peer: otherUser, host: "localhost:8080",
		header: []string{"Sec-Fetch-Site", "cross-site", "Referer", "http://127.0.0.1:3000/"}, near: true,
	},
	{
		name: "another user with token", peer: otherUser, host: "localhost:8080",
		header: []string{"Authorization", "Bearer " + token}, near: true, token: true,
	},
	{name: "proxy, Via", peer: "127.0.0.1:1", host: "localhost", header: []string{"Via", "1.1 cache"}},
	{
		name: "proxy, CF-Connecting-IP", peer: "127.0.0.1:1", host: "localhost",
		header: []string{"CF-Connecting-IP", "192.0.2.1"},
	},
	{name: "proxy, True-Client-IP", peer: "127.0.0.1:1", host: "localhost", header: []string{"True-Client-IP", "192.0.2.1"}},
	{name: "proxy, Forwarded", peer: "127.0.0.1:1", host: "localhost", header: []string{"Forwarded", "for=192.0.2.1"}},
	{
		name: "proxy, X-Forwarded-For", peer: "127.0.0.1:1", host: "localhost",
		header: []string{"X-Forwarded-For", "127.0.0.1"},
	},
	{
		name: "proxy, X-Forwarded-Proto", peer: "127.0.0.1:1", host: "localhost",
		header: []string{"x-forwarded-proto", "https"},
	},
	{name: "proxy, X-Real-IP", peer: "127.0.0.1:1", host: "localhost", header: []string{"X-Real-IP", "127.0.0.1"}},
	{name: "silent proxy or DNS rebinding", peer: "127.0.0.1:1", host: "images.example.com"},
	{name: "rebinding with a trick", peer: "127.0.0.1:1", host: "localhost.example.com"},
	{name: "no host", peer: "127.0.0.1:1"},
	{name: "Unix socket", peer: "@", host: "localhost"},
	{name: "no peer", host: "localhost"},
	{name: "elsewhere", peer: "192.0.2.1:1", host: "localhost"},
	{name: "elsewhere, private", peer: "10.0.0.1:1", host: "127.0.0.1"},
	{
		name: "elsewhere with token", peer: "192.0.2.1:1", host: "images.example.com",
		header: []string{"Authorization", "Bearer " + token}, token: true,
	},
	{
		name: "scheme in another case", peer: "192.0.2.1:1", host: "h", header: []string{"Authorization", "bearer " + token},
		token: true,
	},
	{
		name: "proxy with token", peer: "127.0.0.1:1", host: "h",
		header: []string{"X-Real-IP", "192.0.2.1", "Authorization", "Bearer " + token}, token: true,
	},
	{name: "part of the token", peer: "192.0.2.1:1", host: "h", header: []string{"Authorization", "Bearer " + token[:20]}},
	{name: "empty token", peer: "192.0.2.1:1", host: "h", header: []string{"Authorization", "Bearer "}},
	{name: "token without scheme", peer: "192.0.2.1:1", host: "h", header: []string{"Authorization", token}},
	{name: "other scheme", peer: "192.0.2.1:1", host: "h", header: []string{"Authorization", "Basic " + token}},
}

// trustingRoutes are requests to all routes that believe their caller.
func trustingRoutes() map[string]*http.Request {
	list := get("/sign")
	list.Method, list.Body = http.MethodPost, io.NopCloser(strings.NewReader(picture))
	return map[string]*http.Request{
		"sign": get("/sign?" + picture), "sign a list": list, "source": get("/source?" + picture), "upload": form("file",
			"x"),
		"stats": get("/stats/cache"), "metrics": get("/metrics"),
	}
}

func TestAccess(t *testing.T) {
	for _, tt := range callers {
		t.Run(tt.name, func(t *testing.T) {
			for name, req := range trustingRoutes() {
				req = with(req, tt.header...)
				req.RemoteAddr, req.Host = tt.peer, tt.host
				res := newRig(t, func(c *Config) { c.Owner = ofThisUser }).ask(req)
				if tt.local || tt.token {
					if res.StatusCode != http.StatusOK {
						t.Errorf("%s: status %d: %s", name, res.StatusCode, body(t, res))
					}
					continue
				}
				p := wantProblem(t, res, fault.NotAllowed)
				if strings.Contains(p.Detail, "does not accept forms from other sites") {
					continue
				}
				for _, want := range []string{req.URL.Path, "IMAGEKIT_SIGN_TOKEN", "container", "imagekit sign", "sudo"} {
					if !strings.Contains(p.Detail, want) {
						t.Errorf("%s: no %s in %q", name, want, p.Detail)
					}
				}
			}
		})
	}
}

// With IMAGEKIT_LOCAL=off only the token counts, and the kernel is not asked.
func TestLocalOff(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.LocalOff = true
		c.Owner = func(netip.AddrPort, netip.AddrPort) error { t.Error("the kernel is asked"); return nil }
	})
	for name, req := range trustingRoutes() {
		p := wantProblem(t, r.ask(here(req)), fault.NotAllowed)
		if !strings.Contains(p.Detail, "IMAGEKIT_LOCAL=off") || !strings.Contains(p.Detail, "IMAGEKIT_SIGN_TOKEN") ||
			strings.Contains(p.Detail, "sudo") {
			t.Errorf("%s: %q", name, p.Detail)
		}
	}
	for name, req := range trustingRoutes() {
		if res := r.ask(with(here(req), "Authorization", "Bearer "+token)); res.StatusCode != http.StatusOK {
			t.Errorf("%s with the token: status %d", name, res.StatusCode)
		}
	}
}

// The log says why a caller did not count, the answer does not: it may go to a stranger.
func TestWhyNotLocal(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Owner = ofThisUser })
	req := here(get("/sign?" + picture))
	req.RemoteAddr = otherUser
	p := wantProblem(t, r.ask(req), fault.NotAllowed)
	if why := peercred.ErrOther.Error(); strings.Contains(p.Detail, why) || !strings.Contains(r.log.String(), why) {
		t.Errorf("the answer: %q\nthe log: %s", p.Detail, r.log)
	}
}

// What does not trust its caller never asks the kernel whose the connection is.
func TestKernelIsAskedForTrustAlone(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.Owner = func(netip.AddrPort, netip.AddrPort) error { t.Error("the kernel is asked"); return nil }
	})
	for _, target := range []string{signedURL(picture), "/img?" + picture, "/health", "/ready", "/", "/nothing"} {
		r.ask(here(get(target)))
	}
	for _, req := range trustingRoutes() { // strangers, and those with a token
		r.ask(req)
		r.ask(with(here(req), "Authorization", "Bearer "+token))
	}
}

// While everybody knows the secret, only this machine is served, whatever the route, and pictures only to its user and
// to pages of its own.
func TestBuiltInSecret(t *testing.T) {
	for _, tt := range callers {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.DefaultSecret, c.Owner = true, ofThisUser })
			for target, served := range map[string]bool{
				signedURL(picture): tt.local || tt.shown, "/health": tt.local || tt.near, "/": tt.local || tt.near,
				"/sign?" + picture: tt.local || tt.near && tt.token,
			} {
				req := with(get(target), tt.header...)
				req.RemoteAddr, req.Host = tt.peer, tt.host
				res := r.ask(req)
				if served {
					if res.StatusCode != http.StatusOK {
						t.Errorf("%s: status %d", target, res.StatusCode)
					}
					continue
				}
				if tt.near && strings.HasPrefix(target, "/sign") {
					wantProblem(t, res, fault.NotAllowed)
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
