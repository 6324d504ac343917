package disk

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"imagekit/internal/cache"
)

// TestDeletedUnderLoad cleans the directory again and again while it is written and read.
func TestDeletedUnderLoad(t *testing.T) {
	rows := []struct {
		name  string
		clean func(dir string) *exec.Cmd
	}{
		{"files and directories", func(dir string) *exec.Cmd {
			return exec.Command("find", dir, "-mindepth", "1",
				"-delete")
		}},
		{"young files", func(dir string) *exec.Cmd {
			return exec.Command("find", dir, "-type", "f", "-mtime", "-7",
				"-delete")
		}},
		{"everything", func(dir string) *exec.Cmd { return exec.Command("rm", "-rf", dir) }},
	}
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "cache")
			s := open(t, dir, 1<<20)
			c := cache.New(s, nil, nil)
			cleaned := make(chan struct{})
			var wg sync.WaitGroup
			wg.Go(func() {
				defer close(cleaned)
				for range 30 {
					_ = tt.clean(dir).Run() // it complains about what changes meanwhile
				}
			})
			for g := range 2 {
				wg.Go(func() { readAndWrite(t, c, g, cleaned) })
			}
			wg.Wait()
			if st := c.Stats(); st.Corrupt != 0 || st.ReadErrors != 0 {
				t.Errorf("stats %+v", st)
			}
			put(t, s, "afterwards", 10)
			if !has(t, s, "afterwards") {
				t.Error("nothing is kept after the cleaning")
			}
			s.scan(t.Context())
			if got, want := s.Usage().SizeBytes, onDisk(t, dir); got != want {
				t.Errorf("Usage says %d bytes, on disk are %d", got, want)
			}
		})
	}
}

// readAndWrite uses a few keys until done is closed, and wants every answer right.
func readAndWrite(t *testing.T, c *cache.Cache, g int, done <-chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-done:
			return
		default:
		}
		k := fmt.Sprint(g, i%50)
		if b, ok := c.Get(t.Context(), k); ok && !bytes.Equal(b.Data, content(k, 3000)) {
			t.Errorf("%s: wrong bytes", k)
		}
		keep(t, c, k, newBlob(k, 3000))
	}
}

func TestTwoStoresOneDirectory(t *testing.T) {
	dir := t.TempDir()
	stores := []*Store{open(t, dir, 1<<20), open(t, dir, 1<<20)}
	var wg sync.WaitGroup
	for g, s := range stores {
		c := cache.New(s, nil, nil)
		wg.Go(func() {
			for i := range 500 {
				k := fmt.Sprint((i*7 + g) % 200)
				if b, ok := c.Get(t.Context(), k); ok && !bytes.Equal(b.Data, content(k, 10_000)) {
					t.Errorf("%s: wrong bytes", k)
				}
				keep(t, c, k, newBlob(k, 10_000))
			}
			if st := c.Stats(); st.Corrupt+st.ReadErrors+st.WriteErrors != 0 {
				t.Errorf("stats %+v", st)
			}
		})
		wg.Go(func() {
			for range 5 {
				s.scan(t.Context())
			}
		})
	}
	wg.Wait()
	for _, s := range stores {
		s.scan(t.Context())
		if got, want := s.Usage().SizeBytes, onDisk(t, dir); got != want && want <= s.limit {
			t.Errorf("Usage says %d bytes, on disk are %d", got, want)
		}
	}
	if got := onDisk(t, dir); got > 1<<20 {
		t.Errorf("after both have scanned %d bytes are on disk", got)
	}
}

// TestBlockedShard puts a file where a directory must be: the write fails whoever runs the test, root too.
func TestBlockedShard(t *testing.T) {
	s := open(t, t.TempDir(), 1<<20)
	if err := os.WriteFile(filepath.Dir(s.path(key(0))), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := s.Put(t.Context(), key(0), []byte("x"))
	if err == nil || errors.Is(err, cache.ErrNoRoom) {
		t.Errorf("Put: %v, want the failure", err)
	}
	c := cache.New(s, nil, nil)
	if _, ok := c.Get(t.Context(), "0"); ok {
		t.Error("hit")
	}
	keep(t, c, "0", newBlob("0", 10))
	if st := c.Stats(); st.WriteErrors != 1 || st.SizeBytes != 0 || st.Corrupt != 0 {
		t.Errorf("stats %+v", st)
	}
	if s.index.reserved != 0 {
		t.Errorf("%d bytes stay reserved after a failed write", s.index.reserved)
	}
}

// TestUnremovableVictim makes the oldest entry a directory, which unlink refuses: others must still go.
func TestUnremovableVictim(t *testing.T) {
	s := open(t, t.TempDir(), 3*pageSize)
	for i := range 3 {
		put(t, s, fmt.Sprint(i), pageSize)
	}
	if err := errors.Join(os.Remove(s.path(key(0))), os.Mkdir(s.path(key(0)), 0o750)); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), key(3), make([]byte, pageSize)); err == nil {
		t.Error("Put made room that is not there")
	}
	put(t, s, "3", pageSize)
	if has(t, s, "1") || !has(t, s, "2") {
		t.Error("want the next oldest entry to go instead")
	}
}
