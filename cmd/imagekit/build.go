package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"imagekit/internal/cache"
	"imagekit/internal/cache/disk"
	"imagekit/internal/cache/purge"
	"imagekit/internal/clientip"
	"imagekit/internal/engine"
	"imagekit/internal/fetch"
	"imagekit/internal/folder"
	"imagekit/internal/format"
	"imagekit/internal/limit"
	"imagekit/internal/named"
	"imagekit/internal/plan"
	"imagekit/internal/playground"
	"imagekit/internal/render"
	"imagekit/internal/sample"
	"imagekit/internal/server"
	"imagekit/internal/settings"
	"imagekit/internal/sign"
	"imagekit/internal/source"
	"imagekit/internal/trace"
	"imagekit/internal/worker"
)

// limits are the bounds of every plan.
func limits(s *settings.Settings) plan.Limits {
	return plan.Limits{
		Sources:   format.SetOf(s.SourceFormats),
		MaxPixels: int64(s.MaxPixels), MaxFrames: s.MaxFrames, MaxFramePixels: int64(s.MaxFramePixels),
		MaxOutputPixels: int64(s.MaxOutputPixels), Memory: s.Memory,
	}
}

// newPool starts that many worker processes of a command; queue jobs may wait for them.
func newPool(command string, workers, queue int, s *settings.Settings, log *slog.Logger) (*worker.Pool, error) {
	var hello time.Duration
	if engine.Compiles { // a first start compiles for 1.4 s of CPU, on a busy machine beside all other workers
		hello = 2 * time.Minute
	}
	pool, err := worker.NewPool(worker.Config{
		Hello: hello, Args: workerArgs(command), Workers: workers, Queue: queue, Memory: s.Memory, Sandbox: worker.Mode(s.Sandbox), Logger: log,
	})
	if errors.Is(err, worker.ErrSandbox) {
		err = usageError{fmt.Errorf("IMAGEKIT_SANDBOX is require: %w", err)}
	}
	return pool, err
}

// service is everything that serving needs, wired.
type service struct {
	settings *settings.Settings
	log      *slog.Logger
	keys     *sign.Keyring
	dialects dialects
	store    *disk.Store
	results  *cache.Cache
	fetcher  *fetch.Fetcher
	pool     *worker.Pool
	folder   *folder.Folder // nil: none
	server   *server.Server
	tracer   *trace.Tracer // nil when nothing is traced
	reloads  reloads
	sweeper  sweeper
	shared   *shared // nil: this instance is alone
}

// build wires a service from its settings: what is made first is what the later parts stand on.
func build(s *settings.Settings, secrets settings.Secrets, tracer *trace.Tracer, log *slog.Logger) (*service, error) {
	v := &service{settings: s, tracer: tracer, log: log}
	v.keys = sign.New(secrets.Current, secrets.Previous...)

	var err error
	if v.dialects, err = newDialects(s, secrets, log); err != nil {
		return nil, err
	}
	if s.CacheSize == 0 {
		s.CacheSize = disk.DefaultLimit(s.CacheDir)
	}
	if v.store, err = disk.Open(disk.Config{Dir: s.CacheDir, Limit: s.CacheSize, MinFree: s.CacheMinFree, Logger: log}); err != nil {
		return nil, usageError{err}
	}
	purges := purge.Open(filepath.Join(s.CacheDir, purge.FileName), log)
	v.results = cache.New(v.store, staleness(purges), log)
	v.results.MaxAge = s.MaxAge
	if v.shared, err = openShared(s, purges, log); err != nil {
		return nil, errors.Join(err, v.store.Close())
	}

	sources, samples, err := v.openSources()
	if err != nil {
		return nil, errors.Join(err, v.shared.close(context.Background()), v.store.Close())
	}
	if v.pool, err = newPool(workerCommand, s.Workers, s.Queue, s, log); err != nil {
		return nil, errors.Join(err, v.shared.close(context.Background()), v.store.Close())
	}
	watermarks, markErr := readWatermarks(s)
	renderer := render.New(render.Config{
		Fetcher: sources, Engine: v.pool, Cache: v.results, Limits: limits(s), Timeout: s.RequestTimeout,
		SourceCache: s.SourceCache, Purges: purges, Watermarks: watermarks, Shared: v.shared.behind(v.results),
	})
	limiter, limitErr := newLimiter(s)
	page, err := newPage(s, samples, secrets)
	if err = errors.Join(markErr, limitErr, err); err != nil {
		return nil, errors.Join(err, v.close(context.Background()))
	}
	v.server = server.New(server.Config{
		Renderer: renderer, Keys: v.keys, Rules: rules(s), Dialects: v.dialects.set, Unsigned: s.DialectsUnsigned, Clients: clientip.New(s.TrustedProxies), Limiter: limiter,
		Count: limit.Count(s.RateLimitCount), DefaultSecret: secrets.Builtin, PublicUpload: s.PublicUpload,
		Spelling: server.Spelling(s.Spelling), LocalOff: s.LocalOff, Owner: owner(s.LocalOff, log),
		Formats: s.AllowedFormats, Negotiable: writable(s), DefaultFormat: s.DefaultFormat, MaxInput: s.MaxInputSize, UploadBytes: s.FetchBytes,
		AnswerBytes: s.AnswerBytes, MinRate: s.MinReadRate, Timeout: s.RequestTimeout, MaxAge: s.MaxAge, CDNMaxAge: s.CDNMaxAge, CORS: s.CORS,
		Metrics: newMetrics(parts{
			pool: v.pool, results: v.results, renderer: renderer, fetcher: v.fetcher, limiter: limiter, store: v.store, purges: purges, shared: v.shared.stats,
			reloads: &v.reloads, answers: func() server.AnswerStats { return v.server.Answers() },
		}),
		Purge: purger(s.CacheDir, purges, v.shared, &v.sweeper, log), CacheTags: s.CacheTags, SharedState: v.shared.state(), Log: log, Now: time.Now,
		Tracer: v.tracer, Version: version, Page: page, CacheStats: func() any { return v.results.Stats() }, Ready: v.pool.Ready,
	})
	v.setTokens(secrets)
	return v, nil
}

