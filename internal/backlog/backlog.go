// Package backlog holds work that nobody waits for: a bounded amount of it, done by a few goroutines that end when nothing
// is left. It is found while it waits, and what comes later under the same key takes its place.
package backlog

import (
	"context"
	"sync"
	"sync/atomic"
)

const (
	// MaxItems and MaxBytes bound what waits. One item alone may be larger.
	MaxItems = 1024
	MaxBytes = 64 << 20
	// workers is how many items are done at a time, and so how many a side that hangs can hold.
	workers = 4
)

// Backlog is a queue of values, each under a key of its own. Safe for concurrent use.
type Backlog[K comparable, V any] struct {
	do    func(K, V)
	count atomic.Int64 // len(items)

	mu      sync.Mutex
	items   map[K]*item[K, V]
	queue   []*item[K, V] // those that nobody has begun; the first goes first
	bytes   int64
	working int
	empty   chan struct{} // closed while nothing waits
}

// item is what waits under one key.
type item[K comparable, V any] struct {
	key   K
	value V // the latest
	size  int64
	round int // how often value was replaced
}

// New returns a backlog whose values are given to do.
func New[K comparable, V any](do func(K, V)) *Backlog[K, V] {
	empty := make(chan struct{})
	close(empty)
	return &Backlog[K, V]{do: do, items: map[K]*item[K, V]{}, empty: empty}
}

// Get returns what waits under key or is being done, and whether there is something.
func (b *Backlog[K, V]) Get(key K) (value V, ok bool) {
	if b.count.Load() == 0 { // nearly always
		return value, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.items[key]
	if i == nil {
		return value, false
	}
	return i.value, true
}

// Add takes in a value of size bytes, in place of one under the same key, and reports whether there was room.
func (b *Backlog[K, V]) Add(key K, value V, size int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := b.items[key]; i != nil {
		b.bytes += size - i.size
		i.value, i.size = value, size
		i.round++ // if it is begun, it is done again
		return true
	}
	if !b.fits(size) {
		return false
	}
	if len(b.items) == 0 {
		b.empty = make(chan struct{})
	}
	i := &item[K, V]{key: key, value: value, size: size}
	b.items[key] = i
	b.queue = append(b.queue, i)
	b.bytes += size
	b.count.Store(int64(len(b.items)))
	if b.working < workers {
		b.working++
		go b.work()
	}
	return true
}

// Room reports whether Add would take in a value of size bytes under a new key now: who must copy one first asks.
func (b *Backlog[K, V]) Room(size int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.fits(size)
}

func (b *Backlog[K, V]) fits(size int64) bool {
	return len(b.items) == 0 || len(b.items) < MaxItems && b.bytes+size <= MaxBytes
}

// Len returns how many values wait or are being done.
func (b *Backlog[K, V]) Len() int64 { return b.count.Load() }

// Flush returns when everything that waits is done. It gives up when ctx ends, and then returns its error.
func (b *Backlog[K, V]) Flush(ctx context.Context) error {
	b.mu.Lock()
	empty := b.empty
	b.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// work is the life of one of the goroutines.
func (b *Backlog[K, V]) work() {
	for {
		i, value, round := b.next()
		if i == nil {
			return
		}
		b.do(i.key, value)
		b.done(i, round)
	}
}

// next returns what is to be done, nil when there is nothing.
func (b *Backlog[K, V]) next() (i *item[K, V], value V, round int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) == 0 {
		b.queue = nil
		b.working--
		return nil, value, 0
	}
	i = b.queue[0]
	b.queue = b.queue[1:]
	return i, i.value, i.round
}

// done tells that the value of a round was done. If another came meanwhile, that waits now.
func (b *Backlog[K, V]) done(i *item[K, V], round int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i.round != round {
		b.queue = append(b.queue, i)
		return
	}
	delete(b.items, i.key)
	b.bytes -= i.size
	b.count.Store(int64(len(b.items)))
	if len(b.items) == 0 {
		close(b.empty)
	}
}
