//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/cache"
	"imagekit/internal/cache/disk"
	"imagekit/internal/format"
)

// bound writes many times what a cache may hold, and asks the disk how much it takes. It writes to the cache itself:
// pictures of a gigabyte would take the codecs an hour.
func bound(ctx context.Context, r *rig) ([]figure, error) {
	const limit = 50_000_000
	dir := filepath.Join(r.dir, "cache")
	store, err := disk.Open(disk.Config{Dir: dir, Limit: limit, MinFree: 1})
	if err != nil {
		return nil, err
	}
	c := cache.New(store, nil, nil)
	var written, most atomic.Int64
	var writing sync.RWMutex // nobody writes while the files are added up
	var writers sync.WaitGroup
	for g := range 4 {
		writers.Go(func() {
			for i := 0; written.Load() < r.sizes.Misses && ctx.Err() == nil; i++ {
				body := make([]byte, 1+rand.IntN(200_000))
				writing.RLock()
				c.Put(ctx, fmt.Sprint(g, i), blob.New(body, format.WebP, time.Now()))
				_ = c.Flush(ctx) // the loop asks ctx
				writing.RUnlock()
				r.step(int(min(written.Add(int64(len(body))), r.sizes.Misses)/1000), int(r.sizes.Misses/1000))
				if i%50 == 0 {
					writing.Lock()
					most.Store(max(most.Load(), diskUse(dir)))
					writing.Unlock()
				}
			}
		})
	}
	writers.Wait()
	st := c.Stats()
	return []figure{
		{
			"50 MB of limit: never above 105 % as du counts",
			fmt.Sprintf("%.1f %% at most in %d MB of misses, %d evictions", float64(most.Load())*100/limit,
				written.Load()/1e6, st.Evictions),
			most.Load() <= limit*105/100 && most.Load() > limit/2,
		},
		{"all written", fmt.Sprintf("%d errors, %d without room", st.WriteErrors, st.NoRoom), st.WriteErrors == 0},
	}, errors.Join(store.Close(), ctx.Err())
}

// diskUse returns what du says of a directory, the directories in it included.
func diskUse(dir string) (sum int64) {
	_ = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error { // nobody writes: there are no errors
		var st syscall.Stat_t
		if err == nil && syscall.Lstat(path, &st) == nil {
			sum += st.Blocks * 512
		}
		return nil
	})
	return sum
}
