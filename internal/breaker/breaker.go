// Package breaker stops asking a system that fails again and again, so that its trouble costs a caller nothing, and notices
// when it is back.
package breaker

import (
	"sync/atomic"
	"time"
)

const (
	// most failures in a row open a breaker.
	most = 5
	// probeEvery is how often one call is let through an open breaker.
	probeEvery = time.Second
)

// Breaker counts failures. Safe for concurrent use.
type Breaker struct {
	started  time.Time
	failures atomic.Int32
	next     atomic.Int64 // when an open one lets a call through, since started
}

// New returns a closed breaker.
func New() *Breaker { return &Breaker{started: time.Now()} }

// Allow reports whether a call may be made now. Whoever is allowed one tells by Done how it went.
func (b *Breaker) Allow() bool {
	if !b.Open() {
		return true
	}
	now, next := time.Since(b.started), b.next.Load()
	return int64(now) >= next && b.next.CompareAndSwap(next, int64(now+probeEvery))
}

// Done tells how a call went.
func (b *Breaker) Done(ok bool) {
	if ok {
		b.failures.Store(0)
		return
	}
	if b.failures.Add(1) == most {
		b.next.Store(int64(time.Since(b.started) + probeEvery))
	}
}

// Trip opens the breaker at once.
func (b *Breaker) Trip() {
	b.failures.Store(most)
	b.next.Store(int64(time.Since(b.started) + probeEvery))
}

// Open reports whether calls are held back.
func (b *Breaker) Open() bool { return b.failures.Load() >= most }
