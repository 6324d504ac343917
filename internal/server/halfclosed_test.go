package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"
)

// listeners are a TCP one and a Unix one, with how to dial them.
func bothListeners(t *testing.T) map[string]net.Listener {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	unix, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]net.Listener{"tcp": tcp, "unix": unix}
}

type halfCloser interface {
	net.Conn
	CloseWrite() error
}

// halfClosing asks a server with a half-closed connection, whose work waits for carryOn.
type halfClosing struct {
	t       *testing.T
	addr    net.Addr
	started chan struct{}
	carryOn chan struct{}
	ended   chan error
}

// ask sends a request and shuts the client's side, before the work begins or after.
func (h halfClosing) ask(shutFirst bool, proto string) halfCloser {
	h.t.Helper()
	c, err := net.Dial(h.addr.Network(), h.addr.String())
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, "GET "+signedURL(picture)+" "+proto+"\r\nHost: h\r\n\r\n"); err != nil {
		h.t.Fatal(err)
	}
	if !shutFirst {
		<-h.started
	}
	if err := c.(halfCloser).CloseWrite(); err != nil {
		h.t.Fatal(err)
	}
	if shutFirst {
		<-h.started
	}
	return c.(halfCloser)
}

// wantPicture reads the interim answer, lets the work go on, and wants the picture and nothing behind it.
func (h halfClosing) wantPicture(c net.Conn) {
	h.t.Helper()
	from := bufio.NewReader(c)
	if line, err := from.Peek(len(interim)); err != nil || string(line) != interim { // the server has noticed
		h.t.Fatalf("got %q, %v", line, err)
	}
	h.carryOn <- struct{}{}
	if err := <-h.ended; err != nil {
		h.t.Fatalf("the work ended with %v", err)
	}
	if _, err := from.Discard(len(interim)); err != nil {
		h.t.Fatal(err)
	}
	res, err := http.ReadResponse(from, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	wantImage(h.t, res)
	if rest, err := io.ReadAll(from); err != nil || len(rest) > 0 {
		h.t.Errorf("after the answer: %q, %v", rest, err)
	}
}

// A client that shuts its side after its request gets its picture; one that goes away ends the work, at once or later.
func TestHalfClosedClients(t *testing.T) {
	for network, l := range bothListeners(t) {
		t.Run(network, func(t *testing.T) {
			r := newRig(t)
			h := halfClosing{t, l.Addr(), make(chan struct{}), make(chan struct{}), make(chan error, 1)}
			r.painter.do = func(ctx context.Context) {
				h.started <- struct{}{}
				select {
				case <-h.carryOn:
				case <-ctx.Done():
				}
				h.ended <- ctx.Err()
			}
			r.serveOn(t, Listener(l))
			for _, shutFirst := range []bool{true, false} {
				h.wantPicture(h.ask(shutFirst, "HTTP/1.1"))
				if err := h.ask(shutFirst, "HTTP/1.1").Close(); err != nil { // and this one goes away
					t.Fatal(err)
				}
				if err := <-h.ended; !errors.Is(err, context.Canceled) {
					t.Errorf("the work for a client that went away ended with %v", err)
				}
			}
			h.ask(false, "HTTP/1.0") // knows no interim answers
			if err := <-h.ended; !errors.Is(err, context.Canceled) {
				t.Errorf("HTTP/1.0: the work ended with %v", err)
			}
		})
	}
}
