package disk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"imagekit/internal/sysfile"

	"imagekit/internal/cache"
)

// onDisk returns the bytes that all files below dir occupy now, temporaries too, as du counts them.
func onDisk(t testing.TB, dir string) int64 {
	t.Helper()
	var sum int64
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil // deleted meanwhile
		}
		if info, err := sysfile.Lstat(path); err == nil {
			sum += info.Occupied
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// bounds are limits and the sizes of entries that make staying within them hard.
var bounds = []struct {
	name  string
	limit int64
	size  func() int
}{
	{"small entries", 2 << 20, func() int { return 1 + rand.IntN(2000) }},
	{"mixed entries", 4 << 20, func() int { return 1 + rand.IntN(200_000) }},
	{"large entries", 4 << 20, func() int { return 1_000_000 + rand.IntN(1_000_000) }},
}

// fillUp writes five times the limit from four goroutines, and sometimes calls check while none of them writes.
func fillUp(t *testing.T, s *Store, size func() int, check func()) {
	var left atomic.Int64
	left.Store(5 * s.limit)
	var writing sync.RWMutex
	var writers sync.WaitGroup
	for g := range 4 {
		writers.Go(func() {
			for i := 0; left.Load() > 0; i++ {
				if i%50 == 49 {
					writing.Lock()
					check()
					writing.Unlock()
				}
				b := make([]byte, size())
				left.Add(-max(pageSize, int64(len(b))))
				writing.RLock()
				err := s.Put(t.Context(), cache.NewID(fmt.Sprint(g, i)), b)
				writing.RUnlock()
				if err != nil && !errors.Is(err, cache.ErrNoRoom) {
					t.Errorf("Put: %v", err)
				}
			}
		})
	}
	writers.Wait()
}

func TestBound(t *testing.T) {
	for _, tt := range bounds {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir, tt.limit)
			check := func() {
				got := onDisk(t, dir)
				if known := s.Usage().SizeBytes; got != known || got > tt.limit {
					t.Errorf("%d bytes on disk, %d known, the limit is %d", got, known, tt.limit)
				}
			}
			fillUp(t, s, tt.size, check)
			check()
			if got := s.Usage().SizeBytes; got < tt.limit/2 {
				t.Errorf("only %d bytes of %d are used", got, tt.limit)
			}
		})
	}
}

func TestLeastRecentlyUsedGoFirst(t *testing.T) {
	s := open(t, t.TempDir(), 10*pageSize)
	for i := range 10 {
		put(t, s, fmt.Sprint(i), pageSize)
	}
	has(t, s, "0")
	put(t, s, "1", pageSize-5) // writing counts as use; room for the new file is made by removing the old one
	for i := 10; i < 14; i++ {
		put(t, s, fmt.Sprint(i), pageSize)
	}
	// Asking uses what is there, so the order of the questions does not matter: all fit.
	for i, want := range []bool{true, true, false, false, false, false, true, true, true, true, true, true, true, true} {
		if got := has(t, s, fmt.Sprint(i)); got != want {
			t.Errorf("entry %d is there: %t, want %t", i, got, want)
		}
	}
	if u := s.Usage(); u.Evictions != 5 || u.Entries != 10 {
		t.Errorf("usage %+v", u)
	}
}

func TestRestartKeepsTheOrder(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 10*pageSize)
	for i := range 10 {
		put(t, s, fmt.Sprint(i), pageSize)
		age(t, s, i, time.Duration(20-i)*24*time.Hour) // 0 is the oldest
	}
	if !has(t, s, "0") {
		t.Fatal("entry 0 is gone")
	}
	if got := time.Since(modified(t, s, 0)); got > time.Hour {
		t.Errorf("a hit left the mtime %v back", got)
	}

	again := open(t, dir, 10*pageSize)
	if u := again.Usage(); u.Entries != 10 || u.SizeBytes != 10*pageSize {
		t.Fatalf("found %+v", u)
	}
	put(t, again, "new", 3*pageSize)
	for i, want := range []bool{true, false, false, false, true, true, true, true, true, true} {
		if got := has(t, again, fmt.Sprint(i)); got != want {
			t.Errorf("entry %d is there: %t, want %t", i, got, want)
		}
	}
}

func TestFreshHitLeavesTheFileAlone(t *testing.T) {
	s := open(t, t.TempDir(), 1<<20)
	put(t, s, "0", 10)
	age(t, s, 0, touchAfter-time.Minute)
	before := modified(t, s, 0)
	has(t, s, "0")
	if !modified(t, s, 0).Equal(before) {
		t.Error("every hit writes to the disk")
	}
}

func TestSmallerLimitAfterRestart(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 1<<20)
	for i := range 100 {
		put(t, s, fmt.Sprint(i), pageSize)
	}
	if got := open(t, dir, 50*pageSize).Usage(); got.SizeBytes != 50*pageSize || got.Evictions != 50 {
		t.Errorf("usage after opening with half the limit: %+v", got)
	}
}

func TestWritesWaitForTheFirstScan(t *testing.T) {
	s := open(t, t.TempDir(), 100*pageSize)
	s.index.setHeadroom(5 * pageSize) // as Open sets it for a directory that holds entries
	for i := range 5 {
		put(t, s, fmt.Sprint(i), pageSize)
	}
	if err := s.Put(t.Context(), key(5), make([]byte, 1)); !errors.Is(err, cache.ErrNoRoom) {
		t.Errorf("a write beyond the headroom: %v, want ErrNoRoom", err)
	}
	s.scan(t.Context())
	put(t, s, "5", 50*pageSize)
}

func TestHitBeforeTheScan(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, dir, 1<<20), open(t, dir, 1<<20)
	put(t, a, "k", 5000) // b does not know of it
	got, err := b.Get(t.Context(), cache.NewID("k"))
	if err != nil || !bytes.Equal(got, content("k", 5000)) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if u := b.Usage(); u.Entries != 1 || u.SizeBytes != 2*pageSize {
		t.Errorf("a hit did not enter the index: %+v", u)
	}
}

// age sets the mtime of entry i back.
func age(t *testing.T, s *Store, i int, by time.Duration) {
	t.Helper()
	at := time.Now().Add(-by)
	if err := os.Chtimes(s.path(key(i)), at, at); err != nil {
		t.Fatal(err)
	}
}

func modified(t *testing.T, s *Store, i int) time.Time {
	t.Helper()
	s.renewed()
	st, err := os.Stat(s.path(key(i)))
	if err != nil {
		t.Fatal(err)
	}
	return st.ModTime()
}

// With a limit that was lowered nobody waits until all of it is free: a Put does its share, the scan the rest.
func TestLoweredLimit(t *testing.T) {
	s := open(t, t.TempDir(), 1<<30)
	const n = 2*maxEvictions + 10
	for i := range n {
		put(t, s, fmt.Sprint(i), 10)
	}
	s.limit = 5 * pageSize
	err := s.Put(t.Context(), key(n), []byte("new"))
	if u := s.Usage(); !errors.Is(err, cache.ErrNoRoom) || u.Evictions != maxEvictions {
		t.Errorf("the first Put: %v after %d evictions, want %v after %d", err, u.Evictions, cache.ErrNoRoom, maxEvictions)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	s.scan(over)
	if got := s.Usage().Evictions; got != maxEvictions {
		t.Errorf("a store that closes still removed %d entries", got-maxEvictions)
	}
	s.scan(t.Context())
	if got := onDisk(t, s.dir); got > s.limit || got == 0 {
		t.Errorf("%d bytes after the scan, want at most %d", got, s.limit)
	}
	put(t, s, "later", 10)
}
