package tier

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"imagekit/internal/backlog"
	"imagekit/internal/cache"
	"imagekit/internal/testkit/cachetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sick is a store that takes its time and fails.
type sick struct {
	cachetest.Memory
	mu    sync.Mutex
	delay time.Duration
	err   error
	asked atomic.Int64
}

func (s *sick) call(ctx context.Context) error {
	s.asked.Add(1)
	s.mu.Lock()
	delay, err := s.delay, s.err
	s.mu.Unlock()
	select {
	case <-time.After(delay):
	case <-ctx.Done():
		return ctx.Err()
	}
	return err
}

// becomes changes what the store does from now on.
func (s *sick) becomes(delay time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay, s.err = delay, err
}

func (s *sick) Get(ctx context.Context, id cache.ID) ([]byte, error) {
	if err := s.call(ctx); err != nil {
		return nil, err
	}
	return s.Memory.Get(ctx, id)
}

func (s *sick) Put(ctx context.Context, id cache.ID, parts ...[]byte) error {
	if err := s.call(ctx); err != nil {
		return err
	}
	return s.Memory.Put(ctx, id, parts...)
}

var a, b = cache.NewID("a"), cache.NewID("b")

func TestTier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(sick)
		tr := New(Config{Store: store})
		if tr.Get(t.Context(), a) != nil {
			t.Error("found in an empty store")
		}
		part := []byte("head")
		tr.Put(a, part, []byte("body"))
		copy(part, "XXXX")
		tr.Put(b, []byte("B"))
		synctest.Wait()
		if got := tr.Get(t.Context(), a); string(got) != "headbody" {
			t.Errorf("got %q", got)
		}
		tr.Delete(b)
		synctest.Wait()
		if tr.Get(t.Context(), b) != nil {
			t.Error("found after Delete")
		}
		if s := tr.Stats(); s.Hits != 1 || s.Misses != 2 || s.Writes != 3 || s.Dropped+s.Errors+s.Pending != 0 || s.Open ||
			tr.Away() {
			t.Errorf("%+v", s)
		}
		if err := tr.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestSickStore: whatever the store does, a read waits a bounded time, and after five in a row hardly at all. It is noticed
// within a second that the store is well again.
func TestSickStore(t *testing.T) {
	for name, s := range map[string]*sick{
		"fails": {err: errors.New("no")}, "hangs": {delay: time.Hour},
		"slow": {delay: callPatience + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr := New(Config{Store: s})
				begin := time.Now()
				for i := range 1000 {
					before := time.Now()
					if tr.Get(t.Context(), a) != nil {
						t.Fatal("found")
					}
					if d := time.Since(before); d > callPatience {
						t.Fatalf("read %d waited %v", i, d)
					}
				}
				if d := time.Since(begin); d > 6*callPatience || s.asked.Load() > 20 || !tr.Away() {
					t.Errorf("1000 reads took %v and asked %d times; away: %t", d, s.asked.Load(), tr.Away())
				}
				s.becomes(0, nil)
				time.Sleep(2 * callPatience)
				for range 3 {
					tr.Get(t.Context(), a)
				}
				tr.Put(a, []byte("A"))
				synctest.Wait()
				if string(tr.Get(t.Context(), a)) != "A" || tr.Away() {
					t.Errorf("not used again: %+v", tr.Stats())
				}
				time.Sleep(2 * time.Hour) // what hung ends
				if err := tr.Close(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestWritesAreBounded: a store that takes nothing costs a bounded memory and no caller's time; what is not written counts.
func TestWritesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &sick{delay: time.Second}
		tr := New(Config{Store: store})
		begin := time.Now()
		for i := range 3000 {
			tr.Put(cache.NewID(fmt.Sprint(i)), make([]byte, 1<<20))
		}
		tr.Put(a, make([]byte, maxEntry+1))
		if d := time.Since(begin); d > 0 {
			t.Errorf("putting waited %v", d)
		}
		if s := tr.Stats(); s.Pending > backlog.MaxBytes>>20 || s.Dropped != 3001-s.Pending {
			t.Errorf("%+v", s)
		}
		if err := tr.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if s := tr.Stats(); s.Pending != 0 || s.Writes != 64 {
			t.Errorf("after Close: %+v", s)
		}
	})
}

// TestLaterWriteWins: what is asked for last of an entry is done last, however long the store takes for what came before.
func TestLaterWriteWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &sick{delay: time.Second}
		tr := New(Config{Store: store})
		tr.Put(a, []byte("A"))
		synctest.Wait() // it is being written
		store.becomes(0, nil)
		tr.Delete(a)
		time.Sleep(2 * time.Second)
		if got := tr.Get(t.Context(), a); got != nil {
			t.Errorf("%q is found though it was deleted", got)
		}
		if err := tr.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestCloseGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := New(Config{Store: &sick{delay: time.Hour}})
		tr.Put(a, []byte("A"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := tr.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// TestNotRead: while purges may be missing nothing is read; a store found away at the start is asked again; and a caller who
// leaves says nothing of the store.
func TestNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		current := false
		store := new(sick)
		tr := New(Config{Store: store, Current: func() bool { return current }})
		tr.Put(a, []byte("A"))
		synctest.Wait()
		if tr.Get(t.Context(), a) != nil || !tr.Away() {
			t.Error("read without knowing what was purged")
		}
		current = true
		tr.Degraded(errors.New("unreachable"))
		if tr.Get(t.Context(), a) != nil || !tr.Away() {
			t.Error("read though it was found away")
		}
		time.Sleep(2 * time.Second)
		if tr.Get(t.Context(), a) == nil || tr.Away() {
			t.Error("not asked again")
		}
		store.becomes(time.Second, nil)
		for range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			tr.Get(ctx, a)
			cancel()
		}
		if s := tr.Stats(); s.Open || s.Errors > 0 || s.Unread != 12 {
			t.Errorf("%+v", s)
		}
		if err := tr.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
