// Package bulkhead keeps calls that may hang, such as those to a dead disk, from taking everything along: their number is
// bounded, and whoever waits for one is let go after a while.
//
// A system call that hangs can be neither cancelled nor ended: it keeps its thread until the disk is back. What can be
// done is to bound how many do, and to stop asking.
package bulkhead

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// ErrStalled is what Do returns for a call that did not end in time, or was not begun because others do not end.
var ErrStalled = errors.New("no answer in time; waiting until it answers again")

// retryEvery is how often one call is let through to a side that does not answer.
const retryEvery = time.Second

// Bulkhead bounds calls. Safe for concurrent use.
type Bulkhead struct {
	patience time.Duration
	running  chan struct{} // holds as many as run
	started  time.Time

	stalled atomic.Bool  // the last call that ended or ran out of time did the latter
	next    atomic.Int64 // when the next call may try although it is stalled; since started
	calls   sync.Pool    // *call
}

// call is one call and the wait for it.
type call struct {
	f     func()
	done  chan struct{}
	timer *time.Timer
}

// New returns a bulkhead for that many calls at a time, each of which is waited for no longer than patience.
func New(calls int, patience time.Duration) *Bulkhead {
	return &Bulkhead{patience: patience, running: make(chan struct{}, calls), started: time.Now()}
}

// Do calls f on a goroutine of its own and returns when it has ended. If that takes too long, or as many calls as there
// may be run already for too long, it returns ErrStalled: then f may still run, or begin no more. While it is so, it
// does not wait again, but for a call a second. What f writes to may be read after nil alone.
func (b *Bulkhead) Do(f func()) error {
	if b.stalled.Load() && !b.mayTry() {
		return ErrStalled
	}
	c := b.newCall(f)
	select {
	case b.running <- struct{}{}:
	default:
		select {
		case b.running <- struct{}{}:
		case <-c.timer.C:
			b.stall()
			return ErrStalled
		}
	}
	go b.run(c)
	select {
	case <-c.done:
		c.timer.Stop()
		c.f = nil
		b.calls.Put(c)
		return nil
	case <-c.timer.C:
		b.stall()
		return ErrStalled
	}
}

// Call does f as b.Do does, and returns what f returned.
func Call[T any](b *Bulkhead, f func() (T, error)) (T, error) {
	var got struct {
		value T
		err   error
	}
	if err := b.Do(func() { got.value, got.err = f() }); err != nil { // f may still write to got
		var nothing T
		return nothing, err
	}
	return got.value, got.err
}

// Try is Call for what returns nothing but an error.
func (b *Bulkhead) Try(f func() error) error {
	_, err := Call(b, func() (struct{}, error) { return struct{}{}, f() })
	return err
}

// Stalled reports whether calls are not begun at present because others do not end.
func (b *Bulkhead) Stalled() bool { return b.stalled.Load() }

func (b *Bulkhead) newCall(f func()) *call {
	c, ok := b.calls.Get().(*call)
	if !ok {
		return &call{f: f, done: make(chan struct{}, 1), timer: time.NewTimer(b.patience)}
	}
	c.f = f
	c.timer.Reset(b.patience)
	return c
}

// run is the goroutine of a call. However late it ends: then there are answers again.
func (b *Bulkhead) run(c *call) {
	defer func() {
		<-b.running
		if b.stalled.Load() {
			b.stalled.Store(false)
		}
		c.done <- struct{}{}
	}()
	c.f()
}

func (b *Bulkhead) stall() {
	b.next.Store(int64(time.Since(b.started) + retryEvery))
	b.stalled.Store(true)
}

// mayTry lets one call of those that ask at a time through.
func (b *Bulkhead) mayTry() bool {
	now, next := time.Since(b.started), b.next.Load()
	return int64(now) >= next && len(b.running) < cap(b.running) &&
		b.next.CompareAndSwap(next, int64(now+b.patience+retryEvery))
}
