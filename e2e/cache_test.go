//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"imagekit/internal/testkit/imagetest"
)

func TestRottenEntry(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	pairs := []string{"url", o.url + "/photo.jpg", "w", "100"}
	want := s.picture(t, pairs...)
	for n, at := range []int{0, 12, 60, -1} { // magic, length, key, last byte of the picture
		path := s.files(t)[0]
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if at < 0 {
			at += len(data)
		}
		data[at] ^= 0x10
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		a := s.picture(t, pairs...)
		a.wantState(t, "MISS")
		wantSame(t, a, want)
		if got := s.stats(t).Corrupt; got != int64(n+1) {
			t.Errorf("byte %d: %d corrupt entries counted, want %d", at, got, n+1)
		}
		s.picture(t, pairs...).wantState(t, "HIT")
	}
}

// The owner of the directory may delete in it whatever and whenever he likes.
func TestDirectoryCleaned(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	pairs := []string{"url", o.url + "/photo.jpg", "w", "100"}
	for _, c := range []struct {
		name  string
		clean func() error
	}{
		{"find -delete", func() error { return os.Remove(s.files(t)[0]) }},
		{"rm -rf of a part", func() error { return os.RemoveAll(filepath.Dir(s.files(t)[0])) }},
		{"rm -rf", func() error { return os.RemoveAll(s.cache) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := s.picture(t, pairs...)
			if err := c.clean(); err != nil {
				t.Fatal(err)
			}
			a := s.picture(t, pairs...)
			a.wantState(t, "MISS")
			wantSame(t, a, want)
			s.picture(t, pairs...).wantState(t, "HIT")
		})
	}
	if got := s.stats(t); got.ReadErrors+got.WriteErrors+got.Corrupt > 0 {
		t.Errorf("cleaning counted as trouble: %+v", got)
	}
}

func TestSharedDirectory(t *testing.T) {
	t.Parallel()
	o, a := newOrigin(t), start(t)
	b := start(t, "IMAGEKIT_CACHE_DIR="+a.cache)
	for i, pair := range [][2]*server{{a, b}, {b, a}} {
		pairs := []string{"url", o.url + "/photo.jpg", "w", strconv.Itoa(100 + i)}
		miss := pair[0].picture(t, pairs...)
		miss.wantState(t, "MISS")
		pair[0].stored(t)
		hit := pair[1].picture(t, pairs...)
		hit.wantState(t, "HIT")
		wantSame(t, hit, miss)
	}
	if n := o.count("/photo.jpg"); n != 2 {
		t.Errorf("the origin was asked %d times, want twice", n)
	}
}

func TestCacheSize(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	o, s := newOrigin(t), start(t, "IMAGEKIT_CACHE_SIZE="+strconv.Itoa(limit))
	url := o.put("/grain.png", encodePNG(t, imagetest.Photo(300, 200)))
	for i := range 60 { // of about 60 KB each
		s.picture(t, "url", url, "f", "png", "v", strconv.Itoa(i))
		if got := s.diskUse(t); got > limit*105/100 {
			t.Fatalf("after %d pictures the cache takes %d bytes on disk, the limit is %d", i+1, got, limit)
		}
	}
	got := s.stats(t)
	if got.Evictions == 0 || got.LimitBytes != limit || got.SizeBytes < limit/2 || got.SizeBytes > limit {
		t.Errorf("%+v: want evictions and a size of %d to %d", got, limit/2, limit)
	}
	s.picture(t, "url", url, "f", "png", "v", "59").wantState(t, "HIT")
	s.picture(t, "url", url, "f", "png", "v", "0").wantState(t, "MISS")
}

// diskUse returns the bytes that the files of the cache occupy, as du counts them.
func (s *server) diskUse(t *testing.T) (sum int64) {
	t.Helper()
	for _, path := range s.files(t) {
		var st syscall.Stat_t
		if syscall.Lstat(path, &st) == nil { // else it was evicted meanwhile
			sum += st.Blocks * 512
		}
	}
	return sum
}
