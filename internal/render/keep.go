package render

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/mmap"
	"imagekit/internal/param"
)

const (
	// maxFailures bounds the failures remembered. One holds its URL, at most 4 KiB, and little else.
	maxFailures = 1024
	// keepCost is what keeping a source takes besides its pages and its key, in bytes: map, list and blob.
	keepCost = 512
	// sweepEvery is how long what is over may stay.
	sweepEvery = time.Minute
)

// How long a failure to get a source is remembered.
const (
	missingFor = time.Minute     // the origin says that there is no such thing, or sent what is no picture or a damaged one
	unfitFor   = time.Minute     // a format cannot hold what is asked for
	brokenFor  = 5 * time.Second // anything else that the origin or the way to it did
)

// memory remembers what became of downloads: sources as long as their origins call them fresh, so that the sizes of a
// page, asked one after the other, cost one download, and failures for a moment. Sources lie outside the heap, copied
// in and out: they would make every other byte wait longer for the garbage collector, and what nobody holds a pointer
// to can be given back to the system at once. Safe for concurrent use.
type memory struct {
	mu       sync.Mutex
	sources  *recent[sourceKey, blob.Blob] // Data is mapped
	failures *recent[failureKey, failure]
	sweeping bool // a sweep is to come
	hits     uint64
	failed   uint64 // answered with a failure that was remembered
}

// failure is how a download failed, or what was found wrong with what it brought.
type failure struct {
	err        *fault.Error
	when       time.Time
	generation uint64 // of purges, when the download began
}

// failureKey says what failed: a source, or a part of its pixels.
type failureKey struct {
	sourceKey
	scope scope
}

// scope is how much of a source a failure is about. The zero value is all of it: it could not be had, or its header tells
// that it is of no use to anybody. What only a decoder found may lie outside what another request needs, so that it holds
// for the same crop alone: what comes after that, such as the size, is made of the same pixels.
type scope struct {
	pixels bool
	crop   param.Crop
}

// newMemory returns a memory that keeps so many bytes of sources, none with 0.
func newMemory(bound int64) *memory {
	return &memory{
		sources:  newRecent[sourceKey](bound, func(b blob.Blob) { mmap.Unmap(b.Data) }),
		failures: newRecent[failureKey, failure](maxFailures, nil),
	}
}

// recall returns the source, in memory of its own, or the failure of it remembered under key; nil and nil without either.
// What was downloaded before the generation least is forgotten.
func (m *memory) recall(key sourceKey, least uint64, now time.Time) (*blob.Blob, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if b, ok := m.sources.get(key, now); ok {
		if b.Generation >= least {
			m.hits++
			b.Data = append(make([]byte, 0, len(b.Data)), b.Data...)
			return &b, nil
		}
		m.sources.remove(key)
	}
	return nil, m.failure(failureKey{sourceKey: key}, least, now)
}

// broken returns the failure remembered of a part of a source, nil without.
func (m *memory) broken(key sourceKey, part scope, least uint64, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failure(failureKey{key, part}, least, now)
}

// failure returns the failure remembered under key, unless it is from before the generation least. m.mu is held.
func (m *memory) failure(key failureKey, least uint64, now time.Time) error {
	f, ok := m.failures.get(key, now)
	if !ok {
		return nil
	}
	if f.generation < least {
		m.failures.remove(key)
		return nil
	}
	m.failed++
	return f.again(now)
}

// keep keeps a source that is fresh and takes at most a quarter of the bound. Otherwise, or when the system has no
// memory, it does nothing.
func (m *memory) keep(key sourceKey, b *blob.Blob, now time.Time) {
	cost := mmap.Size(len(b.Data)) + int64(len(key.url)+len(key.version)) + keepCost
	if !now.Before(b.Fresh) || cost > m.sources.held.Bound()/4 {
		return
	}
	data, err := mapped(b.Data)
	if err != nil {
		return
	}
	kept := *b
	kept.Data = data
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sources.put(key.clone(), kept, cost, b.Fresh)
	m.sweepLater()
}

// fail remembers why a source of this generation could not be had or used, if it is for a reason that may last.
func (m *memory) fail(key sourceKey, sc scope, generation uint64, err error, now time.Time) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Passing {
		return
	}
	lasts := lastingFor(f.Kind)
	if lasts == 0 {
		return
	}
	lasts = max(lasts, f.Retry) // an origin that says when it wants to be asked again is not asked before
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failures.put(failureKey{key.clone(), sc}, failure{f, now, generation}, 1, now.Add(lasts))
	m.sweepLater()
}

// forget drops the source kept under key.
func (m *memory) forget(key sourceKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sources.remove(key)
}

// sweepLater arranges that memory comes back though nobody asks any more. m.mu is held.
func (m *memory) sweepLater() {
	if m.sweeping {
		return
	}
	m.sweeping = true
	time.AfterFunc(sweepEvery, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.sweeping = false
		m.sources.expire(time.Now())
		m.failures.expire(time.Now())
		if m.sources.held.Len()+m.failures.held.Len() > 0 {
			m.sweepLater()
		}
	})
}

// lastingFor returns how long a failure of this kind is remembered. What was refused before anything was asked costs
// nothing; what was our own fault, the client's or the parameters' says nothing about the source.
func lastingFor(k fault.Kind) time.Duration {
	switch k {
	case fault.SourceNotFound, fault.NotAnImage, fault.UnsupportedFormat, fault.DamagedImage, fault.TooManyPixels:
		return missingFor
	case fault.OriginFailed, fault.OriginTimeout, fault.SourceTooLarge:
		return brokenFor
	}
	return 0
}

// again returns the same fault. Only the log learns that nobody was asked this time.
func (f failure) again(now time.Time) error {
	e := *f.err
	if e.Retry > 0 {
		e.Retry = max(time.Second, e.Retry-now.Sub(f.when))
	}
	e.Err = fmt.Errorf("remembered for %v", now.Sub(f.when).Round(time.Millisecond))
	if f.err.Err != nil {
		e.Err = fmt.Errorf("%w: %w", e.Err, f.err.Err)
	}
	return &e
}

// clone returns the key without the query its parts may be slices of.
func (k sourceKey) clone() sourceKey {
	return sourceKey{strings.Clone(k.url), strings.Clone(k.version)}
}

// Stats is a snapshot of what became of sources.
type Stats struct {
	Downloads   uint64 // begun, samples included
	Shared      uint64 // sources taken from another request that had them in work
	SourceHits  uint64 // sources taken from those that were kept
	Sources     int    // kept at present
	SourceBytes int64  // of memory they take
	Evictions   uint64 // sources dropped for lack of room
	FailureHits uint64 // failures answered from those remembered
	Failures    int    // remembered at present
}

// Stats returns a snapshot.
func (r *Renderer) Stats() Stats {
	r.sources.mu.Lock()
	s := Stats{Downloads: r.sources.downloads, Shared: r.sources.shared}
	r.sources.mu.Unlock()
	m := r.sources.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	s.SourceHits, s.Sources, s.SourceBytes, s.Evictions = m.hits, m.sources.held.Len(), m.sources.held.Cost(), m.sources.held.Evicted()
	s.FailureHits, s.Failures = m.failed, m.failures.held.Len()
	return s
}
