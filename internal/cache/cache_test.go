package cache_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"imagekit/internal/blob"
	"imagekit/internal/cache"
	"imagekit/internal/format"
	"imagekit/internal/testkit/cachetest"
)

// flaky is a store that fails while err is set.
type flaky struct {
	cachetest.Memory
	err  error
	puts int
}

func (f *flaky) Get(ctx context.Context, id cache.ID) ([]byte, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f.Memory.Get(ctx, id)
}

func (f *flaky) Put(ctx context.Context, id cache.ID, parts ...[]byte) error {
	f.puts++
	if f.err != nil {
		return f.err
	}
	return f.Memory.Put(ctx, id, parts...)
}

func (f *flaky) Delete(ctx context.Context, id cache.ID) error {
	if f.err != nil {
		return f.err
	}
	return f.Memory.Delete(ctx, id)
}

func photo(text string) *blob.Blob {
	return blob.New([]byte(text), format.JPEG, time.Unix(1_700_000_000, 0))
}

// keep puts b into c and waits until it is written.
func keep(t *testing.T, c *cache.Cache, key string, b *blob.Blob) {
	t.Helper()
	c.Put(t.Context(), key, b)
	flush(t, c)
}

func flush(t *testing.T, c *cache.Cache) {
	t.Helper()
	if err := c.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestGet(t *testing.T) {
	store := new(cachetest.Memory)
	c := cache.New(store, nil, nil)
	if _, ok := c.Get(t.Context(), "a"); ok {
		t.Fatal("hit in an empty cache")
	}
	in := photo("A")
	keep(t, c, "a", in)
	got, ok := c.Get(t.Context(), "a")
	if !ok {
		t.Fatal("miss after Put")
	}
	if diff := cmp.Diff(in, got); diff != "" {
		t.Errorf("-put +got:\n%s", diff)
	}
	if again, ok := c.Peek(t.Context(), "a"); !ok || !bytes.Equal(again.Data, in.Data) {
		t.Error("Peek does not see what Get sees")
	}
	if err := c.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Get(t.Context(), "a"); ok {
		t.Error("hit after Delete")
	}
	if s := c.Stats(); s.Hits != 1 || s.Misses != 2 || s.HitRatio != 1.0/3 || s.Entries != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestDamagedEntryIsDroppedAndCounted(t *testing.T) {
	rows := []struct {
		name string
		harm func(entry []byte) []byte
	}{
		{"flipped bit", func(e []byte) []byte { e[len(e)-1] ^= 1; return e }},
		{"cut", func(e []byte) []byte { return e[:len(e)/2] }},
		{"emptied", func([]byte) []byte { return nil }},
		{"foreign bytes", func([]byte) []byte { return []byte(strings.Repeat("?", 500)) }},
	}
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			store := new(cachetest.Memory)
			c := cache.New(store, nil, nil)
			keep(t, c, "a", photo("A"))
			entry, err := store.Get(t.Context(), cache.NewID("a"))
			if err != nil {
				t.Fatal(err)
			}
			if err := store.Put(t.Context(), cache.NewID("a"), tt.harm(entry)); err != nil {
				t.Fatal(err)
			}
			if b, ok := c.Get(t.Context(), "a"); ok {
				t.Errorf("served %q", b.Data)
			}
			if s := c.Stats(); s.Corrupt != 1 || s.Misses != 1 || s.Hits != 0 || s.Entries != 0 {
				t.Errorf("stats %+v, want it counted and gone", s)
			}
		})
	}
}

func TestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cache.New(new(cachetest.Memory), nil, nil)
		b := photo("A")
		b.Expires = time.Now().Add(time.Hour)
		keep(t, c, "a", b)
		time.Sleep(time.Hour - time.Millisecond)
		if _, ok := c.Get(t.Context(), "a"); !ok {
			t.Error("miss before the end")
		}
		time.Sleep(time.Millisecond)
		if _, ok := c.Get(t.Context(), "a"); ok {
			t.Error("hit at the end")
		}
		if s := c.Stats(); s.Entries != 0 || s.Corrupt != 0 {
			t.Errorf("stats %+v, want the entry gone and nothing called damaged", s)
		}
	})
}

