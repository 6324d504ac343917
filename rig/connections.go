//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// refused reports whether nobody listened.
func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// temporaries counts unfinished files in a cache.
func temporaries(dir string) (n int, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (strings.HasSuffix(path, ".tmp") || strings.HasPrefix(d.Name(), ".")) {
			n++
		}
		return err
	})
	return n, err
}

// dial opens connections and keeps those that could be had.
func (b *bed) dial(many int) []net.Conn {
	addr := strings.TrimPrefix(b.Base, "http://")
	open := make([]net.Conn, 0, many)
	for range many {
		c, err := net.DialTimeout("tcp", addr, 5*time.Second)
		if err != nil {
			break
		}
		open = append(open, c)
	}
	return open
}

func hangUp(open []net.Conn) {
	for _, c := range open {
		_ = c.Close()
	}
}

// connections: ten thousand clients keep their connections and ask for hits, again and again.
func connections(ctx context.Context, b *bed) (bool, error) {
	url, err := b.hit(ctx)
	if err != nil {
		return false, err
	}
	idle, err := b.Resident()
	if err != nil {
		return false, err
	}
	open := b.dial(b.many)
	defer hangUp(open)
	answered := newTally()
	const rounds = 3
	var group sync.WaitGroup
	gate := make(chan struct{}, 64) // requests on the wire at once
	for _, c := range open {
		group.Go(func() {
			r := bufio.NewReader(c)
			for range rounds {
				gate <- struct{}{}
				start := time.Now()
				status := ask(c, r, url, b.Base)
				<-gate
				answered.mu.Lock()
				answered.took[status] = append(answered.took[status], time.Since(start))
				answered.mu.Unlock()
			}
		})
	}
	group.Wait()
	held, err := b.Resident()
	if err != nil {
		return false, err
	}
	ok := verdict(len(open) == b.many, "connections", fmt.Sprint(len(open)), fmt.Sprint(b.many))
	ok = verdict(answered.count(200) == rounds*b.many, "hits answered on them", answered.String(),
		fmt.Sprint(rounds*b.many)) && ok
	grown := held.Server - idle.Server
	fmt.Printf("        hits, p99: %v; %.1f KiB a connection\n", answered.percentile(200, 99).Round(time.Millisecond),
		float64(grown)/1024/float64(b.many))
	return verdict(grown < 512<<20, "the server's memory, above idle", fmt.Sprintf("%d MiB", grown>>20), "< 512 MiB") &&
		ok, ctx.Err()
}

// ask sends one request on a connection and returns the status of its answer, read to its end; 0 without one.
func ask(c net.Conn, r *bufio.Reader, url, base string) int {
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", strings.TrimPrefix(url, base)); err != nil {
		return 0
	}
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return 0
	}
	return resp.StatusCode
}

// heads: half as many clients send the beginning of a request and then nothing. Others are served, and in the end the
// server hangs up.
func heads(ctx context.Context, b *bed) (bool, error) {
	url, err := b.hit(ctx)
	if err != nil {
		return false, err
	}
	open := b.dial(b.many / 2)
	defer hangUp(open)
	for _, c := range open {
		if _, err := io.WriteString(c, "GET /img?url=x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "); err != nil {
			return false, err
		}
	}
	hits := newTally()
	for range 200 {
		hits.add(b.Get(ctx, url))
	}
	cut := 0
	for _, c := range open {
		_ = c.SetReadDeadline(time.Now().Add(time.Minute))
		if _, err := io.ReadAll(c); err == nil || errors.Is(err, syscall.ECONNRESET) {
			cut++
		}
	}
	ok := verdict(hits.count(200) == 200, "hits beside half-open requests", hits.String(), "200 answered")
	late := hits.percentile(200, 99)
	ok = verdict(late < 100*time.Millisecond, "hits, p99", late.Round(time.Millisecond).String(), "< 100 ms") && ok
	return verdict(cut == len(open), "half-open requests that were cut off", fmt.Sprintf("%d of %d", cut, len(open)),
		"all") && ok, ctx.Err()
}
