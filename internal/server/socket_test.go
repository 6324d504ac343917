package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/param"
)

// serve runs r.HTTP() on a loopback socket and returns its address.
func (r *rig) serve(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.serveOn(t, l)
	return l.Addr().String()
}

// serveOn runs r.HTTP() on l until the test ends.
func (r *rig) serveOn(t *testing.T, l net.Listener) {
	t.Helper()
	h := r.HTTP()
	done := make(chan error, 1)
	go func() { done <- h.Serve(l) }()
	t.Cleanup(func() {
		_ = h.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("Serve: %v", err)
		}
	})
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(5 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	return c
}

// send writes raw bytes and reads one answer to a request of this method. nil: the connection was closed without one.
func send(t *testing.T, c net.Conn, method, raw string) *http.Response {
	t.Helper()
	if _, err := io.WriteString(c, raw); err != nil {
		t.Logf("write: %v", err) // the server may have refused before the end
	}
	res, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// Requests that two programs could read differently, or that nobody means. 0 = the connection is just closed.
func TestRawRequests(t *testing.T) {
	const host = "Host: localhost\r\n"
	r := newRig(t)
	addr := r.serve(t)
	for _, tt := range []struct {
		name, raw string
		want      int
	}{
		{"ordinary", "GET /health HTTP/1.1\r\n" + host + "\r\n", 200},
		{"picture", "GET " + signedURL(picture) + " HTTP/1.1\r\n" + host + "\r\n", 200},
		{"two lengths", "POST /upload HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400},
		{"negative length", "POST /upload HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
		{"length with a sign", "POST /upload HTTP/1.1\r\n" + host + "Content-Length: +3\r\n\r\nabc", 400},
		{
			"unknown transfer coding", "POST /upload HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
			501,
		},
		{"two transfer codings", "POST /upload HTTP/1.1\r\n" + host +
			"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 501},
		{"space before the colon", "GET /health HTTP/1.1\r\n" + host + "Transfer-Encoding : chunked\r\n\r\n", 400},
		{"NUL in a field", "GET /health HTTP/1.1\r\n" + host + "X: a\x00b\r\n\r\n", 400},
		{"no host", "GET /health HTTP/1.1\r\n\r\n", 400},
		{"two hosts", "GET /health HTTP/1.1\r\n" + host + host + "\r\n", 400},
		{"bad host", "GET /health HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
		{"no version", "GET /health\r\n\r\n", 400},
		{"space in the target", "GET /img?w=1 2 HTTP/1.1\r\n" + host + "\r\n", 400},
		{"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 404},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
		{"CONNECT", "CONNECT example.com:443 HTTP/1.1\r\n" + host + "\r\n", 404},
		{"asterisk", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n", 404},
		{"absolute target names the host", "GET http://evil.example/sign?" + picture + " HTTP/1.1\r\n" + host + "\r\n", 403},
		{"escaped path is the path", "GET /he%61lth HTTP/1.1\r\n" + host + "\r\n", 200},
		{"HEAD", "HEAD " + signedURL(picture) + " HTTP/1.1\r\n" + host + "\r\n", 200},
		{"lower-case method", "get /health HTTP/1.1\r\n" + host + "\r\n", 405},
	} {
		t.Run(tt.name, func(t *testing.T) {
			method, _, _ := strings.Cut(tt.raw, " ")
			res := send(t, dial(t, addr), method, tt.raw)
			got := 0
			if res != nil {
				got = res.StatusCode
			}
			if got != tt.want {
				t.Errorf("status %d, want %d", got, tt.want)
			}
		})
	}
}

// The body of a refused request is not taken for the next request.
func TestBodyIsNoRequest(t *testing.T) {
	r := newRig(t)
	inner := "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
	length := fmt.Sprintf("Content-Length: %d\r\n\r\n", len(inner))
	for _, raw := range []string{
		"GET /health HTTP/1.1\r\nHost: localhost\r\n" + length + inner,
		"POST /upload HTTP/1.1\r\nHost: elsewhere\r\n" + length + inner,
		"POST /img HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" +
			fmt.Sprintf("%x\r\n", len(inner)) + inner + "\r\n0\r\n\r\n",
	} {
		c := dial(t, r.serve(t))
		if _, err := io.WriteString(c, raw+"GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(r.log.String(), "smuggled") {
		t.Errorf("a body became a request:\n%s", r.log)
	}
}

func TestLargeHead(t *testing.T) {
	r := newRig(t)
	addr := r.serve(t)
	head := func(bytes int) string {
		start := "GET /health HTTP/1.1\r\nHost: localhost\r\nX: "
		return start + strings.Repeat("a", bytes-len(start)-4) + "\r\n\r\n"
	}
	if res := send(t, dial(t, addr), "GET", head(maxHead)); res.StatusCode != http.StatusOK {
		t.Errorf("%d bytes: status %d", maxHead, res.StatusCode)
	}
	for _, bytes := range []int{maxHead + 1, 20_000, 30_000} {
		wantProblem(t, send(t, dial(t, addr), "GET", head(bytes)), fault.HeadersTooLarge)
	}
	if res := send(t, dial(t, addr), "GET", head(100_000)); res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("100 KB: status %d", res.StatusCode)
	}
	longest := signedURL(picture)
	longest += strings.Repeat("&", len("/img?")+param.MaxQuery-len(longest)) // empty pieces are skipped
	res := send(t, dial(t, addr), "GET", "GET "+longest+" HTTP/1.1\r\nHost: localhost\r\nAccept: image/avif\r\n\r\n")
	wantImage(t, res)
}

// When the client leaves, its work is cancelled and nothing is answered.
func TestClientLeaves(t *testing.T) {
	r := newRig(t)
	started := make(chan struct{})
	ended := make(chan error, 1)
	r.painter.do = func(ctx context.Context) {
		close(started)
		<-ctx.Done()
		ended <- ctx.Err()
	}
	c := dial(t, r.serve(t))
	if _, err := io.WriteString(c, "GET "+signedURL(picture)+" HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-started
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the work ended with %v", err)
	}
}

// pipes is a listener inside a synctest bubble, where there are no sockets. Its peers have no address.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// What a client may take its time for, by the clock of a bubble.
func TestSlowClients(t *testing.T) {
	const form = "--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nbytes\r\n--x--\r\n"
	upload := "POST /upload HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token + "\r\n" +
		"Content-Type: multipart/form-data; boundary=x\r\n" + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(form))
	for _, tt := range []struct {
		name   string
		first  string
		pause  time.Duration
		second string
		work   time.Duration
		want   int // 0 = closed without an answer
	}{
		{"head in time", "GET /health HTTP/1.1\r\n", headTime - time.Second, "Host: h\r\n\r\n", 0, 200},
		{"head too slow", "GET /health HTTP/1.1\r\n", headTime + time.Second, "Host: h\r\n\r\n", 0, 0},
		{"body too slow", upload + form[:9], bodyTime + time.Second, form[9:], 0, 400},
		{"body in time, then work", upload + form[:9], bodyTime - time.Second, form[9:], 29 * time.Second, 200},
		{"work up to the limit", "GET " + signedURL(picture) + " HTTP/1.1\r\n", 0, "Host: h\r\n\r\n", 29 * time.Second, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.painter.do = func(ctx context.Context) {
					select {
					case <-time.After(tt.work):
					case <-ctx.Done():
					}
				}
				l := make(pipes, 1)
				r.serveOn(t, l)
				client, server := net.Pipe()
				l <- server
				var writer sync.WaitGroup
				writer.Go(func() {
					_, _ = io.WriteString(client, tt.first)
					time.Sleep(tt.pause) // by the bubble's clock
					_, _ = io.WriteString(client, tt.second)
				})
				res, err := http.ReadResponse(bufio.NewReader(client), nil)
				got := 0
				if err == nil {
					got = res.StatusCode
					_, _ = io.Copy(io.Discard, res.Body)
				}
				if got != tt.want {
					t.Errorf("status %d (%v), want %d", got, err, tt.want)
				}
				_ = client.Close()
				writer.Wait()
			})
		})
	}
}
