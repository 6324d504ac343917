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

	"imagekit/internal/backlog"
	"imagekit/internal/blob"
	"imagekit/internal/bulkhead"
	"imagekit/internal/lograte"
)

const (
	// writePause is how long nothing is written after a failed write: long enough that a full disk
	// costs nothing, short enough that a repaired one is soon used.
	writePause = 5 * time.Second
	// readPatience is how long a look-up may take before it counts as a miss: longer than a busy disk needs, shorter than
	// a client waits. maxReads bounds how many are under way, and so how many a dead disk can hold.
	readPatience = 3 * time.Second
	maxReads     = 32
	// logEvery is the least time between two lines about the same kind of trouble.
	logEvery = time.Minute
	// inMemory is the largest entry that is read as a whole: what the disk store keeps in memory for the next hit.
	inMemory = 512 << 10
)

// Stale reports whether what is kept under key was made of a download that is older than a purge of its source: it began
// when generation was the latest purge known. With now it has looked for purges just then, else it may be a second late.
type Stale func(key string, generation uint64, now bool) bool

// Cache keeps blobs under key texts. Safe for concurrent use.
type Cache struct {
	// MaxAge is how long a blob may be used from when it was made; 0 = for ever. Set before the first use.
	MaxAge time.Duration
	// Shared is what other instances use, too; nil = nothing. Set before the first use.
	Shared Shared

	store   Store
	files   FileStore // the same store; nil when it has no files
	stale   Stale
	log     *slog.Logger
	started time.Time // all times below count from here, by the monotonic clock
	reads   *bulkhead.Bulkhead
	pending *backlog.Backlog[ID, write]

	hits, misses, corrupt, noRoom, dropped, readErrors, writeErrors atomic.Int64

	pausedUntil                   atomic.Int64 // time.Duration since started
	corruptLog, readLog, writeLog lograte.Limit
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
	Dropped     int64   `json:"dropped"`      // results not kept because too many waited for the store
	Pending     int64   `json:"pending"`      // results that wait for the store now; they are found meanwhile
	ReadErrors  int64   `json:"read_errors"`  // look-ups the store could not answer; each was a miss
	WriteErrors int64   `json:"write_errors"` // writes and deletions that failed; pauses do not count
}

// New returns a cache over store. stale may be nil when nothing is ever purged. Trouble of the store goes to log (nil =
// nowhere), at most a line a minute of each kind. The caller still owns the store and closes it after Flush.
func New(store Store, stale Stale, log *slog.Logger) *Cache {
	if stale == nil {
		stale = func(string, uint64, bool) bool { return false }
	}
	files, _ := store.(FileStore)
	c := &Cache{
		store: store, files: files, stale: stale, log: cmp.Or(log, slog.New(slog.DiscardHandler)), started: time.Now(),
		reads: bulkhead.New(maxReads, readPatience),
	}
	c.pending = backlog.New(c.keep)
	return c
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
	if w, ok := c.pending.Get(id); ok {
		if c.over(w.blob, time.Now()) || c.stale(key, w.blob.Generation, true) {
			return nil
		}
		return w.blob
	}
	b, err := c.read(ctx, id, key)
	_, damaged := errors.AsType[damage](err)
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrVersion), err != nil && ctx.Err() != nil:
		return nil
	case damaged:
		c.corrupt.Add(1)
		c.warn(&c.corruptLog, "cache entry dropped", id, err)
	case err != nil:
		c.readErrors.Add(1)
		c.warn(&c.readLog, "cache read failed", id, err)
		return nil
	case !c.over(b, time.Now()) && !c.stale(key, b.Generation, false):
		return b
	default:
		b.Close()
	}
	_ = c.remove(context.WithoutCancel(ctx), id) // already counted and logged
	return nil
}

// reading is what a look-up brought. The second of the two who leave it, its caller and the call, closes what nobody took.
type reading struct {
	blob *blob.Blob
	err  error
	left atomic.Int32
}

// read returns what the store holds, found right, unless that takes too long.
func (c *Cache) read(ctx context.Context, id ID, key string) (*blob.Blob, error) {
	r := new(reading)
	err := c.reads.Do(func() {
		if r.blob, r.err = c.find(ctx, id, key); r.left.Add(1) == 2 && r.err == nil {
			r.blob.Close()
		}
	})
	if err == nil {
		return r.blob, r.err
	}
	if r.left.Add(1) == 2 && r.err == nil {
		r.blob.Close()
	}
	return nil, err
}

// find returns what the store holds, found right. The body of a large entry stays in its file, where the store has one:
// whoever reads it slowly keeps a descriptor, not its bytes.
func (c *Cache) find(ctx context.Context, id ID, key string) (*blob.Blob, error) {
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

// over reports whether a blob must not be used any more: what was kept before MaxAge was set is no exception.
func (c *Cache) over(b *blob.Blob, now time.Time) bool {
	return !b.Expires.IsZero() && !now.Before(b.Expires) || c.MaxAge > 0 && !now.Before(b.Created.Add(c.MaxAge))
}

// Delete forgets what is kept under key. It is the one method that returns the store's error: whoever asks for an
// image to be forgotten must learn when it was not.
func (c *Cache) Delete(ctx context.Context, key string) error { return c.remove(ctx, NewID(key)) }

func (c *Cache) remove(ctx context.Context, id ID) error {
	err := c.reads.Try(func() error { return c.store.Delete(ctx, id) })
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
		Dropped:     c.dropped.Load(),
		Pending:     c.pending.Len(),
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
func (c *Cache) warn(q *lograte.Limit, msg string, id ID, err error) {
	if held, ok := q.Pass(time.Now(), logEvery); ok {
		c.log.Warn(msg, "id", id.String(), "error", err, "not_logged_before", held)
	}
}
