package disk

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/cache"
	"imagekit/internal/sysfile"
)

// blind is a space that knows nothing, so that a disk can be filled.
func blind() *space {
	return &space{
		look: func() (sysfile.Volume, error) { return sysfile.Volume{}, errors.New("unknown") },
		log:  slog.New(slog.DiscardHandler),
	}
}

func TestAllow(t *testing.T) {
	const gib = 1 << 30
	rows := []struct {
		name          string
		v             sysfile.Volume
		err           error
		minFree       int64
		used, entries int64
		want          ceiling
	}{
		{
			"1 GiB of a large disk",
			sysfile.Volume{Size: 100 * gib, Free: 3 * gib},
			nil, 0, 7, 1,
			ceiling{2*gib + 7, noCeiling.entries},
		},
		{"5 % of a small disk", sysfile.Volume{Size: 2000, Free: 300}, nil, 0, 50, 1, ceiling{250, noCeiling.entries}},
		{"the setting", sysfile.Volume{Size: 2000, Free: 300}, nil, 250, 50, 1, ceiling{100, noCeiling.entries}},
		{
			"below the floor the cache shrinks",
			sysfile.Volume{Size: 2000, Free: 40},
			nil, 0, 500, 9,
			ceiling{440, noCeiling.entries},
		},
		{"down to nothing", sysfile.Volume{Size: 2000, Free: 40}, nil, 1000, 500, 9, ceiling{0, noCeiling.entries}},
		{"inodes", sysfile.Volume{Size: 2000, Free: 2000, Inodes: 100, InodesFree: 7}, nil, 1, 0, 10, ceiling{1999, 12}},
		{"no inodes left", sysfile.Volume{Size: 2000, Free: 2000, Inodes: 100}, nil, 1, 0, 2, ceiling{1999, 0}},
		{"cannot be known", sysfile.Volume{}, errors.New("no"), 0, 500, 9, noCeiling},
		{"does not tell", sysfile.Volume{}, nil, 0, 500, 9, noCeiling},
	}
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			s := blind()
			s.look, s.minFree = func() (sysfile.Volume, error) { return tt.v, tt.err }, tt.minFree
			if got := s.allow(tt.used, tt.entries, time.Now()); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestFloor fills the disk by somebody else and empties it again: the cache gives way, says so once, serves on, and
// keeps results again when there is space.
func TestFloor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := open(t, t.TempDir(), 1<<20)
		others := int64(0)
		s.space = &space{
			minFree: 5 * pageSize, log: slog.New(slog.NewTextHandler(&log, nil)),
			look: func() (sysfile.Volume, error) {
				used, _ := s.index.usage()
				return sysfile.Volume{Size: 100 * pageSize, Free: 100*pageSize - others - used}, nil
			},
		}
		for i := range 20 {
			put(t, s, fmt.Sprint(i), pageSize)
		}
		others = 85 * pageSize // 10 pages are left for 20 entries
		put(t, s, "at once", 10)
		if got := s.Usage().Entries; got != 21 {
			t.Errorf("%d entries: the disk is looked at for each write", got)
		}
		time.Sleep(measureEvery)
		put(t, s, "later", 10)
		if u := s.Usage(); u.SizeBytes != 10*pageSize || !has(t, s, "19") || has(t, s, "0") {
			t.Errorf("the cache did not give way as it should: %+v", u)
		}
		others = 99 * pageSize
		time.Sleep(measureEvery)
		if err := s.Put(t.Context(), key(50), []byte("x")); !errors.Is(err, cache.ErrNoRoom) || s.Usage().Entries != 0 {
			t.Errorf("on a disk that others have filled: %v, %+v", err, s.Usage())
		}
		s.scan(t.Context()) // must neither fail nor last
		others = 0
		time.Sleep(measureEvery)
		put(t, s, "again", 10)
		if got := log.String(); strings.Count(got, "IMAGEKIT_CACHE_MIN_FREE") != 1 ||
			strings.Count(got, "has space again") != 1 {
			t.Errorf("want one line for each change, got:\n%s", got)
		}
	})
}

