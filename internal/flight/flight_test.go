package flight

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type result struct {
	v      int
	shared bool
	err    error
}

// ask calls Do on a goroutine and returns where its result will be.
func ask(ctx context.Context, g *Group[string, int], key string, fn func(context.Context) (int, error)) <-chan result {
	c := make(chan result, 1)
	go func() {
		v, shared, err := g.Do(ctx, key, fn)
		c <- result{v, shared, err}
	}()
	return c
}

// untilCancelled is work that only ends with its context.
func untilCancelled(ctx context.Context) (int, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}

func TestThousandCallersOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g Group[string, int]
		var calls, joined atomic.Int32
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				v, shared, err := g.Do(t.Context(), "k", func(context.Context) (int, error) {
					calls.Add(1)
					time.Sleep(time.Second)
					return 7, nil
				})
				if v != 7 || err != nil {
					t.Errorf("got %d, %v", v, err)
				}
				if shared {
					joined.Add(1)
				}
			})
		}
		wg.Wait()
		if calls.Load() != 1 || joined.Load() != 999 {
			t.Errorf("%d calls, %d joined; want 1 and 999", calls.Load(), joined.Load())
		}
	})
}

func TestKeysAreApartAndResultsAreNotKept(t *testing.T) {
	var g Group[string, int]
	calls := 0
	for _, key := range []string{"a", "b", "a"} {
		_, shared, err := g.Do(t.Context(), key, func(context.Context) (int, error) { calls++; return 0, nil })
		if shared || err != nil {
			t.Errorf("%s: shared=%v, %v", key, shared, err)
		}
	}
	if calls != 3 || len(g.flights) != 0 {
		t.Errorf("%d calls, %d flights left; want 3 and 0", calls, len(g.flights))
	}
}

func TestLeaderLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g Group[string, int]
		land := make(chan struct{})
		fn := func(ctx context.Context) (int, error) {
			select {
			case <-land:
				return 7, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}
		leaderCtx, leave := context.WithCancel(t.Context())
		leader := ask(leaderCtx, &g, "k", fn)
		synctest.Wait()
		follower := ask(t.Context(), &g, "k", fn)
		synctest.Wait()

		leave()
		if r := <-leader; !errors.Is(r.err, context.Canceled) || r.shared {
			t.Errorf("leader got %+v", r)
		}
		close(land)
		if r := <-follower; r.v != 7 || !r.shared || r.err != nil {
			t.Errorf("follower got %+v", r)
		}
	})
}

func TestLeadersDeadlineIsNotTheWorks(t *testing.T) {
	type name struct{}
	synctest.Test(t, func(t *testing.T) {
		var g Group[string, int]
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), name{}, "kept"), time.Hour)
		defer cancel()
		_, _, err := g.Do(ctx, "k", func(ctx context.Context) (int, error) {
			if _, ok := ctx.Deadline(); ok {
				t.Error("the work has the leader's deadline")
			}
			if ctx.Value(name{}) != "kept" {
				t.Error("the work lost the leader's values")
			}
			return 0, nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestAllLeavingCancelsAndIsNotJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g Group[string, int]
		ended := make(chan struct{})
		release := make(chan struct{})
		slow := func(ctx context.Context) (int, error) {
			<-ctx.Done()
			<-release // the work takes its time to notice
			close(ended)
			return 1, nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		a, b := ask(ctx, &g, "k", slow), ask(ctx, &g, "k", slow)
		for _, c := range []<-chan result{a, b} {
			if r := <-c; !errors.Is(r.err, context.DeadlineExceeded) {
				t.Errorf("got %+v", r)
			}
		}

		hold := make(chan struct{})
		second := ask(t.Context(), &g, "k", func(context.Context) (int, error) { <-hold; return 2, nil })
		synctest.Wait()
		close(release)
		<-ended
		synctest.Wait()
		third := ask(t.Context(), &g, "k", untilCancelled) // joins the second, which the first's end left alone
		synctest.Wait()
		close(hold)
		if r := <-second; r.v != 2 || r.shared || r.err != nil {
			t.Errorf("second got %+v", r)
		}
		if r := <-third; r.v != 2 || !r.shared || r.err != nil {
			t.Errorf("third got %+v", r)
		}
	})
}

func TestEndedCallerStartsNothing(t *testing.T) {
	var g Group[string, int]
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := g.Do(ctx, "k", func(context.Context) (int, error) { t.Error("called"); return 0, nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestErrorReachesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g Group[string, int]
		fn := func(context.Context) (int, error) { time.Sleep(time.Second); return 0, io.ErrUnexpectedEOF }
		a, b := ask(t.Context(), &g, "k", fn), ask(t.Context(), &g, "k", fn)
		for _, r := range []result{<-a, <-b} {
			if !errors.Is(r.err, io.ErrUnexpectedEOF) {
				t.Errorf("got %+v", r)
			}
		}
	})
}

func TestPanicReachesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g Group[string, int]
		fn := func(context.Context) (int, error) { time.Sleep(time.Second); panic(io.ErrNoProgress) }
		a, b := ask(t.Context(), &g, "k", fn), ask(t.Context(), &g, "k", fn)
		for _, r := range []result{<-a, <-b} {
			var p *PanicError
			if !errors.As(r.err, &p) || !errors.Is(r.err, io.ErrNoProgress) {
				t.Fatalf("got %+v", r)
			}
			if !strings.Contains(p.Error(), "TestPanicReachesAll") {
				t.Errorf("the stack does not show where: %s", p.Stack)
			}
		}
		if v, _, err := g.Do(t.Context(), "k", func(context.Context) (int, error) { return 3, nil }); v != 3 || err != nil {
			t.Errorf("after a panic got %d, %v", v, err)
		}
	})
}

func TestGoexitReachesAll(t *testing.T) {
	var g Group[string, int]
	_, _, err := g.Do(t.Context(), "k", func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
	if !errors.Is(err, errExited) {
		t.Errorf("got %v", err)
	}
}
