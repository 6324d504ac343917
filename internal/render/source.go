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

// source is a downloaded source and how many results are being made of it.
type source struct {
	blob  *blob.Blob
	until time.Time // not handed to newcomers afterwards
	users int       // guarded by sources.mu
}

// sources downloads a source once for all results that need it at the same time: those that ask while it is
// downloaded, and those that come while an earlier one still works with it. It keeps nothing that nobody uses.
type sources struct {
	fetcher  Fetcher
	lifetime time.Duration // of a download, and again of its being shared
	flights  flight.Group[sourceKey, *source]

	mu   sync.Mutex
	held map[sourceKey]*source
}

func newSources(f Fetcher, lifetime time.Duration) *sources {
	return &sources{fetcher: f, lifetime: lifetime, held: make(map[sourceKey]*source)}
}

// borrow returns the source, downloaded if need be, and what to call when it is not needed any more.
func (s *sources) borrow(ctx context.Context, key sourceKey) (*blob.Blob, func(), error) {
	src, _, err := s.flights.Do(ctx, key, func(ctx context.Context) (*source, error) {
		return s.obtain(ctx, key)
	})
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	src.users++
	s.held[key] = src
	return src.blob, func() { s.giveBack(key, src) }, nil
}

// obtain returns the source that is in use, if it is young enough, or downloads it.
func (s *sources) obtain(ctx context.Context, key sourceKey) (*source, error) {
	s.mu.Lock()
	src := s.held[key]
	s.mu.Unlock()
	if src != nil && time.Now().Before(src.until) {
		return src, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.lifetime)
	defer cancel()
	b, err := s.fetcher.Fetch(ctx, key.url)
	if err != nil {
		return nil, err
	}
	return &source{blob: b, until: time.Now().Add(s.lifetime)}, nil
}

func (s *sources) giveBack(key sourceKey, src *source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	src.users--
	if src.users == 0 && s.held[key] == src {
		delete(s.held, key)
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
		return nil, fault.New(fault.SourceForbidden, "the built-in samples are switched off here")
	}
	return r.Samples.Fetch(ctx, url)
}
