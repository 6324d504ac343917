//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"imagekit/internal/testkit/instance"
)

// temporaries counts the files in a cache directory that are no entries.
func temporaries(cache string) int {
	found, _ := filepath.Glob(cache + "/*/*.tmp")
	others, _ := filepath.Glob(cache + "/.*")
	return len(found) + len(others)
}

// killServer kills a server that writes its cache, again and again, and lets a last one serve what is left.
func killServer(ctx context.Context, r *rig) ([]figure, error) {
	l, err := newLoad()
	if err != nil {
		return nil, err
	}
	defer l.origin.close()
	cache := filepath.Join(r.dir, "cache")
	var starts []time.Duration
	cut := 0
	for i := range r.sizes.Kills {
		s, err := r.start(ctx, cache, "IMAGEKIT_WORKERS=1")
		if err != nil {
			return nil, err
		}
		starts = append(starts, s.ready)
		if err := l.until(ctx, s, 1+rand.Int64N(12)); err != nil {
			return nil, err
		}
		if temporaries(cache) > 0 {
			cut++
		}
		r.step(i+1, r.sizes.Kills)
	}
	s, err := r.start(ctx, cache)
	if err != nil {
		return nil, err
	}
	defer s.Kill()
	if _, err := s.log.await(ctx, "cache scanned"); err != nil {
		return nil, err
	}
	left := temporaries(cache)
	states, err := l.again(ctx, s)
	if err != nil {
		return nil, err
	}
	st, err := s.stats(ctx)
	if err == nil {
		err = s.stop()
	}
	if err != nil {
		return nil, err
	}
	entries, damaged, err := r.verify(ctx, cache)
	slices.Sort(starts)
	return append(
		l.figures(),
		figure{"0 stray temporaries at the end", fmt.Sprintf("%d; %d of %d kills left one", left, cut, r.sizes.Kills), left == 0},
		figure{"0 damaged entries", fmt.Sprintf("%d of %d, %d met while serving; at the end %v", damaged, entries, st.Corrupt, states), damaged == 0 && st.Corrupt == 0},
		// A machine that is busy with other things may take longer; that says nothing of the cache.
		figure{"restart to ready < 1 s", fmt.Sprintf("median %v, worst %v",
			starts[len(starts)/2].Round(time.Millisecond), starts[len(starts)-1].Round(time.Millisecond)), starts[len(starts)/2] < time.Second},
	), err
}

// until asks from four clients and kills the server in the middle of it: after that many answers, every other time at
// the next write.
func (l *load) until(ctx context.Context, s *server, answers int64) error {
	defer s.Kill()
	var got atomic.Int64
	var clients sync.WaitGroup
	var once sync.Once
	var stop func()
	var aimErr error
	for range 4 {
		clients.Go(func() {
			for ctx.Err() == nil && l.ask(ctx, s) {
				if got.Add(1) < answers {
					continue
				}
				once.Do(func() {
					if answers%2 == 0 {
						stop, aimErr = aim(s.Cache, s.Kill)
					}
					if stop == nil {
						s.Kill()
					}
				})
			}
		})
	}
	clients.Wait()
	if stop != nil {
		stop()
	}
	return aimErr
}

// killWorkers kills workers in the middle of their jobs.
func killWorkers(ctx context.Context, r *rig) ([]figure, error) {
	l, err := newLoad()
	if err != nil {
		return nil, err
	}
	defer l.origin.close()
	s, err := r.start(ctx, filepath.Join(r.dir, "cache"))
	if err != nil {
		return nil, err
	}
	defer s.Kill()
	loaded, done := context.WithCancel(ctx)
	defer done()
	refused := l.untilDone(loaded, s)
	killed, failed := 0, 0
	for ; killed < r.sizes.WorkerKills && err == nil && s.Alive(); killed++ {
		var workers []int
		before := l.answers.Load()
		err = eventually(ctx, "two workers are at work", func() bool {
			workers, _ = s.Workers() // none where they cannot be read
			return len(workers) == 2 && l.answers.Load() > before
		})
		if err == nil {
			_ = syscall.Kill(workers[rand.IntN(2)], syscall.SIGKILL) // it may have been recycled
		}
		r.step(killed+1, r.sizes.WorkerKills)
	}
	done()
	failures := refused()
	for _, n := range failures {
		failed += n
	}
	only := failed == failures[http.StatusServiceUnavailable] && failed <= killed
	alive := s.Alive()
	if err == nil {
		err = s.stop()
	}
	return append(
		l.figures(),
		figure{"only the killed worker's request fails", fmt.Sprintf("%d workers killed, %d requests failed, by status %v", killed, failed, failures), only},
		figure{"the server's process stays", fmt.Sprint("pid ", s.PID()), alive},
	), err
}

// untilDone asks for new pictures from four clients until ctx ends. The function it returns waits for their end and tells
// how many requests failed, by status; 0 is no answer.
func (l *load) untilDone(ctx context.Context, s *server) (failures func() map[int]int) {
	var mu sync.Mutex
	var clients sync.WaitGroup
	failed := map[int]int{}
	for range 4 {
		clients.Go(func() {
			for ctx.Err() == nil {
				path, err := l.path(l.next.Add(1)*2 + 1) // PNG takes longest
				var a instance.Answer
				if err == nil {
					a, err = s.get(context.WithoutCancel(ctx), path)
				}
				if err == nil && a.Status == http.StatusOK {
					l.check(path, a)
					continue
				}
				mu.Lock()
				failed[a.Status]++
				mu.Unlock()
			}
		})
	}
	return func() map[int]int {
		clients.Wait()
		return failed
	}
}
