//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/jpeg" // to look at results
	"image/png"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/param"
	"imagekit/internal/testkit/imagetest"
	"imagekit/internal/testkit/instance"
)

// origin serves one small photo under any path. Its bytes differ by what the query says, so that no source is blamed
// for what another one suffered.
type origin struct {
	url string
	web *http.Server
}

func newOrigin() (*origin, error) {
	var photo bytes.Buffer
	if err := png.Encode(&photo, imagetest.Photo(240, 160)); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	web := &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// bytes behind the end are no damage
		_, _ = w.Write(append(photo.Bytes()[:photo.Len():photo.Len()], r.URL.RawQuery...))
	})}
	go func() { _ = web.Serve(l) }() // until close
	return &origin{"http://" + l.Addr().String(), web}, nil
}

func (o *origin) close() { _ = o.web.Close() }

// load asks for pictures and checks what comes.
type load struct {
	origin *origin
	next   atomic.Int64 // number of pictures made up so far

	mu    sync.Mutex
	known map[string]string // path → tag of the first result

	answers, wrong, failed atomic.Int64
	example                atomic.Value // text of the first thing that was wrong
}

func newLoad() (*load, error) {
	o, err := newOrigin()
	if err != nil {
		return nil, err
	}
	return &load{origin: o, known: map[string]string{}}, nil
}

// path returns the path of picture n: every other one a JPEG of a few KB, every other one a PNG of about 100 KB.
func (l *load) path(n int64, more ...param.Pair) (string, error) {
	f := "jpeg"
	if n%2 == 1 {
		f = "png"
	}
	pairs := append([]param.Pair{
		{Name: "url", Value: l.origin.url + "/?" + strconv.FormatInt(n, 10)},
		{Name: "w", Value: strconv.FormatInt(200+n%30, 10)},
		{Name: "f", Value: f},
	}, more...)
	return instance.Path(pairs...)
}

// ask asks for a picture, now and then for one that was there before, and checks the answer. It reports false when there
// was none, because the server has gone.
func (l *load) ask(ctx context.Context, s *server) bool {
	n := l.next.Add(1)
	if rand.IntN(3) == 0 {
		n = 1 + rand.Int64N(n)
	}
	path, err := l.path(n)
	if err != nil {
		l.complain(&l.failed, "%v", err)
		return false
	}
	a, err := s.get(ctx, path)
	if err != nil {
		return false
	}
	l.check(path, a)
	return true
}

// check compares an answer with the first one for the same path, which must be a whole picture.
func (l *load) check(path string, a instance.Answer) {
	l.answers.Add(1)
	if a.Status != http.StatusOK {
		l.complain(&l.failed, "%s: status %d: %.200s", path, a.Status, a.Body)
		return
	}
	tag, etag, cached := blob.Tag(a.Body), a.Header.Get("ETag"), a.Header.Get("X-Cache")
	l.mu.Lock()
	first, seen := l.known[path]
	if !seen {
		l.known[path] = tag
	}
	l.mu.Unlock()
	switch {
	case tag != etag:
		l.complain(&l.wrong, "%s (%s): the body's tag is %s, the header says %s", path, cached, tag, etag)
	case seen && tag != first:
		l.complain(&l.wrong, "%s (%s): the body's tag is %s, it was %s", path, cached, tag, first)
	case !seen:
		if _, _, err := image.Decode(bytes.NewReader(a.Body)); err != nil {
			l.complain(&l.wrong, "%s (%s): %v", path, cached, err)
		}
	}
}

func (l *load) complain(counter *atomic.Int64, format string, args ...any) {
	counter.Add(1)
	l.example.CompareAndSwap(nil, fmt.Sprintf(format, args...))
}

// again asks for everything known once more and counts the states.
func (l *load) again(ctx context.Context, s *server) (map[string]int, error) {
	states := map[string]int{}
	for path := range l.known {
		a, err := s.get(ctx, path)
		if err != nil {
			return nil, err
		}
		l.check(path, a)
		states[a.Header.Get("X-Cache")]++
	}
	return states, nil
}

// run asks for n pictures from four clients, with trouble made again and again meanwhile. Trouble must end with its
// context.
func (l *load) run(ctx context.Context, s *server, n int, step func(done, of int),
	trouble func(context.Context) error,
) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var asked, lost atomic.Int64
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for ctx.Err() == nil {
				i := int(asked.Add(1))
				if i > n {
					return
				}
				if !l.ask(ctx, s) {
					lost.Add(1)
				}
				step(i, n)
			}
		})
	}
	troubled := make(chan error, 1)
	go func() {
		var err error
		for err == nil && ctx.Err() == nil {
			err = trouble(ctx)
		}
		troubled <- err
	}()
	clients.Wait()
	cancel()
	if err := <-troubled; err != nil {
		return err
	}
	if lost.Load() > 0 {
		return fmt.Errorf("%d requests had no answer", lost.Load())
	}
	return nil
}

// figures say what was served.
func (l *load) figures() []figure {
	f := []figure{
		{"0 wrong bytes served", fmt.Sprintf("%d of %d answers", l.wrong.Load(), l.answers.Load()), l.wrong.Load() == 0},
		{"0 errors", fmt.Sprint(l.failed.Load()), l.failed.Load() == 0},
	}
	if text, ok := l.example.Load().(string); ok {
		f = append(f, figure{"nothing wrong", text, false})
	}
	return f
}

// pause waits, less when ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
