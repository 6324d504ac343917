package server

import (
	"io"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// A client may shut its side of the connection when it has sent its request and still wait for the answer (RFC 9112
// §9.6): nc -N and some libraries do. Its kernel says then what it says of one that has gone away: nothing follows. net/http
// takes either for the latter and cancels the work. What tells them apart is to send something: who has gone away answers
// with a reset. So a client that ends its side while its request is worked on is sent an interim answer, 102, which every
// client of HTTP/1.1 has to pass over (RFC 9110 §15.2). One of HTTP/1.0 need not: there the end means what it did.

// interim is that answer.
const interim = "HTTP/1.1 102 Processing\r\n\r\n"

// watch is what a connection knows of its request and its client.
type watch struct {
	mu    sync.Mutex
	state watchState
	ended bool // the client sends no more
}

type watchState int

const (
	unknown   watchState = iota // no request has come to a handler yet
	working                     // nothing of the answer is sent, and an interim answer may be
	workingOn                   // the same, to a client of HTTP/1.0
	answering                   // what is written will tell
)

// begins notes that a request is worked on from now on.
func (c *corkConn) begins(r *http.Request) {
	c.watch.mu.Lock()
	defer c.watch.mu.Unlock()
	c.watch.state = workingOn
	if r.ProtoAtLeast(1, 1) {
		c.watch.state = working
	}
	if c.watch.ended && !c.ask() {
		_ = c.SetReadDeadline(time.Unix(1, 0)) // ends the wait, and so the work
	}
}

// answers notes that the answer begins. From now on nothing else may be written.
func (c *corkConn) answers() {
	c.watch.mu.Lock()
	defer c.watch.mu.Unlock()
	c.watch.state = answering
}

// ask sends the interim answer where that is allowed, and reports whether there is something to wait for.
func (c *corkConn) ask() bool {
	if c.watch.state != working {
		return c.watch.state != workingOn
	}
	_, err := io.WriteString(c.Conn, interim)
	return err == nil
}

// Read reads for net/http. While a handler works, net/http watches the client by reads of one byte.
func (c *corkConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == io.EOF && len(p) == 1 && tellsReset {
		return 0, c.awaitReset()
	}
	return n, err
}

// awaitReset returns when a client that sends no more has gone away altogether, or when net/http wants no more of it.
func (c *corkConn) awaitReset() error {
	c.watch.mu.Lock()
	c.watch.ended = true
	wait := c.ask()
	c.watch.mu.Unlock()
	socket, ok := c.Conn.(syscall.Conn)
	if !wait || !ok {
		return io.EOF
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return io.EOF
	}
	return resetOf(raw)
}
