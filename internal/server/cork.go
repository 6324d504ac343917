package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
)

// net/http sends a picture in two writes: header and first bytes from its 4 KiB buffer, then the rest. Each wakes
// the client, and for a cached picture those system calls cost more than everything else. A corked connection holds
// the first write back and sends both with one writev.

// Listener wraps l for the server that HTTP returns: its connections can be corked.
func Listener(l net.Listener) net.Listener { return corkListener{l} }

type corkListener struct{ net.Listener }

// Accept returns the next connection.
func (l corkListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	boundQueue(c)
	return &corkConn{Conn: c}, nil
}

// corkConn is a connection whose short writes can be held back. Only the goroutine that serves it writes to it.
type corkConn struct {
	net.Conn
	corked bool
	held   []byte
}

// Write sends b, after what is held back. While corked it keeps short writes instead.
func (c *corkConn) Write(b []byte) (int, error) {
	if c.corked && len(b) <= maxHeld-len(c.held) {
		c.held = append(c.held, b...)
		return len(b), nil
	}
	if len(c.held) == 0 {
		return c.Conn.Write(b)
	}
	parts := net.Buffers{c.held, b}
	n, err := parts.WriteTo(c.Conn)
	n -= int64(len(c.held))
	c.held = c.held[:0]
	return int(max(n, 0)), err
}

// sendQueue is how much of an answer waits in the kernel for a client that does not read, in bytes.
const sendQueue = 128 << 10

// ReadFrom sends what is held back and then all of r, which the kernel does alone when r is a file.
func (c *corkConn) ReadFrom(r io.Reader) (int64, error) {
	if err := c.uncork(); err != nil {
		return 0, err
	}
	return io.Copy(c.Conn, r)
}

// maxHeld is how many bytes a corked connection holds back: net/http's buffer.
const maxHeld = 4 << 10

// uncork sends what is held back.
func (c *corkConn) uncork() error {
	c.corked = false
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.held)
	c.held = c.held[:0]
	return err
}

// CloseWrite tells the client that nothing follows, while it may still send: after refusing a body net/http does so
// and waits a moment, so that the answer is read before the connection is reset.
func (c *corkConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

type corkKey struct{}

// withConn makes the connection of a request known to its handler.
func withConn(ctx context.Context, c net.Conn) context.Context {
	if c, ok := c.(*corkConn); ok {
		return context.WithValue(ctx, corkKey{}, c)
	}
	return ctx
}

// writeCorked writes body and what net/http has buffered before it in one piece, where the connection can.
func writeCorked(w http.ResponseWriter, r *http.Request, body []byte) error {
	c, ok := r.Context().Value(corkKey{}).(*corkConn)
	if !ok {
		_, err := w.Write(body)
		return err
	}
	c.corked = true
	_, err := w.Write(body)
	return errors.Join(err, c.uncork())
}
