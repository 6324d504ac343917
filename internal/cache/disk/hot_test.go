package disk

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"imagekit/internal/cache"
	"imagekit/internal/sysfile"
)

// What is kept in memory counts only while the file is the one it was read from.
func TestHotFollowsTheFile(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(t *testing.T, path string)
		want   string // "" = missing
	}{
		{"untouched", func(*testing.T, string) {}, "old entry"},
		{"removed", func(t *testing.T, path string) { check(t, os.Remove(path)) }, ""},
		{"replaced by another process", func(t *testing.T, path string) {
			check(t, os.WriteFile(path+".new", []byte("new entry"), 0o600))
			check(t, os.Rename(path+".new", path))
		}, "new entry"},
		{"changed in place", func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			check(t, err)
			_, err = f.WriteAt([]byte("0ld"), 0)
			check(t, err)
			check(t, f.Close())
			check(t, os.Chtimes(path, time.Now(), time.Now().Add(-time.Minute))) // however coarse the clock is
		}, "0ld entry"},
		{"cut short", func(t *testing.T, path string) { check(t, os.Truncate(path, 3)) }, "old"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, t.TempDir(), 1<<20)
			id := cache.NewID("a")
			check(t, s.Put(t.Context(), id, []byte("old entry")))
			for range 2 { // the first reads the file, the second the memory
				if got, err := s.Get(t.Context(), id); err != nil || string(got) != "old entry" {
					t.Fatalf("got %q, %v", got, err)
				}
			}
			if !s.hot.has(id) {
				t.Fatal("want the entry in memory")
			}
			c.change(t, s.path(id))
			got, err := s.Get(t.Context(), id)
			if string(got) != c.want || (err == nil) != (c.want != "") {
				t.Fatalf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestHotIsBounded(t *testing.T) {
	h := newHot()
	for i := range 100 {
		h.put(cache.NewID(fmt.Sprint(i)), sysfile.Stamp{}, make([]byte, maxHotEntry))
	}
	if n, bytes := h.entries.Len(), h.entries.Cost(); bytes > maxHot || bytes != int64(n*(maxHotEntry+hotCost)) {
		t.Errorf("%d bytes in %d entries, want at most %d", bytes, n, maxHot)
	}
	if h.get(cache.NewID("99"), sysfile.Stamp{}) == nil || h.get(cache.NewID("0"), sysfile.Stamp{}) != nil {
		t.Error("want the last entry kept and the first one gone")
	}
	h.put(cache.NewID("large"), sysfile.Stamp{}, make([]byte, maxHotEntry+1))
	if h.has(cache.NewID("large")) {
		t.Error("an entry above maxHotEntry is kept")
	}
	h.put(cache.NewID("99"), sysfile.Stamp{Ino: 1}, []byte("again"))
	if !bytes.Equal(h.get(cache.NewID("99"), sysfile.Stamp{Ino: 1}), []byte("again")) ||
		h.get(cache.NewID("99"), sysfile.Stamp{Ino: 2}) != nil {
		t.Error("want the newer bytes, and none under another stamp")
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
