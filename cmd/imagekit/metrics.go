package main

import (
	"strings"
	"sync/atomic"

	"imagekit/internal/cache"
	"imagekit/internal/cache/disk"
	"imagekit/internal/cache/purge"
	"imagekit/internal/cache/tier"
	"imagekit/internal/fault"
	"imagekit/internal/fetch"
	"imagekit/internal/limit"
	"imagekit/internal/metric"
	"imagekit/internal/render"
	"imagekit/internal/server"
	"imagekit/internal/worker"
)

// parts are what counts for itself. None is asked before somebody looks at the metrics.
type parts struct {
	pool     *worker.Pool
	results  *cache.Cache
	renderer *render.Renderer
	fetcher  *fetch.Fetcher
	limiter  *limit.Limiter
	store    *disk.Store
	purges   *purge.Log
	shared   func() tier.Stats
	reloads  *reloads
	answers  func() server.AnswerStats
}

// reloads counts what SIGHUP led to.
type reloads struct{ done, failed atomic.Uint64 }

// newMetrics returns the metrics of a service with everything that its parts count themselves.
func newMetrics(p parts) *metric.Metrics {
	m := metric.New()
	var codes []string
	for _, k := range fault.Kinds() {
		codes = append(codes, k.String())
	}
	m.Declare(codes)
	m.Add(cacheReadings(p.results, p.store)...)
	m.Add(purgeReadings(p.purges)...)
	m.Add(sharedReadings(p.shared)...)
	m.Add(workerReadings(p.pool)...)
	m.Add(queueReadings(p.pool)...)
	m.Add(sourceReadings(p.renderer)...)
	m.Add(fetchReadings(p.fetcher)...)
	m.Add(answerReadings(p.answers)...)
	m.Add(
		metric.Reading{
			Name: "imagekit_rate_limit_failures_total", Counter: true,
			Help: "Requests that passed uncounted because counting failed.", Read: metric.Single(p.limiter.Failures),
		},
		metric.Reading{
			Name: "imagekit_reloads_total", Counter: true, Label: "result",
			Help: "Times the secret files were read again after SIGHUP, by result: done, or failed, where the old secrets stay in force.",
			Read: func() map[string]float64 {
				return map[string]float64{"done": float64(p.reloads.done.Load()), "failed": float64(p.reloads.failed.Load())}
			},
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

func cacheReadings(c *cache.Cache, store *disk.Store) []metric.Reading {
	of := func(field func(cache.Stats) int64) func() int64 { return func() int64 { return field(c.Stats()) } }
	return []metric.Reading{
		gauge("imagekit_cache_size_bytes", "Bytes of the cache on disk.", of(func(s cache.Stats) int64 { return s.SizeBytes })),
		gauge("imagekit_cache_entries", "Results in the cache.", of(func(s cache.Stats) int64 { return s.Entries })),
		gauge("imagekit_cache_limit_bytes", "Upper bound of the cache; 0 = unknown.", of(func(s cache.Stats) int64 { return s.LimitBytes })),
		counter("imagekit_cache_hits_total", "Look-ups that found a sound result.", of(func(s cache.Stats) int64 { return s.Hits })),
		counter("imagekit_cache_misses_total", "Look-ups that found no result.", of(func(s cache.Stats) int64 { return s.Misses })),
		counter("imagekit_cache_evictions_total", "Results removed for lack of room.", of(func(s cache.Stats) int64 { return s.Evictions })),
		counter("imagekit_cache_corrupt_entries_total", "Results that failed a check; none was served.", of(func(s cache.Stats) int64 { return s.Corrupt })),
		counter("imagekit_cache_no_room_total", "Results that were not kept because the disk had no room for them.", of(func(s cache.Stats) int64 { return s.NoRoom })),
		counter("imagekit_cache_dropped_total", "Results that were not kept because too many waited for the disk.", of(func(s cache.Stats) int64 { return s.Dropped })),
		gauge("imagekit_cache_pending", "Results that wait for the disk. They are served meanwhile.", of(func(s cache.Stats) int64 { return s.Pending })),
		{
			Name: "imagekit_cache_disk_free_bytes", Help: "Space left on the cache's disk; missing while the disk does not tell.",
			Read: func() map[string]float64 {
				free, err := store.Free()
				if err != nil {
					return nil
				}
				return map[string]float64{"": float64(free)}
			},
		},
		counter("imagekit_cache_read_errors_total", "Look-ups that the disk could not answer.", of(func(s cache.Stats) int64 { return s.ReadErrors })),
		counter("imagekit_cache_write_errors_total", "Writes and deletions that failed.", of(func(s cache.Stats) int64 { return s.WriteErrors })),
	}
}

func purgeReadings(l *purge.Log) []metric.Reading {
	return []metric.Reading{
		counter("imagekit_purges_total", "Purges that this server was asked for; one request may ask for many.", l.Asked),
		gauge("imagekit_purges_remembered", "Purges whose results may still be on the disk. Purged results are never used.", l.Unswept),
	}
}

func sharedReadings(stats func() tier.Stats) []metric.Reading {
	of := func(field func(tier.Stats) int64) func() int64 { return func() int64 { return field(stats()) } }
	return []metric.Reading{
		counter("imagekit_shared_hits_total", "Results that another instance has made (IMAGEKIT_RESULTS).", of(func(s tier.Stats) int64 { return s.Hits })),
		counter("imagekit_shared_misses_total", "Results that no instance has shared.", of(func(s tier.Stats) int64 { return s.Misses })),
		counter("imagekit_shared_unread_total", "Results that were not looked for, because the store fails or purges may be missing.",
			of(func(s tier.Stats) int64 { return s.Unread })),
		counter("imagekit_shared_errors_total", "Reads and writes that the store of shared results failed, or did not answer in time.",
			of(func(s tier.Stats) int64 { return s.Errors })),
		counter("imagekit_shared_writes_total", "Results given to others.", of(func(s tier.Stats) int64 { return s.Writes })),
		counter("imagekit_shared_dropped_total", "Results not given to others: too many waited, or the store failed.",
			of(func(s tier.Stats) int64 { return s.Dropped })),
		gauge("imagekit_shared_pending", "Results that wait to be given to others.", of(func(s tier.Stats) int64 { return s.Pending })),
		{
			Name: "imagekit_shared_read_seconds_total", Counter: true, Help: "Time that requests waited for the store of shared results.",
			Read: metric.Single(func() float64 { return stats().ReadTime.Seconds() }),
		},
		gauge("imagekit_shared_breaker_open", "1 while the store of shared results is not asked, because it fails.", of(func(s tier.Stats) int64 {
			if s.Open {
				return 1
			}
			return 0
		})),
	}
}

func workerReadings(p *worker.Pool) []metric.Reading {
	of := func(field func(worker.Stats) int) func() int { return func() int { return field(p.Stats()) } }
	return []metric.Reading{
		gauge("imagekit_workers", "Worker processes wanted (IMAGEKIT_WORKERS).", of(func(s worker.Stats) int { return s.Workers })),
		gauge("imagekit_workers_alive", "Worker processes that run.", of(func(s worker.Stats) int { return s.Alive })),
		gauge("imagekit_workers_busy", "Worker processes busy with a picture.", of(func(s worker.Stats) int { return s.Busy })),
		gauge("imagekit_worker_memory_reserved_bytes", "Memory that the running pictures need, by estimate.",
			func() int64 { return p.Stats().Memory }),
		gauge("imagekit_worker_memory_limit_bytes", "Upper bound of imagekit_worker_memory_reserved_bytes (IMAGEKIT_MEMORY).",
			func() int64 { return p.Stats().MemoryLimit }),
		gauge("imagekit_workers_resident_memory_bytes", "Memory that all worker processes have in RAM together.",
			func() int64 { sum, _ := p.Resident(); return sum }),
		gauge("imagekit_worker_resident_memory_max_bytes", "Memory that the largest worker process has in RAM.",
			func() int64 { _, most := p.Resident(); return most }),
		counter("imagekit_workers_recycled_total", "Worker processes replaced between two pictures.", func() uint64 { return p.Stats().Recycled }),
		gauge("imagekit_poisoned_sources", "Sources refused for some kind of work because they ended two workers.", of(func(s worker.Stats) int { return s.Poisoned })),
		{
			Name: "imagekit_worker_deaths_total", Help: "Worker processes that ended in a way that was not planned, by cause: " +
				"crash, killed, timeout, abandoned (nobody waited any more), memory, protocol, idle, start.",
			Counter: true, Label: "cause", Read: func() map[string]float64 {
				deaths := map[string]float64{}
				for cause, n := range p.Stats().Deaths {
					deaths[cause] = float64(n)
				}
				return deaths
			},
		},
		{
			Name: "imagekit_sandbox", Help: "1 for each protection around the workers that is in force, 0 for each that this kernel lacks.",
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

func queueReadings(p *worker.Pool) []metric.Reading {
	return []metric.Reading{
		gauge("imagekit_queue_length", "Pictures that wait for a worker.", func() int { return p.Stats().Queued }),
		gauge("imagekit_queue_limit", "Pictures that may wait for a worker (IMAGEKIT_QUEUE).", func() int { return p.Stats().QueueLimit }),
		counter("imagekit_queue_shed_total", "Pictures refused because the queue was full.", func() uint64 { return p.Stats().Shed }),
	}
}

func fetchReadings(f *fetch.Fetcher) []metric.Reading {
	return []metric.Reading{
		gauge("imagekit_fetches_in_flight", "Downloads that run or wait for their turn.", func() int64 { return f.Stats().Running }),
		counter("imagekit_fetch_bytes_total", "Bytes of sources that origins sent, those of failed downloads included.",
			func() uint64 { return f.Stats().Bytes }),
		{
			Name: "imagekit_fetch_errors_total", Counter: true, Label: "kind",
			Help: "Downloads that failed, by kind: " + strings.Join(fetch.Failures(), ", ") + ".",
			Read: func() map[string]float64 {
				all := map[string]float64{}
				for kind, n := range f.Stats().Failures {
					all[kind] = float64(n)
				}
				return all
			},
		},
	}
}

func sourceReadings(r *render.Renderer) []metric.Reading {
	return []metric.Reading{
		counter("imagekit_source_downloads_total", "Downloads of sources begun.", func() uint64 { return r.Stats().Downloads }),
		counter("imagekit_source_shared_total", "Sources shared with a request that was already downloading or using them.",
			func() uint64 { return r.Stats().Shared }),
		counter("imagekit_source_hits_total", "Sources that were still in memory.", func() uint64 { return r.Stats().SourceHits }),
		counter("imagekit_source_evictions_total", "Sources dropped for lack of room.", func() uint64 { return r.Stats().Evictions }),
		counter("imagekit_source_failure_hits_total", "Requests answered with a remembered failure, without asking the origin again.", func() uint64 { return r.Stats().FailureHits }),
		gauge("imagekit_sources", "Sources kept in memory.", func() int { return r.Stats().Sources }),
		gauge("imagekit_sources_bytes", "Memory of the sources kept in memory.", func() int64 { return r.Stats().SourceBytes }),
		gauge("imagekit_source_failures", "Failures of sources that are remembered.", func() int { return r.Stats().Failures }),
	}
}

func answerReadings(stats func() server.AnswerStats) []metric.Reading {
	return []metric.Reading{
		gauge("imagekit_answers_bytes", "Memory of answers on their way to clients; those of up to 64 KiB are not counted.",
			func() int64 { return stats().Bytes }),
		gauge("imagekit_answers_limit_bytes", "Upper bound of imagekit_answers_bytes (IMAGEKIT_ANSWER_BYTES).",
			func() int64 { return stats().Limit }),
		counter("imagekit_answers_refused_total", "Pictures refused because clients had not read their earlier ones.",
			func() uint64 { return stats().Refused }),
		counter("imagekit_answers_cut_total", "Answers cut off because the client read too slowly (IMAGEKIT_MIN_READ_RATE).",
			func() uint64 { return stats().Cut }),
	}
}
