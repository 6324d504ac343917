package cache_test

import (
	"context"
	"testing"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/cache"
	"imagekit/internal/testkit/cachetest"
)

// common is a shared tier that answers and writes at once.
type common struct{ cachetest.Memory }

func (c *common) Get(ctx context.Context, id cache.ID) []byte {
	entry, _ := c.Memory.Get(ctx, id)
	return entry
}

func (c *common) Put(id cache.ID, parts ...[]byte) {
	_ = c.Memory.Put(context.Background(), id, parts...)
}
func (c *common) Delete(id cache.ID) { _ = c.Memory.Delete(context.Background(), id) }

// TestClimb: what one instance makes another finds, keeps, and does not give back.
func TestClimb(t *testing.T) {
	var both common
	one, other := cache.New(new(cachetest.Memory), nil, nil), cache.New(new(cachetest.Memory), nil, nil)
	one.Shared, other.Shared = &both, &both
	if _, ok := other.Climb(t.Context(), "a"); ok {
		t.Fatal("found before it was made")
	}
	keep(t, one, "a", photo("A"))
	if _, ok := other.Get(t.Context(), "a"); ok {
		t.Error("Get asks the shared tier")
	}
	b, ok := other.Climb(t.Context(), "a")
	if !ok || string(b.Data) != "A" {
		t.Fatalf("not found: %v", b)
	}
	both.Delete(cache.NewID("a"))
	flush(t, other)
	if b, ok := other.Get(t.Context(), "a"); !ok || string(b.Data) != "A" {
		t.Error("what was found is not kept")
	}
	if both.Get(t.Context(), cache.NewID("a")) != nil {
		t.Error("what was found was given back")
	}
}

// TestClimbTrustsNobody: what others keep is checked as what this instance kept itself.
func TestClimbTrustsNobody(t *testing.T) {
	old := photo("A")
	old.Created, old.Generation = time.Now().Add(-time.Hour), 4
	for _, tt := range []struct {
		name  string
		harm  func(entry []byte) []byte
		setup func(*cache.Cache)
		stays bool
		fine  bool
	}{
		{"sound", func(e []byte) []byte { return e }, nil, true, true},
		{"flipped bit", func(e []byte) []byte { e[len(e)-1] ^= 1; return e }, nil, false, false},
		{"cut", func(e []byte) []byte { return e[:len(e)/2] }, nil, false, false},
		{"foreign", func([]byte) []byte { return []byte("<html>not found</html>") }, nil, false, false},
		{"empty", func([]byte) []byte { return []byte{} }, nil, false, false},
		{"another version", func(e []byte) []byte { e[7] = 99; return e[:70] }, nil, true, false},
		{"too old", func(e []byte) []byte { return e }, func(c *cache.Cache) { c.MaxAge = time.Minute }, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var both common
			one := cache.New(new(cachetest.Memory), nil, nil)
			one.Shared = &both
			keep(t, one, "a", old)
			id := cache.NewID("a")
			both.Put(id, tt.harm(both.Get(t.Context(), id)))
			other := cache.New(new(cachetest.Memory), nil, nil)
			other.Shared = &both
			if tt.setup != nil {
				tt.setup(other)
			}
			if _, ok := other.Climb(t.Context(), "a"); ok != tt.fine {
				t.Errorf("found: %t", ok)
			}
			flush(t, other)
			if entry := both.Get(t.Context(), id); (entry != nil) != tt.stays {
				t.Errorf("stays: %t", entry != nil)
			}
			if n := other.Stats().Entries; (n == 1) != tt.fine {
				t.Errorf("%d entries kept", n)
			}
		})
	}
	t.Run("purged", func(t *testing.T) {
		var both common
		purged := func(_ string, generation uint64, _ bool) bool { return generation < 5 }
		one, other := cache.New(new(cachetest.Memory), nil, nil), cache.New(new(cachetest.Memory), purged, nil)
		one.Shared, other.Shared = &both, &both
		keep(t, one, "a", old)
		if _, ok := other.Climb(t.Context(), "a"); ok {
			t.Error("found after the purge")
		}
		keep(t, other, "b", old)
		if both.Get(t.Context(), cache.NewID("b")) != nil {
			t.Error("a result from before a purge was given to others")
		}
	})
}

// TestSharingSurvivesTheDisk: a disk that fails does not end the sharing.
func TestSharingSurvivesTheDisk(t *testing.T) {
	var both common
	c := cache.New(&flaky{err: context.DeadlineExceeded}, nil, nil)
	c.Shared = &both
	for _, key := range []string{"a", "b", "c"} {
		c.Put(t.Context(), key, blob.New([]byte(key), photo("").Format, time.Now()))
		flush(t, c)
		if b, ok := c.Climb(t.Context(), key); !ok || string(b.Data) != key {
			t.Errorf("%s is not shared", key)
		}
	}
	if s := c.Stats(); s.WriteErrors != 1 {
		t.Errorf("%d writes to the failing disk, want 1", s.WriteErrors)
	}
}
