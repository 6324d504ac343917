// Package render is the way of a request for an image: cache, coalescing, fetch, probe, plan, engine, cache. It knows
// neither HTTP nor pixels; what does the work is handed in.
package render

import (
	"context"
	"strconv"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/flight"
	"imagekit/internal/format"
	"imagekit/internal/named"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/stage"
	"imagekit/internal/text"
	"imagekit/internal/trace"
)

// Fetcher downloads the source at a normalised URL. Errors are faults.
type Fetcher interface {
	Fetch(ctx context.Context, url string) (*blob.Blob, error)
}

// Engine does what a plan says to the source. It must stop when ctx ends. Errors are faults.
type Engine interface {
	// Admit returns the fault that Run would end with at once if it were called now, because too much waits already.
	Admit(ctx context.Context) error
	// more are the sources of the plan's overlays.
	Run(ctx context.Context, src *blob.Blob, p plan.Plan, more ...*blob.Blob) (*blob.Blob, stage.Times, error)
}

// Cache keeps results under their key text. It never fails: what it cannot find or trust is a miss, what it cannot
// keep is dropped.
type Cache interface {
	Get(ctx context.Context, key string) (*blob.Blob, bool)
	// Peek is Get without counting a hit or a miss: a second look for the same request.
	Peek(ctx context.Context, key string) (*blob.Blob, bool)
	Put(ctx context.Context, key string, b *blob.Blob)
}

// Config is what a Renderer works with; every field without a default is required.
type Config struct {
	Fetcher Fetcher
	Engine  Engine
	Cache   Cache
	Limits  plan.Limits
	// Timeout bounds the work on one result, from the fetch to the engine's end, whoever waits for it, and the wait
	// of each of them.
	Timeout time.Duration
	// SourceCache bounds the bytes of sources kept for requests that come later. 0 = none.
	SourceCache int64
	// Watermarks are those that have a name here, by it.
	Watermarks map[string]named.Picture
	// Fonts are those that texts may name; nil = the built-in ones.
	Fonts *text.Fonts
	// Purges tells what was purged: nothing from before is used then. Nil = there are none.
	Purges Purges
	// Shared looks for a result that the cache does not hold where other instances keep theirs. Nil = nowhere.
	Shared func(ctx context.Context, key string) (*blob.Blob, bool)
}

// Renderer makes results. Safe for concurrent use.
type Renderer struct {
	engine  Engine
	cache   Cache
	limits  plan.Limits
	timeout time.Duration
	sources *sources
	// watermarks are those at hand, by name.
	watermarks map[string]named.Picture
	fonts      *text.Fonts
	results    flight.Group[string, made]
	unfit      *unfit
	shared     func(ctx context.Context, key string) (*blob.Blob, bool)
	found      flight.Group[string, *blob.Blob] // looks there
}

// made is what a flight brings to all its waiters.
type made struct {
	blob  *blob.Blob
	times stage.Times
	found bool // in the cache, by the second look
}

// New returns a renderer.
func New(c Config) *Renderer {
	if c.Fonts == nil {
		c.Fonts = text.New()
	}
	return &Renderer{
		engine:     c.Engine,
		cache:      c.Cache,
		limits:     c.Limits,
		timeout:    c.Timeout,
		sources:    newSources(c.Fetcher, c.Timeout, c.SourceCache, c.Purges),
		watermarks: c.Watermarks,
		fonts:      c.Fonts,
		unfit:      newUnfit(),
		shared:     c.Shared,
	}
}

// State says where a result came from.
type State uint8

// The states.
const (
	Miss      State = iota // made for this caller
	Hit                    // from the cache
	Coalesced              // made for another caller who asked at the same time
)

// String returns the word in the X-Cache header.
func (s State) String() string { return [...]string{"MISS", "HIT", "COALESCED"}[s] }

// Result is an image and how it came about. Beside an error only Times is set, for the log.
type Result struct {
	Blob  *blob.Blob // of a hit it may have a File: who gets it closes it
	State State
	Times stage.Times // of a coalesced result: those of the work that was shared
}

