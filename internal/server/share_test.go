package server

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"imagekit/internal/fault"
)

// Whatever /img answers, a page may read by script. What is the operator's may not be read by any page.
func TestWhatPagesMayRead(t *testing.T) {
	const shop = "https://shop.example"
	head := get(signedURL(picture))
	head.Method = http.MethodHead
	options := get(signedURL(picture))
	options.Method = http.MethodOptions
	for _, tt := range []struct {
		name   string
		req    *http.Request
		err    error // of the renderer
		status int
		shared bool
	}{
		{"picture", get(signedURL(picture)), nil, 200, true},
		{"HEAD", head, nil, 200, true},
		{"unchanged", with(get(signedURL(picture)), "If-None-Match", "*"), nil, 304, true},
		{"signature", get("/img?" + picture), nil, 401, true},
		{"query", get("/img?w=1&w=2"), nil, 400, true},
		{"method", options, nil, 405, true},
		{"origin", get(signedURL(picture)), fault.New(fault.OriginFailed, "x"), 502, true},
		{"overload", get(signedURL(picture)), fault.New(fault.Overloaded, "x"), 503, true},
		{"large head", with(get(signedURL(picture)), "X", strings.Repeat("a", maxHead)), nil, 431, true},
		{"sign", here(get("/sign?" + picture)), nil, 200, false},
		{"refused sign", get("/sign?" + picture), nil, 403, false},
		{"source", here(get("/source?" + picture)), nil, 200, false},
		{"cache", here(get("/stats/cache")), nil, 200, false},
		{"upload", form("file", "x"), nil, 403, false},
		{"health", get("/health"), nil, 200, false},
		{"page", get("/"), nil, 200, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.CORS = shop })
			r.painter.err = tt.err
			res := r.ask(tt.req)
			if got := res.Header.Get("Access-Control-Allow-Origin") == shop; got != tt.shared ||
				res.StatusCode != tt.status {
				t.Errorf("status %d, shared: %t; want %d, %t", res.StatusCode, got, tt.status, tt.shared)
			}
			if got := newRig(t).ask(tt.req).Header.Get("Access-Control-Allow-Origin"); got != "" {
				t.Errorf("with CORS off: %q", got)
			}
		})
	}
}

// What net/http refuses by itself passes no handler and is shared all the same.
func TestOwnAnswersOfHTTP(t *testing.T) {
	for _, cors := range []string{"*", ""} {
		r := newRig(t, func(c *Config) { c.CORS = cors })
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		r.serveOn(t, Listener(l))
		for status, raw := range map[int]string{
			431: "GET /img HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("a", 4*maxHead) + "\r\n\r\n",
			400: "GET /img HTTP/1.1\r\nHost: a b\r\n\r\n",
			501: "GET /img HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: x\r\n\r\n",
		} {
			res := send(t, dial(t, l.Addr().String()), "GET", raw)
			if got := res.Header.Get("Access-Control-Allow-Origin"); res.StatusCode != status || got != cors ||
				res.Header.Get("Content-Type") == "" {
				t.Errorf("status %d, shared with %q; want %d, %q", res.StatusCode, got, status, cors)
			}
			if body(t, res) == "" {
				t.Error("the text is lost")
			}
		}
	}
}
