//go:build unix

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"imagekit/internal/testkit/instance"
)

// tally counts answers by status and keeps how long each took.
type tally struct {
	mu   sync.Mutex
	took map[int][]time.Duration // by status; 0 = no answer
}

func newTally() *tally { return &tally{took: map[int][]time.Duration{}} }

func (t *tally) add(a instance.Answer, err error) {
	if err != nil {
		a.Status = 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took[a.Status] = append(t.took[a.Status], a.Took)
}

func (t *tally) count(status int) int { return len(t.took[status]) }

// percentile returns how long p percent of the answers with this status took at most.
func (t *tally) percentile(status int, p float64) time.Duration {
	list := slices.SortedFunc(slices.Values(t.took[status]), cmp.Compare)
	if len(list) == 0 {
		return 0
	}
	return list[min(len(list)-1, int(float64(len(list))*p/100))]
}

// String tells how many answers had which status.
func (t *tally) String() string {
	text := ""
	for _, status := range []int{200, 503, 504, 500, 0} {
		if n := t.count(status); n > 0 {
			text += fmt.Sprintf("%d×%d ", n, status)
		}
	}
	return text
}

// closed asks for misses with so many clients, each waiting for its answer, and returns pictures per second.
func (b *bed) closed(ctx context.Context, clients int, length time.Duration, next *atomic.Int64) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var good atomic.Int64
	var group sync.WaitGroup
	start := time.Now()
	for range clients {
		group.Go(func() {
			for ctx.Err() == nil {
				url, err := b.miss(int(next.Add(1)))
				if err != nil {
					return
				}
				if a, err := b.Get(ctx, url); err == nil && a.Status == http.StatusOK {
					good.Add(1)
				}
			}
		})
	}
	group.Wait()
	return float64(good.Load()) / time.Since(start).Seconds(), nil
}

// paced sends requests at a constant rate, whatever becomes of them, and returns when all are answered.
func paced(ctx context.Context, rate float64, length time.Duration, ask func()) {
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer tick.Stop()
	var group sync.WaitGroup
	defer group.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			group.Go(ask)
		}
	}
}

const hitRate = 100 // hits per second while the service is overloaded

// overload: four times as many misses as the service can make, for a minute, and hits meanwhile.
func overload(ctx context.Context, b *bed) (bool, error) {
	var next atomic.Int64
	hit, err := b.hit(ctx)
	if err != nil {
		return false, err
	}
	peak, err := b.closed(ctx, 8, min(b.length, 10*time.Second), &next)
	if err != nil {
		return false, err
	}
	fmt.Printf("        peak of the service: %.0f misses/s; now %.0f/s for %v, and %d hits/s\n", peak, 4*peak, b.length,
		hitRate)
	misses, hits := newTally(), newTally()
	var group sync.WaitGroup
	group.Go(func() {
		paced(ctx, hitRate, b.length, func() { hits.add(b.Get(ctx, hit)) })
	})
	start := time.Now()
	paced(ctx, 4*peak, b.length, func() {
		url, err := b.miss(int(next.Add(1)))
		if err != nil {
			misses.add(instance.Answer{}, err)
			return
		}
		misses.add(b.Get(ctx, url))
	})
	took := time.Since(start)
	group.Wait()
	goodput := float64(misses.count(200)) / took.Seconds()
	fmt.Printf("        misses: %v, hits: %v\n", misses, hits)
	ok := verdict(goodput >= 0.8*peak, "pictures made under overload",
		fmt.Sprintf("%.0f/s, %.0f %% of peak", goodput, 100*goodput/peak), "≥ 80 % of peak")
	refused := misses.percentile(503, 95)
	ok = verdict(refused < 50*time.Millisecond, "refusals, p95", refused.Round(time.Millisecond).String(), "< 50 ms") && ok
	late := hits.percentile(200, 99)
	ok = verdict(late < 100*time.Millisecond, "hits, p99", late.Round(time.Millisecond).String(), "< 100 ms") && ok
	failed := hits.count(0) + hits.count(503) + misses.count(0) + misses.count(500)
	return verdict(failed == 0, "hits refused, answers lost, errors of ours", fmt.Sprint(failed), "0") && ok, ctx.Err()
}

// drain: SIGTERM while requests come in. Every request that was accepted gets its answer.
func drain(ctx context.Context, b *bed) (bool, error) {
	var next, lost, done atomic.Int64
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	b.origin.delay.Store(int64(50 * time.Millisecond))
	var group sync.WaitGroup
	for range 32 {
		group.Go(func() {
			for stop.Err() == nil && b.Alive() {
				url, err := b.miss(int(next.Add(1)))
				if err != nil {
					return
				}
				a, err := b.Get(ctx, url)
				switch {
				case err == nil && (a.Status == http.StatusOK || a.Status == http.StatusServiceUnavailable):
					done.Add(1)
				case refused(err):
					return // nobody listens any more: it was never accepted
				default:
					lost.Add(1)
				}
			}
		})
	}
	time.Sleep(2 * time.Second) // let the load build up
	start := time.Now()
	ended := b.Stop()
	took := time.Since(start)
	cancel()
	group.Wait()
	ok := verdict(ended == nil, "ended by SIGTERM with status 0", fmt.Sprintf("after %v", took.Round(time.Millisecond)),
		"status 0")
	ok = verdict(lost.Load() == 0, "accepted requests that got no answer", fmt.Sprintf("%d of %d", lost.Load(), done.Load()),
		"0") && ok
	left, err := temporaries(b.Cache)
	return verdict(left == 0, "temporary files left in the cache", fmt.Sprint(left), "0") && ok, errors.Join(err, ctx.Err())
}
