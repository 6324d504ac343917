// Package cache keeps results. Cache is the policy: how an entry is framed and checked, what is counted, and that a
// failing store never fails a request. Store is the driver: where the bytes lie.
package cache

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"imagekit/internal/blob"
)

const (
	// writePause is how long nothing is written after a failed write: long enough that a full disk
	// costs nothing, short enough that a repaired one is soon used.
	writePause = 5 * time.Second
	// logEvery is the least time between two lines about the same kind of trouble.
	logEvery = time.Minute
	// inMemory is the largest entry that is read as a whole: what the disk store keeps in memory for the next hit.
	inMemory = 512 << 10
)

// Cache keeps blobs under key texts. Safe for concurrent use.
type Cache struct {
	store   Store
	files   FileStore // the same store; nil when it has no files
	log     *slog.Logger
	started time.Time // all times below count from here, by the monotonic clock

	hits, misses, corrupt, noRoom, readErrors, writeErrors atomic.Int64

	pausedUntil                   atomic.Int64 // time.Duration since started
	corruptLog, readLog, writeLog quiet
}

// Stats are the counters of a cache and the usage of its store, in the form of /stats/cache. Counters start
// at zero with the process.
type Stats struct {
	SizeBytes   int64   `json:"size_bytes"`
	Entries     int64   `json:"entries"`
	LimitBytes  int64   `json:"limit_bytes"` // 0 = unknown
	Hits        int64   `json:"hits"`
	Misses      int64   `json:"misses"`
	HitRatio    float64 `json:"hit_ratio"` // hits / (hits + misses), 0 before the first look-up
	Evictions   int64   `json:"evictions"`
	Corrupt     int64   `json:"corrupt"`      // entries that failed a check; each was deleted and was a miss
	NoRoom      int64   `json:"no_room"`      // results not kept because the store had no room for them
	ReadErrors  int64   `json:"read_errors"`  // look-ups the store could not answer; each was a miss
	WriteErrors int64   `json:"write_errors"` // writes and deletions that failed; pauses do not count
}

// New returns a cache over store. Trouble of the store goes to log (nil = nowhere), at most a line a minute of each kind.
// The caller still owns the store and closes it after the last use of the cache.
func New(store Store, log *slog.Logger) *Cache {
	files, _ := store.(FileStore)
	return &Cache{store: store, files: files, log: cmp.Or(log, slog.New(slog.DiscardHandler)), started: time.Now()}
}

// Get returns the blob kept under key and true, or false when there is none that can be trusted: it is
// missing, expired, damaged, or the store failed. Every call counts as a hit or a miss. Whoever gets a blob closes it.
func (c *Cache) Get(ctx context.Context, key string) (*blob.Blob, bool) {
	b, ok := c.Peek(ctx, key)
	if ok {
		c.hits.Add(1)
	} else {
		c.misses.Add(1)
	}
	return b, ok
}

// Peek is Get without the counting: a second look on behalf of a request whose first look was counted.
func (c *Cache) Peek(ctx context.Context, key string) (*blob.Blob, bool) {
	b := c.lookup(ctx, NewID(key), key)
	return b, b != nil
}

// lookup returns the blob or nil, and removes what must not be found again. A damaged entry may have been
// replaced by a good one before it is deleted; that costs one more miss.
func (c *Cache) lookup(ctx context.Context, id ID, key string) *blob.Blob {
	b, err := c.read(ctx, id, key)
	if _, damaged := errors.AsType[damage](err); err != nil && !damaged {
		if !errors.Is(err, ErrNotFound) && ctx.Err() == nil {
			c.readErrors.Add(1)
			c.warn(&c.readLog, "cache read failed", id, err)
		}
		return nil
	}
	if err != nil {
		c.corrupt.Add(1)
		c.warn(&c.corruptLog, "cache entry dropped", id, err)
		_ = c.remove(context.WithoutCancel(ctx), id) // already counted and logged
		return nil
	}
	if !b.Expires.IsZero() && !time.Now().Before(b.Expires) {
		_ = c.remove(context.WithoutCancel(ctx), id) // already counted and logged
		b.Close()
		return nil
	}
	return b
}

// read returns what the store holds, found right. The body of a large entry stays in its file, where the store has one:
// whoever reads it slowly keeps a descriptor, not its bytes.
func (c *Cache) read(ctx context.Context, id ID, key string) (*blob.Blob, error) {
	if c.files == nil {
		entry, err := c.store.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return decode(entry, key)
	}
	entry, file, err := c.files.GetFile(ctx, id, inMemory)
	switch {
	case err != nil:
		return nil, err
	case file != nil:
		return decodeFile(file, key)
	}
	return decode(entry, key)
}

// Put keeps b under key, if the store can. After a failed write nothing is written for a short while.
func (c *Cache) Put(ctx context.Context, key string, b *blob.Blob) {
	if c.elapsed() < time.Duration(c.pausedUntil.Load()) {
		return
	}
	id := NewID(key)
	err := c.store.Put(ctx, id, encodeHeader(key, b), b.Data)
	switch {
	case err == nil || ctx.Err() != nil:
		return
	case errors.Is(err, ErrNoRoom):
		c.noRoom.Add(1)
		return
	}
	c.writeErrors.Add(1)
	c.pausedUntil.Store(int64(c.elapsed() + writePause))
	c.warn(&c.writeLog, "cache write failed; results are served uncached meanwhile", id, err)
}

// Delete forgets what is kept under key. It is the one method that returns the store's error: whoever asks for an
// image to be forgotten must learn when it was not.
func (c *Cache) Delete(ctx context.Context, key string) error { return c.remove(ctx, NewID(key)) }

func (c *Cache) remove(ctx context.Context, id ID) error {
	err := c.store.Delete(ctx, id)
	if err != nil && ctx.Err() == nil {
		c.writeErrors.Add(1)
		c.warn(&c.writeLog, "cache delete failed", id, err)
	}
	return err
}

// Stats returns the counters. They are read one by one, so they may be a few requests apart.
func (c *Cache) Stats() Stats {
	u := c.store.Usage()
	s := Stats{
		SizeBytes:   u.SizeBytes,
		Entries:     u.Entries,
		LimitBytes:  u.LimitBytes,
		Hits:        c.hits.Load(),
		Misses:      c.misses.Load(),
		Evictions:   u.Evictions,
		Corrupt:     c.corrupt.Load(),
		NoRoom:      c.noRoom.Load(),
		ReadErrors:  c.readErrors.Load(),
		WriteErrors: c.writeErrors.Load(),
	}
	if n := s.Hits + s.Misses; n > 0 {
		s.HitRatio = float64(s.Hits) / float64(n)
	}
	return s
}

func (c *Cache) elapsed() time.Duration { return time.Since(c.started) }

// warn logs err unless q says it is too soon. The key stays out of the log: source URLs may carry credentials.
func (c *Cache) warn(q *quiet, msg string, id ID, err error) {
	if held, ok := q.pass(c.elapsed()); ok {
		c.log.Warn(msg, "id", id.String(), "error", err, "not_logged_before", held)
	}
}

// quiet lets one event pass per logEvery and counts those it holds back. The zero value is ready.
type quiet struct {
	next atomic.Int64 // time.Duration; 0 = at once
	held atomic.Int64
}

// pass reports whether the event at now may be logged, and how many were held back since the last that was.
func (q *quiet) pass(now time.Duration) (held int64, ok bool) {
	next := q.next.Load()
	if int64(now) < next || !q.next.CompareAndSwap(next, int64(now+logEvery)) {
		q.held.Add(1)
		return 0, false
	}
	return q.held.Swap(0), true
}
