package cache

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"imagekit/internal/blob"
)

// What may wait for the store. A result that is sent to its client is in memory anyway; it stays there a moment longer.
const (
	maxPending      = 1024
	maxPendingBytes = 64 << 20
	// maxWriters is how many write at a time, and so how many a store that hangs can hold.
	maxWriters = 4
)

// pending holds results until they are written, so that no answer waits for the store. They are found meanwhile.
type pending struct {
	waiting atomic.Int64 // len(writes)

	mu      sync.Mutex
	writes  map[ID]*write
	queue   []*write // those that no writer has begun; the first goes first
	bytes   int64
	writers int
	empty   chan struct{} // closed while nothing waits
}

// write is a result that is to be written.
type write struct {
	id   ID
	key  string
	blob *blob.Blob // the latest
	// found: the blob is from the shared tier, and need not go there.
	found bool
}

func newPending() pending {
	empty := make(chan struct{})
	close(empty)
	return pending{writes: map[ID]*write{}, empty: empty}
}

// get returns the result that waits under id, nil when there is none.
func (p *pending) get(id ID) *blob.Blob {
	if p.waiting.Load() == 0 { // nearly always
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.writes[id]; w != nil {
		return w.blob
	}
	return nil
}

// add takes a result in, in place of one under the same id, and reports whether there was room. start says that a writer
// must be started for it.
func (p *pending) add(id ID, key string, b *blob.Blob, found bool) (ok, start bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	size := int64(len(b.Data))
	if w := p.writes[id]; w != nil {
		p.bytes += size - int64(len(w.blob.Data))
		w.blob, w.found = b, found // if it is begun, its writer sees that and writes again
		return true, false
	}
	if len(p.writes) >= maxPending || len(p.writes) > 0 && p.bytes+size > maxPendingBytes {
		return false, false
	}
	if len(p.writes) == 0 {
		p.empty = make(chan struct{})
	}
	w := &write{id: id, key: key, blob: b, found: found}
	p.writes[id] = w
	p.queue = append(p.queue, w)
	p.bytes += size
	p.waiting.Store(int64(len(p.writes)))
	if p.writers == maxWriters {
		return true, false
	}
	p.writers++
	return true, true
}

// next returns what a writer shall write, nil when it shall end.
func (p *pending) next() (w *write, b *blob.Blob, found bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 {
		p.queue = nil
		p.writers--
		return nil, nil, false
	}
	w = p.queue[0]
	p.queue = p.queue[1:]
	return w, w.blob, w.found
}

// done tells that b was written, or never will be. If another result came meanwhile, that waits now.
func (p *pending) done(w *write, b *blob.Blob) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.blob != b {
		p.queue = append(p.queue, w)
		return
	}
	delete(p.writes, w.id)
	p.bytes -= int64(len(b.Data))
	p.waiting.Store(int64(len(p.writes)))
	if len(p.writes) == 0 {
		close(p.empty)
	}
}

// Put keeps b under key, if the store can. It does not wait for the store: b is found from now on, and written by and by.
// When too much waits already, b is dropped; after a failed write nothing is written for a short while.
func (c *Cache) Put(ctx context.Context, key string, b *blob.Blob) { c.put(ctx, key, b, false) }

func (c *Cache) put(ctx context.Context, key string, b *blob.Blob, found bool) {
	if ctx.Err() != nil || c.paused() && c.Shared == nil {
		return
	}
	ok, start := c.pending.add(NewID(key), key, b, found)
	if !ok {
		c.dropped.Add(1)
	}
	if start {
		go c.write()
	}
}

// Flush returns when everything that waits is written. It gives up when ctx ends, and then returns its error.
func (c *Cache) Flush(ctx context.Context) error {
	c.pending.mu.Lock()
	empty := c.pending.empty
	c.pending.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write is the life of a writer.
func (c *Cache) write() {
	for {
		w, b, found := c.pending.next()
		if w == nil {
			return
		}
		c.keep(w.id, w.key, b, found)
		c.pending.done(w, b)
	}
}

// keep writes one entry, unless its source was purged meanwhile. A purge that comes while it is written removes the
// entry or is seen afterwards.
func (c *Cache) keep(id ID, key string, b *blob.Blob, found bool) {
	share := c.Shared != nil && !found
	if c.paused() && !share || c.stale(key, b.Generation, true) {
		return
	}
	header := encodeHeader(key, b)
	if share {
		c.Shared.Put(id, header, b.Data)
	}
	if c.paused() {
		return
	}
	err := c.store.Put(context.Background(), id, header, b.Data)
	switch {
	case err == nil:
		if c.stale(key, b.Generation, true) {
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
	c.warn(&c.writeLog, "cache write failed; results are served uncached meanwhile", id, err)
}

// paused reports whether nothing is written because a write has just failed.
func (c *Cache) paused() bool { return c.elapsed() < time.Duration(c.pausedUntil.Load()) }
