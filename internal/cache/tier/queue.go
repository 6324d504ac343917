package tier

import (
	"context"
	"slices"
	"sync"

	"imagekit/internal/cache"
)

// What may wait for the store.
const (
	maxPending      = 1024
	maxPendingBytes = 64 << 20
	// maxWriters is how many write at a time. They end when nothing waits.
	maxWriters = 4
)

// job is an entry that is to be written, or deleted when it is nil.
type job struct {
	id    cache.ID
	entry []byte
}

// queue holds jobs until they are done.
type queue struct {
	mu      sync.Mutex
	jobs    []job // that nobody has begun
	pending int   // begun ones included
	bytes   int
	writers int
	dropped int64
	empty   chan struct{} // closed while nothing waits
}

func newQueue() queue {
	empty := make(chan struct{})
	close(empty)
	return queue{empty: empty}
}

// add takes a job in, with a copy of parts, unless too much waits. start says that a writer must be started.
func (q *queue) add(id cache.ID, parts [][]byte) (start bool) {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.pending >= maxPending || q.bytes+size > maxPendingBytes || size > maxEntry {
		q.dropped++
		return false
	}
	if q.pending == 0 {
		q.empty = make(chan struct{})
	}
	q.jobs = append(q.jobs, job{id, slices.Concat(parts...)})
	q.pending++
	q.bytes += size
	if q.writers == maxWriters {
		return false
	}
	q.writers++
	return true
}

// next returns a job, false when the writer shall end.
func (q *queue) next() (job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) == 0 {
		q.jobs = nil
		q.writers--
		return job{}, false
	}
	j := q.jobs[0]
	q.jobs = q.jobs[1:]
	return j, true
}

func (q *queue) done(j job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending--
	q.bytes -= len(j.entry)
	if q.pending == 0 {
		close(q.empty)
	}
}

// drop counts a job that was not done.
func (q *queue) drop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.dropped++
}

func (q *queue) counts() (pending, dropped int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return int64(q.pending), q.dropped
}

// flush returns when nothing waits, or with the error of ctx.
func (q *queue) flush(ctx context.Context) error {
	q.mu.Lock()
	empty := q.empty
	q.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
