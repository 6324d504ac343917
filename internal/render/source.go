package render

import (
	"context"
	"sync"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/flight"
)

// sourceKey tells sources apart. The version is part of it: a cache buster must bring fresh bytes.
type sourceKey struct{ url, version string }

// download tells apart what is downloaded at one time: who comes after a purge does not join a download from before it.
type download struct {
	sourceKey
	purged uint64 // the last purge of the source
}

// source is a source in use.
type source struct {
	blob  *blob.Blob
	until time.Time // not handed to newcomers afterwards

	// Guarded by sources.mu.
	users int
	bad   bool // a result could not be made because of it
	kept  bool // in the memory, or was
}

// sources downloads a source once for all results that need it at about the same time: those that ask while it is
// downloaded, those that come while an earlier one still works with it, and those that come while it is fresh. Nothing
// from before a purge of a source is used afterwards: whoever purges wants results made of what the origin has now.
type sources struct {
	fetcher  Fetcher
	lifetime time.Duration // of a download, and again of its being shared by those who wait together
	memory   *memory
	purges   Purges
	flights  flight.Group[download, *source]

	mu        sync.Mutex
	inUse     map[sourceKey]*source
	downloads uint64
	shared    uint64 // taken from another request that had them in work
}

// newSources returns sources without any. purges may be nil.
func newSources(f Fetcher, lifetime time.Duration, bound int64, purges Purges) *sources {
	if purges == nil {
		purges = noPurges{}
	}
	return &sources{
		fetcher: f, lifetime: lifetime, memory: newMemory(bound), inUse: make(map[sourceKey]*source), purges: purges,
	}
}

// current returns the source that another result is being made of, nil when there is none young enough.
func (s *sources) current(key download, now time.Time) *source {
	s.mu.Lock()
	defer s.mu.Unlock()
	src := s.inUse[key.sourceKey]
	if src == nil || src.blob.Generation < key.purged || !now.Before(src.until) {
		return nil
	}
	s.shared++
	return src
}

// borrow returns the source, downloaded if need be, and what to call when it is not needed any more: with false when
// no result could be made because of it. A failure that is remembered of the part that is needed is the error.
func (s *sources) borrow(ctx context.Context, key sourceKey, need scope) (b *blob.Blob, giveBack func(sound bool),
	err error,
) {
	generation := s.purges.Applied()
	d := download{key, s.purges.Last(key.url, key.version)}
	if err := s.memory.broken(key, need, d.purged, time.Now()); err != nil {
		return nil, nil, err
	}
	src, shared, err := s.flights.Do(ctx, d, func(ctx context.Context) (*source, error) {
		return s.obtain(ctx, d, generation)
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
	lent := *src.blob
	lent.Generation = max(lent.Generation, generation) // no purge up to that one was of this source
	return &lent, func(sound bool) { s.giveBack(key, src, sound) }, nil
}

// obtain returns the source that is in use, if it is young enough, or what is remembered of it, or downloads it.
func (s *sources) obtain(ctx context.Context, key download, generation uint64) (*source, error) {
	now := time.Now()
	if src := s.current(key, now); src != nil {
		return src, nil
	}
	b, err := s.memory.recall(key.sourceKey, key.purged, now)
	switch {
	case err != nil:
		return nil, err
	case b != nil:
		return &source{blob: b, until: b.Fresh, kept: true}, nil
	}
	return s.download(ctx, key.sourceKey, generation)
}

func (s *sources) download(ctx context.Context, key sourceKey, generation uint64) (*source, error) {
	s.mu.Lock()
	s.downloads++
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, s.lifetime)
	defer cancel()
	fetched, err := s.fetcher.Fetch(ctx, key.url)
	now := time.Now()
	if err != nil {
		s.memory.fail(key, scope{}, generation, err, now)
		return nil, err
	}
	b := *fetched // a Fetcher may give the same one to others
	b.Generation = generation
	src := &source{blob: &b, until: now.Add(s.lifetime)}
	if b.Fresh.After(src.until) {
		src.until = b.Fresh
	}
	return src, nil
}

// giveBack ends one use. After the last one a sound source goes to the memory. A bad one, which may have ended its
// worker, is handed to nobody else, nor is one from before a purge.
func (s *sources) giveBack(key sourceKey, src *source, sound bool) {
	purged := s.purges.Last(key.url, key.version)
	s.mu.Lock()
	src.bad = src.bad || !sound
	if src.users == 1 && !src.bad && !src.kept && src.blob.Generation >= purged {
		src.kept = true
		s.mu.Unlock()
		s.memory.keep(key, src.blob, time.Now()) // takes its time; meanwhile the source is still in use
		s.mu.Lock()
	}
	src.users--
	bad := src.bad // by now: others may have used it
	if s.inUse[key] == src && (bad || src.users == 0) {
		delete(s.inUse, key)
	}
	s.mu.Unlock()
	if bad {
		s.memory.forget(key)
	}
}
