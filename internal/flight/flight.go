// Package flight lets simultaneous callers who want the same thing share one computation.
//
// It differs from golang.org/x/sync/singleflight in whose context counts: the work belongs to all its waiters, so
// that the first caller's leaving does not hurt the others, and it is cancelled when nobody waits any more.
package flight

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// Group coalesces work by key. The zero value is ready; it must not be copied after first use.
type Group[K comparable, V any] struct {
	mu      sync.Mutex
	flights map[K]*flight[V] // those that may be joined
}

// flight is one computation and those who wait for it.
type flight[V any] struct {
	cancel  context.CancelFunc
	waiters int // guarded by Group.mu

	done  chan struct{} // closed when value and err are set
	value V
	err   error
}

// PanicError is what every waiter gets when the work panicked.
type PanicError struct {
	Value any
	Stack []byte // of the goroutine that panicked
}

// Error returns the value and the stack: it is meant for the log, not for clients.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n\n%s", e.Value, e.Stack) }

// Unwrap returns the panic's value when that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// errExited is what waiters get when the work ended its goroutine (runtime.Goexit) without returning.
var errExited = errors.New("flight: the work ended its goroutine")

// Do returns what fn returns, calling it once for all who ask for key at the same time. shared tells those who joined
// a computation from the one who started it.
//
// fn runs on a goroutine and a context of its own: it keeps the values of the starter's context, but neither its
// deadline nor its end, and is cancelled when the last waiter has left. fn sets its own deadline. A cancelled
// computation is not joined: who comes later starts another one, which may overlap with the end of the first.
//
// A caller whose ctx ends leaves at once with ctx.Err(). A panic in fn reaches every waiter as a *PanicError.
func (g *Group[K, V]) Do(ctx context.Context, key K, fn func(context.Context) (V, error)) (v V, shared bool, err error) {
	if err := ctx.Err(); err != nil {
		return v, false, err
	}
	g.mu.Lock()
	f, shared := g.flights[key]
	if !shared {
		f = g.start(ctx, key, fn)
	}
	f.waiters++
	g.mu.Unlock()

	select {
	case <-f.done:
		return f.value, shared, f.err
	case <-ctx.Done():
		g.leave(key, f)
		return v, shared, ctx.Err()
	}
}

// start begins a flight; g.mu is held.
func (g *Group[K, V]) start(ctx context.Context, key K, fn func(context.Context) (V, error)) *flight[V] {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flight[V]{cancel: cancel, done: make(chan struct{}), err: errExited}
	if g.flights == nil {
		g.flights = make(map[K]*flight[V])
	}
	g.flights[key] = f
	go g.run(ctx, key, f, fn)
	return f
}

// run does the work and lets the waiters go, however the work ends.
func (g *Group[K, V]) run(ctx context.Context, key K, f *flight[V], fn func(context.Context) (V, error)) {
	defer func() {
		if v := recover(); v != nil {
			f.err = &PanicError{Value: v, Stack: debug.Stack()}
		}
		g.mu.Lock()
		g.forget(key, f)
		g.mu.Unlock()
		close(f.done)
		f.cancel()
	}()
	f.value, f.err = fn(ctx)
}

// leave takes one waiter off a flight and cancels it when that was the last.
func (g *Group[K, V]) leave(key K, f *flight[V]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f.waiters--
	if f.waiters == 0 {
		g.forget(key, f)
		f.cancel()
	}
}

// forget ends the joining of a flight; g.mu is held. A later flight of the same key stays.
func (g *Group[K, V]) forget(key K, f *flight[V]) {
	if g.flights[key] == f {
		delete(g.flights, key)
	}
}
