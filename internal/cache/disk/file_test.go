package disk

import (
	"bytes"
	"io"
	"os"
	"testing"

	"imagekit/internal/cache"
)

// large is above what the cache reads as a whole.
const large = 600_000

// body reads what a blob's file holds.
func body(t *testing.T, c *cache.Cache, key string) []byte {
	t.Helper()
	b, ok := c.Get(t.Context(), key)
	if !ok {
		t.Fatal("miss")
	}
	defer b.Close()
	if b.File == nil || b.Data != nil || b.Len() != large {
		t.Fatalf("a large entry came with %d bytes in memory, length %d", len(b.Data), b.Len())
	}
	r, err := b.File.Body()
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(io.LimitReader(r, b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// descriptors counts the open files of this process.
func descriptors(t *testing.T) int {
	t.Helper()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("descriptors cannot be counted here: ", err)
	}
	return len(names)
}

// A large entry stays in its file, and an answer that has begun ends with the bytes it began with, whatever becomes of the
// entry meanwhile.
func TestLargeEntriesStayInTheirFiles(t *testing.T) {
	store := open(t, t.TempDir(), 1<<30)
	c := cache.New(store, nil, nil)
	before := descriptors(t)
	old, next := newBlob("old", large), newBlob("next", large)
	keep(t, c, "a", old)
	if !bytes.Equal(body(t, c, "a"), old.Data) {
		t.Error("other bytes than were put")
	}
	begun, ok := c.Get(t.Context(), "a")
	if !ok {
		t.Fatal("miss")
	}
	keep(t, c, "a", next)
	if !bytes.Equal(body(t, c, "a"), next.Data) {
		t.Error("what was replaced is found")
	}
	if err := c.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if err := begun.Load(); err != nil || !bytes.Equal(begun.Data, old.Data) {
		t.Errorf("the answer that had begun changed: %v", err)
	}
	if n := descriptors(t); n != before {
		t.Errorf("%d descriptors are open, %d before", n, before)
	}
}

// Every harm is found before the first byte is handed out, also far behind the first piece.
func TestLargeEntriesAreChecked(t *testing.T) {
	for name, harm := range map[string]func(entry []byte) []byte{
		"magic":           func(e []byte) []byte { e[0] ^= 1; return e },
		"header":          func(e []byte) []byte { e[50] ^= 1; return e },
		"first piece":     func(e []byte) []byte { e[1000] ^= 1; return e },
		"last byte":       func(e []byte) []byte { e[len(e)-1] ^= 0x80; return e },
		"cut":             func(e []byte) []byte { return e[:len(e)-1] },
		"longer":          func(e []byte) []byte { return append(e, 0) },
		"another's entry": func([]byte) []byte { return nil },
		"zeros":           func(e []byte) []byte { clear(e); return e },
	} {
		t.Run(name, func(t *testing.T) {
			store := open(t, t.TempDir(), 1<<30)
			c := cache.New(store, nil, nil)
			keep(t, c, "a", newBlob("x", large))
			keep(t, c, "b", newBlob("y", large))
			path := store.path(cache.NewID("a"))
			entry, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if entry = harm(entry); entry == nil {
				if entry, err = os.ReadFile(store.path(cache.NewID("b"))); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(path, entry, 0o640); err != nil {
				t.Fatal(err)
			}
			before := descriptors(t)
			if _, ok := c.Get(t.Context(), "a"); ok {
				t.Error("served")
			}
			if s := c.Stats(); s.Corrupt != 1 || s.ReadErrors != 0 || s.Entries != 1 {
				t.Errorf("stats %+v, want it counted and gone", s)
			}
			if n := descriptors(t); n != before {
				t.Errorf("%d descriptors are open, %d before", n, before)
			}
		})
	}
}
