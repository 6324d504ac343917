package main

import (
	"imagekit/internal/cache"
	"imagekit/internal/fault"
	"imagekit/internal/limit"
	"imagekit/internal/metric"
	"imagekit/internal/render"
	"imagekit/internal/worker"
)

// newMetrics returns the metrics of a service with everything that its parts count themselves.
func newMetrics(pool *worker.Pool, results *cache.Cache, renderer *render.Renderer, limiter *limit.Limiter) *metric.Metrics {
	m := metric.New()
	var codes []string
	for _, k := range fault.Kinds() {
		codes = append(codes, k.String())
	}
	m.Declare(codes)
	m.Add(cacheReadings(results)...)
	m.Add(workerReadings(pool)...)
	m.Add(sourceReadings(renderer)...)
	m.Add(
		metric.Reading{
			Name: "imagekit_rate_limit_failures_total", Counter: true,
			Help: "Requests that passed uncounted because counting failed.", Read: metric.Single(limiter.Failures),
		},
		metric.Reading{Name: "imagekit_build_info", Help: "The version of this program.", Label: "version", Read: metric.Constant(version)},
	)
	return m
}

// gauge and counter return figures without a label.
func gauge[T int | int64 | uint64](name, help string, read func() T) metric.Reading {
	return metric.Reading{Name: name, Help: help, Read: metric.Single(read)}
}

func counter[T int | int64 | uint64](name, help string, read func() T) metric.Reading {
	return metric.Reading{Name: name, Help: help, Counter: true, Read: metric.Single(read)}
}

func cacheReadings(c *cache.Cache) []metric.Reading {
	of := func(field func(cache.Stats) int64) func() int64 { return func() int64 { return field(c.Stats()) } }
	return []metric.Reading{
		gauge("imagekit_cache_size_bytes", "Bytes of the cache on disk.", of(func(s cache.Stats) int64 { return s.SizeBytes })),
		gauge("imagekit_cache_entries", "Results in the cache.", of(func(s cache.Stats) int64 { return s.Entries })),
		gauge("imagekit_cache_limit_bytes", "Upper bound of the cache; 0 = unknown.", of(func(s cache.Stats) int64 { return s.LimitBytes })),
		counter("imagekit_cache_hits_total", "Look-ups that found a sound result.", of(func(s cache.Stats) int64 { return s.Hits })),
		counter("imagekit_cache_misses_total", "Look-ups that found none.", of(func(s cache.Stats) int64 { return s.Misses })),
		counter("imagekit_cache_evictions_total", "Results removed for lack of room.", of(func(s cache.Stats) int64 { return s.Evictions })),
		counter("imagekit_cache_corrupt_entries_total", "Results that failed a check; none was served.", of(func(s cache.Stats) int64 { return s.Corrupt })),
		counter("imagekit_cache_read_errors_total", "Look-ups that the disk could not answer.", of(func(s cache.Stats) int64 { return s.ReadErrors })),
		counter("imagekit_cache_write_errors_total", "Writes and deletions that failed.", of(func(s cache.Stats) int64 { return s.WriteErrors })),
	}
}

func workerReadings(p *worker.Pool) []metric.Reading {
	of := func(field func(worker.Stats) int) func() int { return func() int { return field(p.Stats()) } }
	return []metric.Reading{
		gauge("imagekit_workers", "Worker processes that there should be.", of(func(s worker.Stats) int { return s.Workers })),
		gauge("imagekit_workers_alive", "Worker processes that there are.", of(func(s worker.Stats) int { return s.Alive })),
		gauge("imagekit_workers_busy", "Worker processes with a picture.", of(func(s worker.Stats) int { return s.Busy })),
		gauge("imagekit_worker_memory_reserved_bytes", "Memory that the running pictures need, by estimate.",
			func() int64 { return p.Stats().Memory }),
		counter("imagekit_workers_recycled_total", "Worker processes replaced between two pictures.", func() uint64 { return p.Stats().Recycled }),
		gauge("imagekit_queue_length", "Pictures that wait for a worker.", of(func(s worker.Stats) int { return s.Queued })),
		gauge("imagekit_poisoned_sources", "Sources refused because they ended a worker.", of(func(s worker.Stats) int { return s.Poisoned })),
		{
			Name: "imagekit_worker_deaths_total", Help: "Worker processes that ended in a way that was not planned, by cause.",
			Counter: true, Label: "cause", Read: func() map[string]float64 {
				deaths := map[string]float64{}
				for cause, n := range p.Stats().Deaths {
					deaths[cause] = float64(n)
				}
				return deaths
			},
		},
		{
			Name: "imagekit_sandbox", Help: "1 for each wall around the workers that stands, 0 for each that this kernel lacks.",
			Label: "wall", Read: func() map[string]float64 {
				walls := map[string]float64{"landlock": 0, "seccomp": 0}
				s := p.Stats().Sandbox
				if s.Landlock > 0 {
					walls["landlock"] = 1
				}
				if s.Seccomp {
					walls["seccomp"] = 1
				}
				return walls
			},
		},
		{
			Name: "imagekit_codec_info", Help: "The codec libraries and their versions.", Label: "library",
			Read: func() map[string]float64 {
				known := map[string]float64{}
				for library, v := range p.Stats().Versions {
					known[library+" "+v] = 1
				}
				return known
			},
		},
	}
}

func sourceReadings(r *render.Renderer) []metric.Reading {
	return []metric.Reading{
		counter("imagekit_source_downloads_total", "Downloads of sources begun.", func() uint64 { return r.Stats().Downloads }),
		counter("imagekit_source_hits_total", "Sources taken from those kept in memory.", func() uint64 { return r.Stats().SourceHits }),
		counter("imagekit_source_evictions_total", "Sources dropped for lack of room.", func() uint64 { return r.Stats().Evictions }),
		counter("imagekit_source_failure_hits_total", "Failures answered from those remembered.", func() uint64 { return r.Stats().FailureHits }),
		gauge("imagekit_sources", "Sources kept in memory.", func() int { return r.Stats().Sources }),
		gauge("imagekit_sources_bytes", "Memory of the sources kept.", func() int64 { return r.Stats().SourceBytes }),
		gauge("imagekit_source_failures", "Failures remembered.", func() int { return r.Stats().Failures }),
	}
}
