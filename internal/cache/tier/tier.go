// Package tier keeps a store that instances share from costing a request more than a bounded wait: reads have a deadline,
// writes wait in a queue, and what fails again and again is not asked for a while.
package tier

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"imagekit/internal/backlog"
	"imagekit/internal/breaker"
	"imagekit/internal/bulkhead"
	"imagekit/internal/cache"
	"imagekit/internal/lograte"
)

const (
	// maxCalls bounds the calls under way, and so what a dead network file system can hold; callPatience is how long one may
	// take, also where the store has no deadline of its own.
	maxCalls     = 32
	callPatience = 2 * time.Second
	// maxEntry bounds what is shared: a larger result is made by each instance.
	maxEntry = 32 << 20
	// logEvery is the least time between two lines about trouble.
	logEvery = time.Minute
)

// Config says what is shared and when.
type Config struct {
	Store cache.Store // the Tier closes it
	Name  string      // for the log, without credentials
	// Current reports whether all purges of a moment ago are known here. While it does not, nothing is read: it may have been
	// purged. nil = always.
	Current func() bool
	Logger  *slog.Logger // nil = nobody
}

// write is an entry that is to be written, nil one that is to be deleted.
type write []byte

// Tier is a cache.Shared. Safe for concurrent use.
type Tier struct {
	store   cache.Store
	name    string
	current func() bool
	log     *slog.Logger
	calls   *bulkhead.Bulkhead
	breaker *breaker.Breaker
	waiting *backlog.Backlog[cache.ID, write]
	ctx     context.Context // of writes
	stop    context.CancelFunc
	logged  lograte.Limit

	hits, misses, unread, writes, dropped, errors, readTime atomic.Int64
}

// Stats are the counters of a tier.
type Stats struct {
	Hits, Misses, Unread, Writes, Dropped, Errors, Pending int64
	ReadTime                                               time.Duration // of hits and misses together
	Open                                                   bool          // the store is not asked, because it fails
}

// New returns a tier.
func New(c Config) *Tier {
	t := &Tier{
		store: c.Store, name: c.Name, current: c.Current, log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)),
		calls: bulkhead.New(maxCalls, callPatience), breaker: breaker.New(),
	}
	if t.current == nil {
		t.current = func() bool { return true }
	}
	t.waiting = backlog.New(t.do)
	t.ctx, t.stop = context.WithCancel(context.Background())
	return t
}

// Degraded tells that the store was found away at the start: it is asked again, once a second.
func (t *Tier) Degraded(err error) {
	t.breaker.Trip()
	t.warn(err)
}

// Get returns a whole entry, nil when there is none or the store does not answer in time.
func (t *Tier) Get(ctx context.Context, id cache.ID) []byte {
	if !t.current() || !t.breaker.Allow() {
		t.unread.Add(1)
		return nil
	}
	start := time.Now()
	entry, err := bulkhead.Call(t.calls, func() ([]byte, error) { return t.store.Get(ctx, id) })
	t.readTime.Add(int64(time.Since(start)))
	switch {
	case err == nil:
		t.breaker.Done(true)
		t.hits.Add(1)
		return entry
	case errors.Is(err, cache.ErrNotFound):
		t.breaker.Done(true)
		t.misses.Add(1)
	case ctx.Err() != nil: // nobody waits any more: that says nothing of the store
		t.unread.Add(1)
	default:
		t.failed(err)
	}
	return nil
}

// Put keeps an entry by and by, if the store can and not too much waits for it.
func (t *Tier) Put(id cache.ID, parts ...[]byte) {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	if size > maxEntry || !t.waiting.Room(int64(size)) {
		t.dropped.Add(1)
		return
	}
	t.add(id, slices.Concat(parts...))
}

// Delete forgets an entry by and by.
func (t *Tier) Delete(id cache.ID) { t.add(id, nil) }

func (t *Tier) add(id cache.ID, w write) {
	if !t.waiting.Add(id, w, int64(len(w))) {
		t.dropped.Add(1)
	}
}

func (t *Tier) do(id cache.ID, w write) {
	if !t.breaker.Allow() {
		t.dropped.Add(1)
		return
	}
	err := t.calls.Try(func() error {
		ctx, cancel := context.WithTimeout(t.ctx, callPatience)
		defer cancel()
		if w == nil {
			return t.store.Delete(ctx, id)
		}
		return t.store.Put(ctx, id, w)
	})
	switch {
	case err == nil:
		t.breaker.Done(true)
		t.writes.Add(1)
	case errors.Is(err, cache.ErrNoRoom):
		t.breaker.Done(true)
		t.dropped.Add(1)
	case t.ctx.Err() == nil:
		t.dropped.Add(1)
		t.failed(err)
	}
}

// failed notes that the store did not do what it should.
func (t *Tier) failed(err error) {
	t.breaker.Done(false)
	t.errors.Add(1)
	t.warn(err)
}

func (t *Tier) warn(err error) {
	if held, ok := t.logged.Pass(time.Now(), logEvery); ok {
		t.log.Warn("the store of shared results fails; until it answers again, this instance works alone (IMAGEKIT_RESULTS)",
			"store", t.name, "error", err, "not_logged_before", held)
	}
}

// Away reports whether the store is not asked now, because it fails or because purges may be missing.
func (t *Tier) Away() bool { return t.breaker.Open() || !t.current() }

// Stats returns the counters.
func (t *Tier) Stats() Stats {
	return Stats{
		Hits: t.hits.Load(), Misses: t.misses.Load(), Unread: t.unread.Load(), Writes: t.writes.Load(), Dropped: t.dropped.Load(),
		Errors: t.errors.Load(), Pending: t.waiting.Len(), ReadTime: time.Duration(t.readTime.Load()), Open: t.breaker.Open(),
	}
}

// Close writes what waits until ctx ends, and closes the store. Nothing may be called after it.
func (t *Tier) Close(ctx context.Context) error {
	err := t.waiting.Flush(ctx)
	t.stop()
	return errors.Join(err, t.store.Close())
}
