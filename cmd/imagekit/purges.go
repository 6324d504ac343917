package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"imagekit/internal/cache"
	"imagekit/internal/cache/disk"
	"imagekit/internal/cache/purge"
	"imagekit/internal/cacheadmin"
	"imagekit/internal/render"
)

// purgeLag is how late a hit may learn of a purge that another process on the directory was asked for.
const purgeLag = time.Second

// staleness tells the cache what was purged.
func staleness(purges *purge.Log) cache.Stale {
	return func(key string, generation uint64, now bool) bool {
		latest := uint64(0)
		if now {
			latest = purges.Applied()
		} else {
			latest = purges.Refresh(purgeLag)
		}
		// What is as new as the latest purge of all is not taken apart to see of which source it is.
		return generation < latest && generation < render.LastPurge(key, purges)
	}
}

// sweepAt is how many purges are remembered before their results are removed from the disk, so that they can be forgotten.
// Until then nothing is walked: what was purged is not used, and goes when it is asked for or room is needed.
const sweepAt = 10_000

// sweeper removes purged results in the background, once at a time. The zero value is ready.
type sweeper struct {
	mu      sync.Mutex
	cancel  context.CancelFunc // of the sweep that runs, nil without one
	done    sync.WaitGroup
	stopped bool
}

// begin starts a sweep unless one runs.
func (s *sweeper) begin(sweep func(context.Context)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil || s.stopped {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.done.Go(func() {
		sweep(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		cancel()
		s.cancel = nil
	})
}

// stop ends the sweep that runs, and begins no more.
func (s *sweeper) stop() {
	s.mu.Lock()
	s.stopped = true
	if s.cancel != nil {
		s.cancel()
	}
	s.mu.Unlock()
	s.done.Wait()
}

// purger returns what ends the use of results kept in dir.
func purger(dir string, purges *purge.Log, v *shared, s *sweeper, log *slog.Logger) func(context.Context,
	[]purge.Target) error {
	add := func(_ context.Context, targets []purge.Target) error { return purges.Add(targets...) }
	if v != nil {
		add = v.purges.AddShared
	}
	return func(ctx context.Context, targets []purge.Target) error {
		if err := add(ctx, targets); err != nil {
			return err
		}
		if purges.Unswept() >= sweepAt {
			s.begin(func(ctx context.Context) { sweep(ctx, dir, purges, log) })
		}
		return nil
	}
}

func sweep(ctx context.Context, dir string, purges *purge.Log, log *slog.Logger) {
	folder, err := disk.Look(dir)
	if err == nil {
		var swept cacheadmin.Pruned
		if swept, err = cacheadmin.Sweep(ctx, folder, purges, func(int64) {}); err == nil {
			log.Info("purged results removed from the disk", "removed", swept.Removed, "left", swept.Entries-swept.Removed)
		}
	}
	if err != nil && ctx.Err() == nil {
		log.Warn("purged results stay on the disk; they are not used", "error", err)
	}
}
