package disk

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/cache"
	"imagekit/internal/format"
	"imagekit/internal/testkit/cachetest"
)

func TestStore(t *testing.T) {
	cachetest.Run(t, func(t *testing.T) cache.Store { return open(t, t.TempDir(), 8<<20) })
}

// open returns a store on dir that has finished its first scan and is closed at the end of the test.
func open(t testing.TB, dir string, limit int64) *Store {
	t.Helper()
	s, err := Open(Config{Dir: dir, Limit: limit, MinFree: 1}) // the limit is tested, not this machine's disk
	if err != nil {
		t.Fatal(err)
	}
	<-s.scanned
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// content returns n bytes that only this key has.
func content(key string, n int) []byte {
	sum := sha256.Sum256([]byte(key))
	return bytes.Repeat(sum[:], n/len(sum)+1)[:n]
}

func put(t testing.TB, s *Store, key string, n int) {
	t.Helper()
	if err := s.Put(t.Context(), cache.NewID(key), content(key, n)); err != nil {
		t.Fatalf("Put %s: %v", key, err)
	}
}

// keep puts b into c and waits until it is written.
func keep(t testing.TB, c *cache.Cache, key string, b *blob.Blob) {
	t.Helper()
	c.Put(t.Context(), key, b)
	if err := c.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func has(t testing.TB, s *Store, key string) bool {
	t.Helper()
	_, err := s.Get(t.Context(), cache.NewID(key))
	return err == nil
}

// files returns the paths of all files below dir.
func files(t testing.TB, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(dir + "/*/*")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func newBlob(key string, n int) *blob.Blob {
	return blob.New(content(key, n), format.WebP, time.Unix(1_700_000_000, 0))
}

func TestLayout(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "if missing")
	s := open(t, dir, 1<<20)
	put(t, s, "a key", 5)
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte("a key")))
	got, err := os.ReadFile(filepath.Join(dir, sum[:2], sum))
	if err != nil || !bytes.Equal(got, content("a key", 5)) {
		t.Errorf("the entry of %s: %q, %v", sum, got, err)
	}
	if n := len(files(t, dir)); n != 1 {
		t.Errorf("%d files after one Put", n)
	}
}

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		name  string
		c     Config
		wants []string
	}{
		{"a file", Config{Dir: file, Limit: 1 << 20}, []string{file, "IMAGEKIT_CACHE_DIR"}},
		{"below a file", Config{Dir: file + "/x", Limit: 1 << 20}, []string{file, "IMAGEKIT_CACHE_DIR"}},
		{"no limit", Config{Dir: t.TempDir()}, []string{"IMAGEKIT_CACHE_SIZE", "0"}},
		{"negative limit", Config{Dir: t.TempDir(), Limit: -5}, []string{"IMAGEKIT_CACHE_SIZE", "-5"}},
	}
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Open(tt.c)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.wants {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not name %q", err, want)
				}
			}
		})
	}
}
