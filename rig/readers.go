//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"imagekit/internal/param"
)

const (
	slowReaders = 1500
	// readerHosts is how many addresses they come from: one client gets a share of the answers only.
	readerHosts = 8
)

// readers: clients ask for a large cached picture and read nothing but its header. What they cost is memory, and small
// hits go on beside them.
func readers(ctx context.Context, b *bed) (bool, error) {
	small, err := b.hit(ctx)
	if err != nil {
		return false, err
	}
	large, err := b.large(ctx)
	if err != nil {
		return false, err
	}
	idle, err := b.Resident()
	if err != nil {
		return false, err
	}
	before := b.rate(ctx, small)
	open, answered := b.stall(large)
	during := b.rate(ctx, small)
	held, err := b.Resident()
	if err != nil {
		return false, err
	}
	ok := verdict(answered == slowReaders, "clients that read a header alone", fmt.Sprint(answered), fmt.Sprint(slowReaders))
	grown := held.Server - idle.Server
	ok = verdict(grown < 200<<20, "the server's memory, above idle", fmt.Sprintf("%d MiB", grown>>20), "< 200 MiB") && ok
	hangUp(open)
	alone := (before + b.rate(ctx, small)) / 2
	return verdict(during >= alone*9/10, "small hits a second beside them", fmt.Sprintf("%.0f, alone %.0f", during, alone),
		">= 90 %") && ok, ctx.Err()
}

// large returns a signed URL of a picture of some megabytes that the cache holds.
func (b *bed) large(ctx context.Context) (string, error) {
	url, err := b.URL(param.Pair{Name: "url", Value: b.origin.url + "/large.jpg"}, param.Pair{Name: "w", Value: "2400"},
		param.Pair{Name: "f", Value: "png"}, param.Pair{Name: "up", Value: "1"})
	if err != nil {
		return "", err
	}
	a, err := b.Get(ctx, url)
	if err == nil && a.Status != http.StatusOK {
		err = fmt.Errorf("got %d %s", a.Status, a.Body)
	}
	fmt.Printf("        the large picture: %d KiB\n", len(a.Body)>>10)
	return url, err
}

// stall opens the connections of the slow readers and counts those that were answered.
func (b *bed) stall(url string) (open []net.Conn, answered int) {
	addr := strings.TrimPrefix(b.Base, "http://")
	for i := range slowReaders {
		d := net.Dialer{Timeout: 5 * time.Second, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i%readerHosts))}}
		c, err := d.Dial("tcp", addr)
		if err != nil {
			break
		}
		open = append(open, c)
		_ = c.SetDeadline(time.Now().Add(30 * time.Second))
		if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
			strings.TrimPrefix(url, b.Base)); err != nil {
			break
		}
		resp, err := http.ReadResponse(bufio.NewReaderSize(c, 16), nil)
		if err == nil && resp.StatusCode == http.StatusOK {
			answered++
		}
	}
	return open, answered
}

// rate returns how often a second a hit is answered to a few clients that ask again and again, for one picture after the
// other.
func (b *bed) rate(ctx context.Context, urls ...string) float64 {
	const clients, length = 16, 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var group sync.WaitGroup
	var n atomic.Int64
	for range clients {
		group.Go(func() {
			c, err := net.Dial("tcp", strings.TrimPrefix(b.Base, "http://"))
			if err != nil {
				return
			}
			defer c.Close()
			r := bufio.NewReader(c)
			for i := 0; ctx.Err() == nil && ask(c, r, urls[i%len(urls)], b.Base) == http.StatusOK; i++ {
				n.Add(1)
			}
		})
	}
	group.Wait()
	return float64(n.Load()) / length.Seconds()
}
