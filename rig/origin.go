//go:build unix

package main

import (
	"bytes"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"time"

	"imagekit/internal/testkit/imagetest"
)

// origin serves one picture under every path and counts how often it is asked.
type origin struct {
	url    string
	asked  atomic.Int64
	delay  atomic.Int64 // before an answer, in nanoseconds
	server *httptest.Server
}

// newOrigin starts an origin whose picture, 800 by 600 pixels, is costly enough to be worth a cache.
func newOrigin() (*origin, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, imagetest.Photo(800, 600), nil); err != nil {
		return nil, err
	}
	o := &origin{}
	o.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.asked.Add(1)
		select {
		case <-time.After(time.Duration(o.delay.Load())):
		case <-r.Context().Done():
			return
		}
		_, _ = w.Write(b.Bytes()) // a client that has left is its own affair
	}))
	o.url = o.server.URL
	return o, nil
}

func (o *origin) close() { o.server.Close() }

// raiseFileLimit lets this process hold as many connections as it may.
func raiseFileLimit() error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return err
	}
	l.Cur = l.Max
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l)
}
