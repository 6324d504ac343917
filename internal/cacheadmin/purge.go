package cacheadmin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"imagekit/internal/cache"
	"imagekit/internal/cache/disk"
	"imagekit/internal/cache/purge"
	"imagekit/internal/fault"
	"imagekit/internal/render"
)

// Purge removes every result of a target, after servers were told not to make them of what they still hold of it. What was
// left of earlier purges goes with it.
func Purge(ctx context.Context, f disk.Folder, target purge.Target, progress Progress) (Pruned, error) {
	if err := purge.Add(f.Purges(), target); err != nil {
		return Pruned{}, fmt.Errorf("mark the purge in %s: %w", f.Dir(), fault.Plain(err))
	}
	return Sweep(ctx, f, purge.Open(f.Purges(), slog.New(slog.DiscardHandler)), progress)
}

// Sweep removes every result that a purge made useless, and writes down that it did: such purges may be forgotten.
func Sweep(ctx context.Context, f disk.Folder, purges *purge.Log, progress Progress) (Pruned, error) {
	upTo := purges.Applied()
	var result Pruned
	var unknown atomic.Bool // an entry of a newer program may be one that was purged
	w := walk{folder: f, progress: progress}
	err := w.each(ctx, func(e disk.Entry) error {
		stale, err := isStale(f, e, purges)
		if errors.Is(err, cache.ErrVersion) {
			unknown.Store(true)
			return nil
		}
		if !stale || err != nil {
			return err
		}
		removed, err := f.Remove(e) // also one that a hit has just renewed
		w.mu.Lock()
		defer w.mu.Unlock()
		if removed {
			result.Removed++
			result.RemovedBytes += e.Size
		}
		return err
	})
	result.Found = w.seen
	if err != nil || unknown.Load() {
		return result, err
	}
	return result, purge.Swept(f.Purges(), upTo)
}

// isStale reports whether an entry was made of what was downloaded before a purge of its source.
func isStale(f disk.Folder, e disk.Entry, purges *purge.Log) (bool, error) {
	head, err := f.Read(e, cache.MaxHeader)
	if err != nil {
		if errors.Is(err, cache.ErrNotFound) {
			return false, nil
		}
		return false, fmt.Errorf("%s: %w", f.Path(e), fault.Plain(err))
	}
	key, generation, err := cache.Key(head)
	if errors.Is(err, cache.ErrVersion) {
		return false, err
	}
	if err != nil {
		return false, nil // damaged: it is not served either
	}
	return generation < render.LastPurge(key, purges), nil
}
