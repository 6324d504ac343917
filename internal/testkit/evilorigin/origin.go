// Package evilorigin is an HTTP origin that misbehaves in every way known to hurt a client that downloads.
// It is for tests of the fetcher and for rigs that run the whole service against it.
package evilorigin

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"imagekit/internal/fault"
)

// Mode is one way to misbehave.
type Mode struct {
	Name string
	Ends fault.Kind // how a download from it must end
	tls  bool       // the URL says https; the handshake is the mode's own affair
	act  func(*conn)
}

// Origin serves every mode on a loopback port of its own.
type Origin struct {
	urls      map[string]string
	listeners []net.Listener
	wait      sync.WaitGroup

	mu     sync.Mutex
	conns  map[net.Conn]bool
	closed bool
}

// New starts an origin. Close it.
func New() (*Origin, error) {
	bombs() // made before anybody's time runs
	o := &Origin{urls: make(map[string]string), conns: make(map[net.Conn]bool)}
	for _, m := range Modes() {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			o.Close()
			return nil, err
		}
		o.listeners = append(o.listeners, l)
		scheme := "http"
		if m.tls {
			scheme = "https"
		}
		o.urls[m.Name] = fmt.Sprintf("%s://%s/%s.jpg", scheme, l.Addr(), m.Name)
		o.wait.Go(func() { o.serve(l, m) })
	}
	return o, nil
}

// URL returns where the mode of this name is served.
func (o *Origin) URL(name string) string { return o.urls[name] }

// Close ends all connections and returns when nothing of the origin runs any more.
func (o *Origin) Close() {
	o.mu.Lock()
	o.closed = true
	for _, l := range o.listeners {
		l.Close()
	}
	for c := range o.conns {
		c.Close()
	}
	o.mu.Unlock()
	o.wait.Wait()
}

func (o *Origin) serve(l net.Listener, m Mode) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		if !o.keep(c) {
			return
		}
		o.wait.Go(func() {
			defer o.drop(c)
			m.act(&conn{Conn: c, in: bufio.NewReader(c)})
		})
	}
}

// keep remembers c for Close; it reports false when the origin is closed.
func (o *Origin) keep(c net.Conn) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		c.Close()
		return false
	}
	o.conns[c] = true
	return true
}

func (o *Origin) drop(c net.Conn) {
	c.Close()
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.conns, c)
}

// conn is one connection of a client. Its methods ignore errors: they mean that the client has gone, and the
// next read or write says so again.
type conn struct {
	net.Conn
	in *bufio.Reader
}

// request reads a request and returns its path.
func (c *conn) request() string {
	first, _ := c.in.ReadString('\n')
	for {
		line, err := c.in.ReadString('\n')
		if err != nil || strings.TrimSpace(line) == "" {
			break
		}
	}
	if parts := strings.Fields(first); len(parts) == 3 {
		return parts[1]
	}
	return ""
}

// send writes text as it stands; it reports false when the client has gone.
func (c *conn) send(text string) bool {
	_, err := c.Write([]byte(text))
	return err == nil
}

// hang says nothing until the client goes away.
func (c *conn) hang() {
	for {
		if _, err := c.in.Discard(1); err != nil {
			return
		}
	}
}

// flood sends text until the client goes away.
func (c *conn) flood(text string) {
	for c.send(text) {
	}
}

// trickle sends text again and again with pauses, until the client goes away.
func (c *conn) trickle(text string) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if !c.send(text) {
			return
		}
	}
}

// reset ends the connection with RST instead of FIN.
func (c *conn) reset() {
	if t, ok := c.Conn.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
}
