package render

import (
	"context"
	"strings"
	"sync"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/flight"
	"imagekit/internal/param"
)

// sourceKey tells sources apart. The version is part of it: a cache buster must bring fresh bytes.
type sourceKey struct{ url, version string }

// source is a source in use.
type source struct {
	blob  *blob.Blob
	until time.Time // not handed to newcomers afterwards
	round int       // of sources, when it was asked for

	// Guarded by sources.mu.
	users int
	bad   bool // a result could not be made because of it
	kept  bool // in the memory, or was
}

// sources downloads a source once for all results that need it at about the same time: those that ask while it is
// downloaded, those that come while an earlier one still works with it, and those that come while it is fresh.
type sources struct {
	fetcher  Fetcher
	lifetime time.Duration // of a download, and again of its being shared by those who wait together
	memory   *memory
	purged   func() time.Time
	flights  flight.Group[sourceKey, *source]

	mu        sync.Mutex
	inUse     map[sourceKey]*source
	downloads uint64
	shared    uint64    // taken from another request that had them in work
	round     int       // counts the purges
	purge     time.Time // the latest of them
}

// newSources returns sources without any. purged may be nil.
func newSources(f Fetcher, lifetime time.Duration, bound int64, purged func() time.Time) *sources {
	if purged == nil {
		purged = func() time.Time { return time.Time{} }
	}
	return &sources{
		fetcher: f, lifetime: lifetime, memory: newMemory(bound), inUse: make(map[sourceKey]*source),
		purged: purged, purge: purged(),
	}
}

// current returns the source that another result is being made of, nil when there is none young enough, and the round. After a purge a new round begins, in which
// nothing from earlier ones is used: whoever purges results wants them made of what the origin has now.
func (s *sources) current(key sourceKey, now time.Time) (src *source, round int) {
	purge := s.purged()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !purge.Equal(s.purge) {
		s.purge = purge
		s.round++
		s.memory.clear()
	}
	src = s.inUse[key]
	if src == nil || src.round != s.round || !now.Before(src.until) {
		return nil, s.round
	}
	s.shared++
	return src, s.round
}

// borrow returns the source, downloaded if need be, and what to call when it is not needed any more: with false when
// no result could be made because of it.
func (s *sources) borrow(ctx context.Context, key sourceKey) (b *blob.Blob, giveBack func(sound bool), err error) {
	src, shared, err := s.flights.Do(ctx, key, func(ctx context.Context) (*source, error) {
		return s.obtain(ctx, key)
	})
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	src.users++
	if shared {
		s.shared++
	}
	if !src.bad {
		s.inUse[key] = src
	}
	return src.blob, func(sound bool) { s.giveBack(key, src, sound) }, nil
}

// obtain returns the source that is in use, if it is young enough, or what is remembered of it, or downloads it.
func (s *sources) obtain(ctx context.Context, key sourceKey) (*source, error) {
	now := time.Now()
	src, round := s.current(key, now)
	if src != nil {
		return src, nil
	}
	b, err := s.memory.recall(key, now)
	switch {
	case err != nil:
		return nil, err
	case b != nil:
		return &source{blob: b, until: b.Fresh, round: round, kept: true}, nil
	}
	return s.download(ctx, key, round)
}

func (s *sources) download(ctx context.Context, key sourceKey, round int) (*source, error) {
	s.mu.Lock()
	s.downloads++
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, s.lifetime)
	defer cancel()
	b, err := s.fetcher.Fetch(ctx, key.url)
	now := time.Now()
	if err != nil {
		s.memory.fail(key, err, now)
		return nil, err
	}
	src := &source{blob: b, until: now.Add(s.lifetime), round: round}
	if b.Fresh.After(src.until) {
		src.until = b.Fresh
	}
	return src, nil
}

// giveBack ends one use. After the last one a sound source goes to the memory. A bad one, which may have ended its
// worker, is handed to nobody else, nor is one from before a purge.
func (s *sources) giveBack(key sourceKey, src *source, sound bool) {
	s.mu.Lock()
	src.bad = src.bad || !sound
	if src.users == 1 && !src.bad && !src.kept {
		src.kept = true
		s.mu.Unlock()
		s.memory.keep(key, src.blob, time.Now()) // takes its time; meanwhile the source is still in use
		s.mu.Lock()
	}
	src.users--
	drop := src.bad || src.round != s.round // by now: others may have used it, or purged
	if s.inUse[key] == src && (drop || src.users == 0) {
		delete(s.inUse, key)
	}
	s.mu.Unlock()
	if drop {
		s.memory.forget(key)
	}
}

// Router is a Fetcher that sends sample:NAME to the built-in pictures and everything else to the web.
type Router struct {
	Samples Fetcher // nil = switched off
	Web     Fetcher
}

// Fetch returns the source from where it belongs, or fault.SourceForbidden for a sample when they are off.
func (r Router) Fetch(ctx context.Context, url string) (*blob.Blob, error) {
	if !strings.HasPrefix(url, param.SamplePrefix) {
		return r.Web.Fetch(ctx, url)
	}
	if r.Samples == nil {
		return nil, fault.New(fault.SourceForbidden, "the built-in samples are turned off (IMAGEKIT_SAMPLES)")
	}
	return r.Samples.Fetch(ctx, url)
}