func TestInodeFloor(t *testing.T) {
	s := open(t, t.TempDir(), 1<<20)
	s.space = &space{minFree: 1, log: s.log, look: func() (sysfile.Volume, error) {
		_, entries := s.index.usage()
		return sysfile.Volume{Size: 1 << 30, Free: 1 << 30, Inodes: 100, InodesFree: 15 - entries}, nil
	}}
	for i := range 30 {
		put(t, s, fmt.Sprint(i), 10)
	}
	if u := s.Usage(); u.Entries != 10 || u.Evictions != 20 {
		t.Errorf("usage %+v, want the 10 entries that leave 5 of 100 inodes free", u)
	}
}

// TestWrongClock: a time far in the future, or before 1970, tells nothing of the last use. Such an entry goes first,
// unless it is hit, which puts its time right.
func TestWrongClock(t *testing.T) {
	for _, at := range []time.Duration{-100 * 365 * 24 * time.Hour, 100 * 365 * 24 * time.Hour} {
		dir := t.TempDir()
		s := open(t, dir, 4*pageSize)
		for i := range 4 {
			put(t, s, fmt.Sprint(i), pageSize)
		}
		age(t, s, 0, at)
		age(t, s, 1, at)
		age(t, s, 2, 1000*time.Hour)
		age(t, s, 3, -touchAfter/2) // another machine's clock
		if !has(t, s, "1") || time.Since(modified(t, s, 1)).Abs() > time.Minute {
			t.Errorf("%v: a hit left the time at %v", at, modified(t, s, 1))
		}
		age(t, s, 3, -touchAfter/2)
		if has(t, s, "3"); time.Until(modified(t, s, 3)) < time.Minute {
			t.Error("a clock that is a little ahead makes every hit write")
		}
		s.scan(t.Context())
		again := open(t, dir, 4*pageSize)
		put(t, again, "new", pageSize)
		if has(t, again, "0") || !has(t, again, "1") || !has(t, again, "2") || !has(t, again, "3") {
			t.Errorf("%v: want the entry with the impossible time to go first", at)
		}
	}
}

// TestPlantedLinks: nothing outside the directory is read, written, counted or removed by way of a link in it.
func TestPlantedLinks(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	id, other := key(0), key(1)
	secret := filepath.Join(outside, id.String())
	shard := func(id cache.ID) string { return shardPath(dir, id[0]) }
	err := errors.Join(
		os.WriteFile(secret, []byte("secret"), 0o600), os.WriteFile(tempPath(secret), nil, 0o600),
		os.Symlink(outside, shard(id)), os.Mkdir(shard(other), 0o750), os.Symlink(secret, shard(other)+"/"+other.String()),
	)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, pageSize)
	if u := s.Usage(); u.Entries != 0 {
		t.Errorf("links are counted: %+v", u)
	}
	if err := s.Put(t.Context(), id, []byte("x")); err == nil {
		t.Error("written through a link")
	}
	if _, err := s.Get(t.Context(), other); err == nil {
		t.Error("read through a link")
	}
	put(t, s, "1", 10) // takes the place of the link
	put(t, s, "2", 10) // evicts it
	got, err := os.ReadFile(secret)
	if names, _ := os.ReadDir(outside); err != nil || string(got) != "secret" || len(names) != 2 {
		t.Errorf("outside the directory now: %v, %q, %v", names, got, err)
	}
}

// TestDeathWhileOpening: what Open writes to try the directory is removed by the next scan if the process dies there.
func TestDeathWhileOpening(t *testing.T) {
	dir := t.TempDir()
	if err := checkWritable(dir); err != nil {
		t.Fatal(err)
	}
	left := tempPath(shardPath(dir, 0) + "/" + cache.ID{}.String())
	if err := os.WriteFile(left, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	open(t, dir, 1<<20)
	if got := files(t, dir); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}
