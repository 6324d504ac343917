package server

import (
	"bytes"
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
	share  string            // header lines for net/http's own answers, "" = none
	file   *io.LimitedReader // while what is written stands for this
	watch  watch
}

// Write sends b, after what is held back. While corked it keeps short writes instead.
func (c *corkConn) Write(b []byte) (int, error) {
	if c.file != nil {
		return c.send(b)
	}
	if c.share != "" && !c.corked {
		if line, rest, own := bytes.Cut(b, ownHeader); own && bytes.HasPrefix(line, []byte("HTTP/1.1 ")) &&
			len(line) < maxStatusLine {
			return c.writeAll(b, line, []byte(c.share), ownHeader, rest)
		}
	}
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

// errCutFile tells that a file has become shorter since it was checked.
var errCutFile = errors.New("the file of a cached picture was cut while it was sent")

// sendPiece is how much of a body is sent by one deadline.
const sendPiece = 256 << 10

// sendQueue is how much of an answer waits in the kernel for a client that does not read, in bytes.
const sendQueue = 128 << 10

// zeros stand for what is sent from a file. Nobody reads them, so they take no memory.
var zeros [sendPiece + maxHeld]byte

// writeFrom lets the kernel send n bytes of a file, at least maxHeld, after the header. net/http would do so through its
// own ReadFrom, but keeps a buffer of 32 KiB beside it as long as the client lets it wait. So it is given zeros to count and
// to pass on, and the connection sends as much of the file in their place.
func writeFrom(w http.ResponseWriter, r *http.Request, file io.Reader, n int64) error {
	c, ok := r.Context().Value(corkKey{}).(*corkConn)
	if !ok {
		_, err := io.CopyN(w, file, n)
		return err
	}
	if err := http.NewResponseController(w).Flush(); err != nil { // from now on there is nothing in net/http's buffers
		return err
	}
	c.file = &io.LimitedReader{R: file, N: n}
	defer func() { c.file = nil }()
	_, err := w.Write(zeros[:n])
	return err
}

// send sends what b stands for.
func (c *corkConn) send(b []byte) (int, error) {
	if int64(len(b)) != c.file.N { // never a byte in another's place
		return 0, errors.New("the body was divided on its way to the connection")
	}
	n, err := io.Copy(c.Conn, c.file)
	if err == nil && n < int64(len(b)) {
		err = errCutFile
	}
	return int(n), err
}

// ownHeader is what net/http puts between status line and text of a request that it refuses itself: such an answer passes
// no handler. Ours carry a Date before.
var ownHeader = []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")

// maxStatusLine is more than any status line has.
const maxStatusLine = 64

// writeAll sends parts in the place of b.
func (c *corkConn) writeAll(b []byte, parts ...[]byte) (int, error) {
	_, err := c.Conn.Write(bytes.Join(parts, nil))
	return len(b), err
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

// withConn makes the connection of a request known to its handler, and the fields of answers that pass none to it.
func (s *Server) withConn(ctx context.Context, c net.Conn) context.Context {
	if c, ok := c.(*corkConn); ok {
		if s.CORS != "" {
			c.share = "\r\nAccess-Control-Allow-Origin: " + s.CORS
		}
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
