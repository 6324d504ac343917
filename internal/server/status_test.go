package server

import (
	"net/http"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/playground"
)

func TestStatusRoutes(t *testing.T) {
	for _, tt := range []struct{ path, contentType, cacheControl, body string }{
		{"/health", "application/json", "no-store", `{"status":"healthy","version":"1.2.3"}` + "\n"},
		{"/ready", "application/json", "no-store", `{"status":"ready"}` + "\n"},
		{"/stats/cache", "application/json", "no-store", `{"entries":7}` + "\n"},
		{"/", "text/html; charset=utf-8", "no-cache", ""},
	} {
		t.Run(tt.path, func(t *testing.T) {
			r := newRig(t)
			res := r.ask(here(get(tt.path)))
			if tt.path == "/" {
				tt.body = string(r.Page.HTML.Plain)
			}
			text := body(t, res)
			if res.StatusCode != http.StatusOK || text != tt.body {
				t.Errorf("status %d with the body %.200q", res.StatusCode, text)
			}
			for name, want := range map[string]string{
				"Content-Type": tt.contentType, "Cache-Control": tt.cacheControl, "X-Content-Type-Options": "nosniff",
			} {
				if got := res.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			head := here(get(tt.path))
			head.Method = http.MethodHead
			if res := r.ask(head); res.StatusCode != http.StatusOK || body(t, res) != "" {
				t.Errorf("HEAD: status %d", res.StatusCode)
			}
		})
	}
}

func TestPageKeepsItsPolicy(t *testing.T) {
	r := newRig(t)
	h := r.ask(get("/")).Header
	if got := h.Get("Content-Security-Policy"); got != playground.CSP || h.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("Content-Security-Policy %q, Referrer-Policy %q", got, h.Get("Referrer-Policy"))
	}
}

func TestReadiness(t *testing.T) {
	working := false
	r := newRig(t, func(c *Config) { c.Ready = func() bool { return working } })
	ready := func(want fault.Kind) {
		t.Helper()
		res := r.ask(get("/ready"))
		wantProblem(t, res, want)
		if res.Header.Get("Retry-After") != "1" {
			t.Errorf("Retry-After: %q", res.Header.Get("Retry-After"))
		}
		if res := r.ask(get("/health")); res.StatusCode != http.StatusOK {
			t.Errorf("/health: %d; the process works", res.StatusCode)
		}
	}
	ready(fault.Overloaded)
	working = true
	if res := r.ask(get("/ready")); res.StatusCode != http.StatusOK {
		t.Errorf("with a worker: %d", res.StatusCode)
	}
	r.Drain()
	ready(fault.Draining)
	res := r.ask(get(signedURL(picture)))
	wantImage(t, res) // what still comes is served
	if got := res.Header.Get("Connection"); got != "close" {
		t.Errorf("Connection: %q, want close", got)
	}
}

func TestUnknownPaths(t *testing.T) {
	for _, target := range []string{
		"/nothing", "/img/", "//img", "/IMG", "/img.jpg", "/sign/", "/metrics/", "/stats", "/favicon.ico", "/../img",
		"/" + strings.Repeat("a", 5000),
	} {
		t.Run(target[:min(len(target), 20)], func(t *testing.T) {
			p := wantProblem(t, newRig(t).ask(get(target)), fault.NotFound)
			if !strings.Contains(p.Detail, "/img, /sign, /upload") || len(p.Detail) > 400 {
				t.Errorf("detail %q", p.Detail)
			}
		})
	}
}

func TestMethods(t *testing.T) {
	const read, write = "GET, HEAD", "POST"
	for path, allow := range map[string]string{
		"/img": read, "/sign": "GET, HEAD, POST", "/upload": write, "/source": read, playground.Prefix +
			"x": read, "/health": read, "/ready": read, "/stats/cache": read, "/": read,
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "BREW"} {
			if strings.Contains(allow, method) {
				continue
			}
			t.Run(method+" "+path, func(t *testing.T) {
				req := get(path)
				req.Method = method
				res := newRig(t).ask(req)
				if method == http.MethodHead { // its body is left out
					if res.StatusCode != http.StatusMethodNotAllowed {
						t.Errorf("status %d", res.StatusCode)
					}
				} else {
					wantProblem(t, res, fault.MethodNotAllowed)
				}
				if got := res.Header.Get("Allow"); got != allow {
					t.Errorf("Allow: %q, want %q", got, allow)
				}
			})
		}
	}
}
