package limit

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/throttled/throttled/v2"
	"github.com/throttled/throttled/v2/store/memstore"
)

func mustNew(t *testing.T, perSecond, burst int) *Limiter {
	t.Helper()
	l, err := New(perSecond, burst)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestBurstThenRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := mustNew(t, 10, 30)
		for i := range 30 {
			d := l.Take("a", Whole)
			want := Decision{OK: true, Limit: 30, Remaining: 29 - i, Reset: time.Duration(i+1) * 100 * time.Millisecond}
			if d != want {
				t.Fatalf("request %d: %+v, want %+v", i+1, d, want)
			}
		}
		want := Decision{Limit: 30, Reset: 3 * time.Second, RetryAfter: 100 * time.Millisecond}
		for range 3 { // refused requests cost nothing
			if d := l.Take("a", Whole); d != want {
				t.Fatalf("request 31: %+v, want %+v", d, want)
			}
		}
		if d := l.Take("b", Whole); !d.OK || d.Remaining != 29 {
			t.Fatalf("another client: %+v", d)
		}
		time.Sleep(99 * time.Millisecond)
		if d := l.Take("a", Whole); d.OK || d.RetryAfter != time.Millisecond {
			t.Fatalf("1 ms early: %+v", d)
		}
		time.Sleep(time.Millisecond)
		if d := l.Take("a", Whole); !d.OK {
			t.Fatalf("after RetryAfter: %+v", d)
		}
		time.Sleep(3 * time.Second)
		if d := l.Take("a", Whole); d.Remaining != 29 {
			t.Fatalf("after Reset: %+v", d)
		}
	})
}

func TestSteadyRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := mustNew(t, 10, 30)
		passed := 0
		for range 1000 { // 100 requests per second for 10 seconds
			if l.Take("a", Whole).OK {
				passed++
			}
			time.Sleep(10 * time.Millisecond)
		}
		if passed < 129 || passed > 130 {
			t.Errorf("%d passed, want the burst of 30 and 10 per second", passed)
		}
	})
}

func TestBurstOfOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := mustNew(t, 1, 1)
		if !l.Take("a", Whole).OK || l.Take("a", Whole).OK {
			t.Error("want exactly one request to pass")
		}
	})
}

// All goroutines race for one entry; exactly the burst passes and no call fails.
func TestContention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := mustNew(t, 1, 500)
		var passed atomic.Int64
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				for range 50 {
					if l.Take("a", Whole).OK {
						passed.Add(1)
					}
					runtime.Gosched()
				}
			})
		}
		wg.Wait()
		if got := passed.Load(); got != 500 {
			t.Errorf("%d of 3200 passed, want 500", got)
		}
		if n := l.Failures(); n != 0 {
			t.Errorf("%d calls failed", n)
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	l := mustNew(t, 10, 30)
	before, many := heap(), 1_000_000
	for i := range many { // once the table is full, more clients make no difference
		l.Take(fmt.Sprintf("2001:db8:%x:%x::/64", i>>16, i&0xffff), Whole)
	}
	grown := heap() - before
	if t.Logf("%d clients keep %d MiB", many, grown>>20); grown > 64<<20 {
		t.Error("want less than 64 MiB")
	}
	if d := l.Take("2001:db8:0:0::/64", Whole); d.Remaining != 29 {
		t.Errorf("a forgotten client: %+v", d)
	}
	runtime.KeepAlive(l)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestNil(t *testing.T) {
	var l *Limiter
	if d := l.Take("a", Whole); d != (Decision{OK: true}) || l.Failures() != 0 {
		t.Errorf("nil limiter: %+v", d)
	}
}

func TestBadRates(t *testing.T) {
	for _, r := range [][2]int{{0, 30}, {-1, 30}, {10, 0}, {10, -5}, {int(time.Second) + 1, 30}} {
		if l, err := New(r[0], r[1]); err == nil || l != nil {
			t.Errorf("New(%d, %d) = %v, %v, want an error", r[0], r[1], l, err)
		}
	}
}

// brokenStore fails every call.
type brokenStore struct{ throttled.GCRAStoreCtx }

func (brokenStore) GetWithTime(context.Context, string) (int64, time.Time, error) {
	return 0, time.Time{}, errors.New("store is down")
}

func TestFailureLetsPass(t *testing.T) {
	l, err := over(brokenStore{}, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if d := l.Take("a", Whole); !d.OK {
			t.Fatalf("refused: %+v", d)
		}
	}
	if n := l.Failures(); n != 3 {
		t.Errorf("Failures() = %d, want 3", n)
	}
}

// racyStore loses the race for an entry some times before it wins.
type racyStore struct {
	throttled.GCRAStoreCtx
	losses int
}

func (s *racyStore) CompareAndSwapWithTTL(
	ctx context.Context, key string, old, new int64, ttl time.Duration,
) (bool, error) {
	if s.losses--; s.losses >= 0 {
		return false, nil
	}
	return s.GCRAStoreCtx.CompareAndSwapWithTTL(ctx, key, old, new, ttl)
}

// A lost race is run again: 100 losses in a row are more than 64 goroutines produce.
func TestLostRaces(t *testing.T) {
	store, err := memstore.NewCtx(1)
	if err != nil {
		t.Fatal(err)
	}
	l, err := over(&racyStore{GCRAStoreCtx: store, losses: 100}, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, true, false} {
		if d := l.Take("a", Whole); d.OK != want {
			t.Errorf("request %d: %+v", i+1, d)
		}
	}
	if n := l.Failures(); n != 0 {
		t.Errorf("%d calls failed", n)
	}
}