// Render returns the result of a request in format out: JPEG, PNG, WebP, AVIF or Legacy. What the cache holds is
// returned at once, also when ctx has ended: a client that has closed its own half of the connection still reads.
// Otherwise, unless its format was found too small a moment ago, admit is asked if it is not nil, and its error returned;
// then the work is done, once for all who ask for the same result at the same time. The work outlives this caller as
// long as others wait; ctx and Config.Timeout bound only the caller's own wait. Errors are faults or ends of contexts and are not kept.
func (r *Renderer) Render(ctx context.Context, req param.Request, out format.Format, admit func() error) (Result, error) {
	if err := r.Check(req.Params); err != nil {
		return Result{}, err
	}
	key := keyText(r.byDigest(req), out, r.limits)
	var times stage.Times
	if b, ok := lookup(ctx, r.cache.Get, key, &times); ok {
		return Result{Blob: b, State: Hit, Times: times}, nil
	}
	work := r.flightKey(key)
	if err := r.unfit.get(work); err != nil {
		return Result{Times: times}, err
	}
	if r.shared != nil {
		if b := r.climb(ctx, key, work, &times); b != nil {
			return Result{Blob: b, State: Hit, Times: times}, nil
		}
	}
	if admit != nil {
		if err := admit(); err != nil {
			return Result{Times: times}, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	m, shared, err := r.results.Do(ctx, work, func(ctx context.Context) (made, error) {
		return r.make(ctx, key, req, out)
	})
	times.Add(m.times)
	if err != nil {
		r.unfit.note(work, err)
		return Result{Times: times}, err
	}
	state := Miss
	switch {
	case m.found:
		state = Hit
	case shared:
		state = Coalesced
	}
	return Result{Blob: m.blob, State: state, Times: times}, nil
}

// flightKey returns what tells the works on one result apart: who asks after a purge does not wait for what was begun
// before it.
func (r *Renderer) flightKey(key string) string {
	r.sources.purges.Applied()
	purged := LastPurge(key, r.sources.purges)
	if purged == 0 {
		return key
	}
	return strconv.FormatUint(purged, 10) + "\n" + key
}

// Upload returns the result for a source that the caller sent along. Nothing is fetched, shared or kept.
func (r *Renderer) Upload(ctx context.Context, data []byte, p param.Params, out format.Format) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	var times stage.Times
	parts := []part{atHand(&blob.Blob{Data: data, Format: format.Sniff(data), Upload: true})}
	b, err := r.work(ctx, parts, p, out, &times)
	return Result{Blob: b, Times: times}, err
}

// make does the work of one flight.
func (r *Renderer) make(ctx context.Context, key string, req param.Request, out format.Format) (made, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	var m made
	// An earlier flight may have landed between the caller's look and this one's start.
	if b, ok := lookup(ctx, r.cache.Peek, key, &m.times); ok && b.Load() == nil { // all who wait share it
		m.blob, m.found = b, true
		return m, nil
	}
	if err := plan.Check(req.Params, out, r.limits); err != nil {
		return m, err
	}
	if err := r.engine.Admit(ctx); err != nil {
		return m, err // a download for nothing helps nobody
	}
	picture := part{key: sourceKey{req.Source, req.Version}, need: scope{true, req.Params.Crop}}
	var err error
	if m.blob, err = r.work(ctx, []part{picture}, req.Params, out, &m.times); err != nil {
		return m, err
	}
	r.store(ctx, key, &m)
	return m, nil
}

// work gets what is not at hand of the parts of a result, and of what the parameters lay over them, and makes it.
func (r *Renderer) work(ctx context.Context, parts []part, p param.Params, out format.Format,
	times *stage.Times,
) (b *blob.Blob, err error) {
	marks, err := r.marks(p)
	if err != nil {
		return nil, err
	}
	parts = append(parts, marks...)
	if err := r.borrow(ctx, parts, times); err != nil {
		return nil, err
	}
	decoded, failed := false, errUnfinished // a panic leaves it at that
	defer func() { r.settle(parts, decoded, failed) }()
	if b, decoded, failed = r.transform(ctx, parts, p, out, times); failed != nil {
		return nil, ofPart(failed, fault.From(failed).Part)
	}
	b.Generation = generation(parts)
	return b, nil
}

// store keeps a result: the work is done, so it is kept though everybody has left.
func (r *Renderer) store(ctx context.Context, key string, m *made) {
	in, storing := trace.Begin(context.WithoutCancel(ctx), stage.Store)
	r.cache.Put(in, key, m.blob)
	storing.End(&m.times, nil)
}

// blamesSource reports whether the source may be why a result could not be made.
func blamesSource(err error) bool {
	switch fault.From(err).Kind {
	case fault.BadParameter, fault.CropOutside, fault.OutputTooLarge, fault.TooFewBytes, fault.ClientGone, fault.Overloaded, fault.Draining:
		return false
	}
	return true
}

// transform plans, runs the engine and reads the result's header back. decoded tells whether it came to the engine: an
// error before that is one of the header or the parameters.
func (r *Renderer) transform(ctx context.Context, parts []part, p param.Params, out format.Format,
	times *stage.Times,
) (b *blob.Blob, decoded bool, err error) {
	_, probing := trace.Begin(ctx, stage.Probe)
	pl, err := r.plan(parts, p, out)
	probing.End(times, err)
	if err != nil {
		return nil, false, err
	}
	start := time.Now()
	b, spent, err := r.engine.Run(ctx, parts[0].blob, pl, blobs(parts[1:])...)
	trace.Lay(ctx, start, spent.All())
	times.Add(spent)
	if err == nil {
		start = time.Now()
		err = readBack(b, pl)
		times.Since(stage.Probe, start)
	}
	if err != nil {
		return nil, true, err
	}
	if pl.Still != "" {
		b.Notes = "X-Animation: still; " + pl.Still
	}
	return b, true, nil
}

func (r *Renderer) plan(parts []part, p param.Params, out format.Format) (plan.Plan, error) {
	infos := make([]probe.Info, len(parts))
	for i, part := range parts {
		var err error
		if infos[i], err = probe.Read(part.blob.Data, r.limits.Header()); err != nil {
			return plan.Plan{}, fault.OfPart(err, i)
		}
	}
	return plan.New(infos[0], p, out, r.limits, infos[1:]...)
}

// lookup looks by cache.Get or Peek, whether ctx has ended or not, and takes the time.
func lookup(ctx context.Context, look func(context.Context, string) (*blob.Blob, bool), key string,
	times *stage.Times,
) (*blob.Blob, bool) {
	ctx, looking := trace.Begin(ctx, stage.Cache)
	defer looking.End(times, nil)
	return look(context.WithoutCancel(ctx), key)
}
