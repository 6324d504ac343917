package cache

import (
	"context"
	"errors"
	"time"

	"imagekit/internal/blob"
)

// write is a result that is to be written. One that is sent to its client is in memory anyway; it stays there a moment longer.
type write struct {
	key  string
	blob *blob.Blob
	// found: the blob is from the shared tier, and need not go there.
	found bool
}

// Put keeps b under key, if the store can. It does not wait for the store: b is found from now on, and written by and by.
// When too much waits already, b is dropped; after a failed write nothing is written for a short while.
func (c *Cache) Put(ctx context.Context, key string, b *blob.Blob) {
	c.put(ctx, write{key: key, blob: b})
}

func (c *Cache) put(ctx context.Context, w write) {
	if ctx.Err() != nil || c.paused() && c.Shared == nil {
		return
	}
	if !c.pending.Add(NewID(w.key), w, int64(len(w.blob.Data))) {
		c.dropped.Add(1)
	}
}

// Flush returns when everything that waits is written. It gives up when ctx ends, and then returns its error.
func (c *Cache) Flush(ctx context.Context) error { return c.pending.Flush(ctx) }

// keep writes one entry, unless its source was purged meanwhile. A purge that comes while it is written removes the
// entry or is seen afterwards.
func (c *Cache) keep(id ID, w write) {
	share := c.Shared != nil && !w.found
	if c.paused() && !share || c.stale(w.key, w.blob.Generation, true) {
		return
	}
	header := encodeHeader(w.key, w.blob)
	if share {
		c.Shared.Put(id, header, w.blob.Data)
	}
	if c.paused() {
		return
	}
	err := c.store.Put(context.Background(), id, header, w.blob.Data)
	switch {
	case err == nil:
		if c.stale(w.key, w.blob.Generation, true) {
			if err := c.store.Delete(context.Background(), id); err != nil {
				c.writeErrors.Add(1)
				c.warn(&c.writeLog, "cache delete failed", id, err)
			}
		}
		return
	case errors.Is(err, ErrNoRoom):
		c.noRoom.Add(1)
		return
	}
	c.writeErrors.Add(1)
	c.pausedUntil.Store(int64(c.elapsed() + writePause))
	c.warn(&c.writeLog, "cache write failed; for a moment results are served without being cached", id, err)
}

// paused reports whether nothing is written because a write has just failed.
func (c *Cache) paused() bool { return c.elapsed() < time.Duration(c.pausedUntil.Load()) }
