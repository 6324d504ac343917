//go:build unix

package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"imagekit/internal/cache"
	"imagekit/internal/cache/disk"
	"imagekit/internal/param"
	"imagekit/internal/testkit/instance"
)

// readable is how many entries of the large cache are pictures that are asked for.
const readable = 64

// entries starts the program twice, on an empty cache and on one of very many entries, and compares them.
func entries(ctx context.Context, args []string) error {
	set, binary := flags("entries")
	many := set.Int("n", 1_000_000, "entries of the large cache, each takes a block of the disk")
	where := set.String("dir", "", "where the caches are made, default in the system's directory for temporary files")
	if err := set.Parse(args); err != nil && !errors.Is(err, flag.ErrHelp) {
		return err
	}
	dir, err := os.MkdirTemp(*where, "imagekit-rig-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	none, err := tryCache(ctx, *binary, filepath.Join(dir, "none"), 0)
	if err != nil {
		return err
	}
	full := filepath.Join(dir, "full")
	start := time.Now()
	if err := fillCache(ctx, filepath.Join(full, "cache"), *many); err != nil {
		return err
	}
	fmt.Printf("        %d entries made in %v\n", *many, time.Since(start).Round(time.Second))
	large, err := tryCache(ctx, *binary, full, *many)
	if err != nil {
		return err
	}
	each := float64(large.resident-none.resident) / float64(max(*many, 1))
	ok := verdict(large.ready < none.ready+time.Second, "ready after", fmt.Sprintf("%v, empty %v", large.ready, none.ready),
		"1 s more at most")
	fmt.Printf("        the index is complete after %v\n", large.known)
	ok = verdict(each < 96, "the server's memory", fmt.Sprintf("%d MiB, empty %d", large.resident>>20, none.resident>>20),
		"< 96 bytes an entry") && ok
	ok = verdict(large.hits >= none.hits*9/10, "hits a second", fmt.Sprintf("%.0f, empty %.0f", large.hits, none.hits),
		">= 90 %") && ok
	if !ok {
		return errors.New("a demand was missed, see above")
	}
	return ctx.Err()
}

// fillCache writes entries that nobody asks for, as small as entries are.
func fillCache(ctx context.Context, dir string, many int) error {
	store, err := disk.Open(disk.Config{Dir: dir, Limit: math.MaxInt64})
	if err != nil {
		return err
	}
	defer store.Close()
	const writers = 4
	var g errgroup.Group
	for w := range writers {
		g.Go(func() error {
			var body [256]byte
			for i := w; i < many && ctx.Err() == nil; i += writers {
				binary.LittleEndian.PutUint64(body[:], uint64(i))
				if err := store.Put(ctx, cache.NewID(strconv.Itoa(i)), body[:]); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

// size is what a server on a cache of some size shows.
type size struct {
	ready, known time.Duration // from the start to /ready, and to the whole index
	resident     int64         // bytes, after the hits
	hits         float64       // a second
}

// tryCache starts the program on the cache in dir and measures it.
func tryCache(ctx context.Context, program, dir string, many int) (r size, err error) {
	start := time.Now()
	s, err := instance.Start(program, dir, "IMAGEKIT_LOG=warn", "IMAGEKIT_CACHE_SIZE=1TiB")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	r.ready = time.Since(start).Round(time.Millisecond)
	if err := awaitEntries(ctx, s, many); err != nil {
		return r, err
	}
	r.known = time.Since(start).Round(10 * time.Millisecond)
	b := &bed{Instance: s}
	urls := make([]string, readable)
	for i := range urls {
		if urls[i], err = s.URL(param.Pair{Name: "url", Value: "sample:photo"},
			param.Pair{Name: "w", Value: strconv.Itoa(16 + i)}); err != nil {
			return r, err
		}
		if a, err := s.Get(ctx, urls[i]); err != nil || a.Status != http.StatusOK {
			return r, fmt.Errorf("got %d %s: %w", a.Status, a.Body, err)
		}
	}
	r.hits = b.rate(ctx, urls...)
	m, err := s.Resident()
	r.resident = m.Server
	return r, err
}

// awaitEntries waits until the server knows of so many entries.
func awaitEntries(ctx context.Context, s *instance.Instance, many int) error {
	for {
		a, err := s.Get(ctx, s.Base+"/stats/cache")
		if err != nil {
			return err
		}
		var stats struct{ Entries int }
		if err := json.Unmarshal(a.Body, &stats); err != nil || a.Status != http.StatusOK {
			return fmt.Errorf("got %d %s: %w", a.Status, a.Body, err)
		}
		if stats.Entries >= many {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