// The age is judged when a blob is read: one that was kept before there was a bound is no exception.
func TestMaxAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(cachetest.Memory)
		b := photo("A")
		b.Created = time.Now()
		cache.New(store, nil, nil).Put(t.Context(), "a", b)
		time.Sleep(time.Hour)
		c := cache.New(store, nil, nil)
		c.MaxAge = time.Hour + time.Second
		if _, ok := c.Get(t.Context(), "a"); !ok {
			t.Error("miss before the end")
		}
		c.MaxAge = time.Hour
		if _, ok := c.Get(t.Context(), "a"); ok {
			t.Error("hit at the end")
		}
		if s := c.Stats(); s.Entries != 0 || s.Corrupt != 0 || s.Misses != 1 {
			t.Errorf("stats %+v, want the entry gone", s)
		}
	})
}

func TestWritesPauseAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &flaky{err: errors.New("disk full")}
		c := cache.New(store, nil, nil)
		for range 100 {
			c.Put(t.Context(), "a", photo("A"))
			flush(t, c)
		}
		if s := c.Stats(); s.WriteErrors != 1 || store.puts != 1 {
			t.Errorf("100 writes to a full disk: %d tried, stats %+v, want 1", store.puts, s)
		}
		store.err = nil
		time.Sleep(time.Minute)
		keep(t, c, "a", photo("A"))
		if _, ok := c.Get(t.Context(), "a"); !ok {
			t.Error("nothing is written after the disk was repaired")
		}
	})
}

func TestFailingStore(t *testing.T) {
	store := &flaky{err: errors.New("input/output error")}
	c := cache.New(store, nil, nil)
	if _, ok := c.Get(t.Context(), "a"); ok {
		t.Error("hit in a failing store")
	}
	if err := c.Delete(t.Context(), "a"); !errors.Is(err, store.err) {
		t.Errorf("Delete hides the failure: %v", err)
	}
	if s := c.Stats(); s.Misses != 1 || s.ReadErrors != 1 || s.WriteErrors != 1 || s.Corrupt != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestWhatIsNoFailure(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	rows := []struct {
		name   string
		ctx    context.Context
		store  cache.Store
		noRoom int64
	}{
		{"a client that left", ended, new(cachetest.Memory), 0},
		{"an entry above the limit", t.Context(), &cachetest.Memory{Limit: 10}, 1},
	}
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			c := cache.New(tt.store, nil, nil)
			c.Put(tt.ctx, "a", photo("A"))
			flush(t, c)
			c.Get(tt.ctx, "a")
			if s := c.Stats(); s.ReadErrors != 0 || s.WriteErrors != 0 || s.Corrupt != 0 || s.Misses != 1 ||
				s.NoRoom != tt.noRoom {
				t.Errorf("stats %+v, want one miss, no error and %d without room", s, tt.noRoom)
			}
		})
	}
}

func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		c := cache.New(&flaky{err: errors.New("input/output error")}, nil, slog.New(slog.NewTextHandler(&out, nil)))
		const key = "https://user:password@example.com/?token=secret"
		for range 1000 {
			c.Get(t.Context(), key)
		}
		if n := strings.Count(out.String(), "\n"); n != 1 {
			t.Errorf("1000 failures in one moment make %d lines", n)
		}
		time.Sleep(time.Hour)
		c.Get(t.Context(), key)
		if !strings.Contains(out.String(), "not_logged_before=999") {
			t.Errorf("the next line does not tell what was held back:\n%s", out.String())
		}
		if strings.Contains(out.String(), "secret") || strings.Contains(out.String(), "password") {
			t.Errorf("the key is in the log:\n%s", out.String())
		}
	})
}

func TestStatsJSON(t *testing.T) {
	got, err := json.Marshal(cache.New(&cachetest.Memory{Limit: 100}, nil, nil).Stats())
	want := `{"size_bytes":0,"entries":0,"limit_bytes":100,"hits":0,"misses":0,"hit_ratio":0,"evictions":0,` +
		`"corrupt":0,"no_room":0,"dropped":0,"pending":0,"read_errors":0,"write_errors":0}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}