// localReads bounds the files that are read at the same time: what hangs on a dead disk keeps a thread each.
const localReads = 32

// openSources returns who fetches which sources, and the names of the built-in pictures.
func (v *service) openSources() (sources source.Router, samples []string, err error) {
	v.fetcher = newFetcher(v.settings)
	sources[source.Web] = v.fetcher
	if v.settings.Samples {
		sources[source.Sample], samples = sample.New(), sample.Names()
	}
	if dir := v.settings.LocalRoot; dir != "" {
		v.folder, err = folder.Open(folder.Config{Dir: dir, MaxBytes: v.settings.MaxInputSize, Calls: localReads, Timeout: v.settings.FetchTimeout})
		if err != nil {
			return sources, nil, usageError{fmt.Errorf("IMAGEKIT_LOCAL_ROOT: want a folder that can be read: %w", err)}
		}
		sources[source.Local] = v.folder
	}
	return sources, samples, nil
}

// newFetcher returns what gets sources from the web.
func newFetcher(s *settings.Settings) *fetch.Fetcher {
	return fetch.New(fetch.Config{
		AllowedHosts: s.AllowedHosts, AllowedNetworks: s.AllowedNetworks, AllowedPorts: s.AllowedPorts,
		UserAgent: s.UserAgent, MaxBytes: s.MaxInputSize, Timeout: s.FetchTimeout,
		Concurrency: s.Fetches, BytesInFlight: s.FetchBytes, TraceOrigins: s.TraceOrigins,
	})
}

// readWatermarks returns the pictures that wm may name.
func readWatermarks(s *settings.Settings) (map[string]named.Picture, error) {
	if s.Watermarks == "" {
		return nil, nil
	}
	all, err := named.Read(s.Watermarks, s.MaxInputSize, limits(s).Header())
	if err != nil {
		return nil, usageError{fmt.Errorf("IMAGEKIT_WATERMARKS: %w", err)}
	}
	return all, nil
}

// newLimiter returns what bounds the requests of a client, nil where nothing does.
func newLimiter(s *settings.Settings) (*limit.Limiter, error) {
	if s.DisableRateLimit {
		return nil, nil
	}
	return limit.New(s.RateLimit, s.RateBurst)
}

// writable are the allowed formats that this build writes; only they are offered.
func writable(s *settings.Settings) []format.Format {
	return slices.DeleteFunc(slices.Clone(s.AllowedFormats), func(f format.Format) bool { return !engine.Writes(f) })
}

// newPage tells the playground what is allowed here.
func newPage(s *settings.Settings, samples []string, secrets settings.Secrets) (*playground.Page, error) {
	var formats []string
	for _, f := range writable(s) {
		formats = append(formats, f.String())
	}
	c := playground.Config{
		Samples: samples, Formats: formats, DefaultFormat: s.DefaultFormat.String(), MaxUpload: s.MaxInputSize,
		Widths: freeWidths(s), Presets: s.PresetList.Names(), OnlyPresets: s.OnlyPresets,
	}
	if secrets.Builtin { // everybody knows it
		c.Secret = string(secrets.Current)
	}
	return playground.New(c)
}

func (v *service) setTokens(secrets settings.Secrets) {
	v.server.SetToken(secrets.Token)
	v.server.SetPurgeToken(secrets.PurgeToken)
}

// reload reads the secret files again. What is in force stays when they are wrong.
func (v *service) reload() {
	secrets, warnings, err := v.settings.Secrets()
	if err != nil {
		v.reloads.failed.Add(1)
		v.log.Error("secrets not reloaded; the old ones are still used", "error", err)
		return
	}
	for _, w := range warnings {
		v.log.Warn(w)
	}
	v.keys.Replace(secrets.Current, secrets.Previous...)
	v.setTokens(secrets)
	v.dialects.replace(secrets)
	v.reloads.done.Add(1)
	v.log.Info("secrets reloaded")
}

// lastSpans is how long a collector may take for the last spans: the end of the service does not wait for it.
const lastSpans = time.Second

// startTracing returns the tracer that the environment asks for, nil without one.
func startTracing(ctx context.Context, env func(string) string, log *slog.Logger) (*trace.Tracer, error) {
	wanted, err := trace.Wanted(env)
	if err != nil || !wanted {
		return nil, err
	}
	return trace.New(ctx, version, log)
}

// close ends the workers and the store. Jobs in flight, and results that wait for the disk, have until ctx ends.
func (v *service) close(ctx context.Context) error {
	v.sweeper.stop()
	err := v.pool.Close(ctx)
	if v.results.Flush(ctx) != nil {
		v.log.Warn("the last results could not be written to the cache in time", "lost", v.results.Stats().Pending)
	}
	if v.shared.close(ctx) != nil {
		v.log.Warn("the last results could not be written to the shared store in time")
	}
	v.fetcher.Close()
	if v.folder != nil {
		err = errors.Join(err, v.folder.Close())
	}
	spans, cancel := context.WithTimeout(ctx, lastSpans)
	defer cancel()
	if err := v.tracer.Close(spans); err != nil {
		v.log.Warn("the last spans could not be sent", "error", err)
	}
	return errors.Join(err, v.store.Close())
}
