package cache_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/cache"
	"imagekit/internal/testkit/cachetest"
)

// frozen is a store whose calls hang while ice is not closed, and counts those that do.
type frozen struct {
	cachetest.Memory
	ice   chan struct{}
	reads bool // they hang, too
	begun chan string
}

func freeze(reads bool) *frozen {
	return &frozen{ice: make(chan struct{}), reads: reads, begun: make(chan string, 10_000)}
}

func (f *frozen) hang(what string) {
	f.begun <- what
	<-f.ice
}

func (f *frozen) Get(ctx context.Context, id cache.ID) ([]byte, error) {
	if f.reads {
		f.hang("get")
	}
	return f.Memory.Get(ctx, id)
}

func (f *frozen) Put(ctx context.Context, id cache.ID, parts ...[]byte) error {
	f.hang("put")
	return f.Memory.Put(ctx, id, parts...)
}

func (f *frozen) Delete(ctx context.Context, id cache.ID) error {
	f.hang("delete")
	return f.Memory.Delete(ctx, id)
}

// TestFrozenStore: with a store that does not take writes, a thousand results cost no time and few calls that hang. As many
// as may wait are found meanwhile, and all of those are written when it thaws.
func TestFrozenStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := freeze(false)
		c := cache.New(store, nil, nil)
		start := time.Now()
		const n = 5000
		for i := range n {
			c.Put(t.Context(), fmt.Sprint(i), photo("A"))
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("%d writes took %v", n, took)
		}
		synctest.Wait()
		if hanging := len(store.begun); hanging > 8 {
			t.Errorf("%d calls hang", hanging)
		}
		s := c.Stats()
		if s.Pending == 0 || s.Pending+s.Dropped != n {
			t.Errorf("stats %+v: want some to wait and the others dropped", s)
		}
		if _, ok := c.Get(t.Context(), "0"); !ok {
			t.Error("what waits is not found")
		}
		if _, ok := c.Get(t.Context(), fmt.Sprint(n-1)); ok {
			t.Error("what was dropped is found")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := c.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Minute {
			t.Errorf("Flush: %v after %v, want it to give up in time", err, time.Since(start))
		}
		close(store.ice)
		if err := c.Flush(t.Context()); err != nil {
			t.Error(err)
		}
		if got := c.Stats(); got.Pending != 0 || got.Entries != s.Pending {
			t.Errorf("after the thaw %+v, want %d entries", got, s.Pending)
		}
	})
}

// TestPendingBytesAreBounded: large results count by their size. One alone may wait, however large it is.
func TestPendingBytesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := freeze(false)
		c := cache.New(store, nil, nil)
		large := photo(strings.Repeat("A", 40<<20))
		for i := range 3 {
			c.Put(t.Context(), fmt.Sprint(i), large)
		}
		if s := c.Stats(); s.Pending != 1 || s.Dropped != 2 {
			t.Errorf("stats %+v, want one of three to wait", s)
		}
		close(store.ice)
		flush(t, c)
		c.Put(t.Context(), "huge", photo(strings.Repeat("A", 100<<20)))
		flush(t, c)
		if s := c.Stats(); s.Dropped != 2 || s.Entries != 2 {
			t.Errorf("stats %+v, want the huge one kept", s)
		}
	})
}

// TestDeadStore: when reads hang, too, few requests wait, and for a bounded time; the others have their miss at once. The
// answers come back with the store.
func TestDeadStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := freeze(true)
		c := cache.New(store, nil, nil)
		start := time.Now()
		waited := 0
		for i := range 1000 {
			before := time.Now()
			if _, ok := c.Get(t.Context(), fmt.Sprint(i)); ok {
				t.Fatal("hit")
			}
			if d := time.Since(before); d > 5*time.Second {
				t.Fatalf("request %d waited %v", i, d)
			} else if d > 0 {
				waited++
			}
		}
		if waited > 3 || time.Since(start) > 10*time.Second || len(store.begun) > 3 {
			t.Errorf("%d of 1000 waited, %v in all, %d calls hang", waited, time.Since(start), len(store.begun))
		}
		for range 1000 {
			time.Sleep(10 * time.Second)
			c.Get(t.Context(), "a")
		}
		if len(store.begun) > 40 {
			t.Errorf("after hours %d calls hang", len(store.begun))
		}
		if s := c.Stats(); s.Misses != 2000 || s.ReadErrors != 2000 {
			t.Errorf("stats %+v", s)
		}
		close(store.ice)
		synctest.Wait()
		keep(t, c, "a", photo("A"))
		if _, ok := c.Get(t.Context(), "a"); !ok {
			t.Error("no hit when the store is back")
		}
	})
}

// TestLaterResultWins: a result that comes while an older one of the same key is written is the one that stays.
func TestLaterResultWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := freeze(false)
		c := cache.New(store, nil, nil)
		c.Put(t.Context(), "a", photo("old"))
		synctest.Wait() // it is being written
		c.Put(t.Context(), "a", photo("new"))
		if b, ok := c.Get(t.Context(), "a"); !ok || string(b.Data) != "new" {
			t.Error("want the new one found while both are written")
		}
		close(store.ice)
		flush(t, c)
		if b, ok := c.Get(t.Context(), "a"); !ok || string(b.Data) != "new" {
			t.Error("want the new one kept")
		}
		if s := c.Stats(); s.Entries != 1 || s.Pending != 0 {
			t.Errorf("stats %+v", s)
		}
	})
}

// TestPurgeWhileWriting: whenever the purge comes, what is older than it is not found afterwards, and does not stay.
func TestPurgeWhileWriting(t *testing.T) {
	for _, tt := range []struct {
		name         string
		before, late bool // the purge comes before the write begins; while it hangs
	}{
		{"before", true, false}, {"while it is written", false, true}, {"afterwards", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var purged uint64
				store := freeze(false)
				c := cache.New(store, func(_ string, generation uint64, _ bool) bool { return generation < purged }, nil)
				old, fresh := photo("old"), photo("fresh")
				old.Generation, fresh.Generation = 4, 5
				if tt.before {
					purged = 5
				}
				c.Put(t.Context(), "a", old)
				synctest.Wait()
				if tt.late {
					purged = 5
				}
				if _, ok := c.Get(t.Context(), "a"); ok != (purged == 0) {
					t.Errorf("found while it is written: %t", ok)
				}
				close(store.ice)
				flush(t, c)
				purged = 5
				if _, ok := c.Get(t.Context(), "a"); ok {
					t.Error("the old one is found after the purge")
				}
				if n := c.Stats().Entries; n != 0 {
					t.Errorf("%d entries stay", n)
				}
				keep(t, c, "a", fresh)
				if b, ok := c.Get(t.Context(), "a"); !ok || string(b.Data) != "fresh" || b.Generation != 5 {
					t.Errorf("the fresh one: %v", b)
				}
			})
		})
	}
}
