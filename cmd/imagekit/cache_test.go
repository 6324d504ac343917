//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/cache"
	"imagekit/internal/cache/disk"
	"imagekit/internal/cacheadmin"
	"imagekit/internal/format"
)

// cacheKey is the text under which a server keeps result i of a source.
func cacheKey(source string, i int) string {
	return fmt.Sprintf("engine=1\nurl=%s\nformat=webp\nparams=w=%d\nv=", source, i)
}

// fillCache returns a cache directory with n results of 3000 bytes of each source. Result i was used i days ago.
func fillCache(t *testing.T, n int, sources ...string) (dir string, path func(source string, i int) string) {
	t.Helper()
	dir = t.TempDir()
	store, err := disk.Open(disk.Config{Dir: dir, Limit: 1 << 30, MinFree: 1})
	if err != nil {
		t.Fatal(err)
	}
	c := cache.New(store, nil, nil)
	path = func(source string, i int) string {
		id := cache.NewID(cacheKey(source, i)).String()
		return filepath.Join(dir, id[:2], id)
	}
	for _, source := range sources {
		for i := range n {
			c.Put(t.Context(), cacheKey(source, i), blob.New(make([]byte, 3000), format.WebP, time.Unix(1_700_000_000, 0)))
			if err := c.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			at := time.Now().Add(-time.Duration(i) * 24 * time.Hour)
			if err := os.Chtimes(path(source, i), at, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, path
}

// plant puts files into the directory that are not the cache's, and returns what checks that they are still there.
func plant(t *testing.T, dir, beside string) (untouched func()) {
	t.Helper()
	names := []string{"README", "zz/x", filepath.Join(filepath.Base(filepath.Dir(beside)), "note.txt")}
	for _, name := range names {
		path := filepath.Join(dir, name)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("mine"), 0o644),
			os.Chtimes(path, time.Unix(0, 0), time.Unix(0, 0)))
		if err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		t.Helper()
		for _, name := range names {
			if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != "mine" {
				t.Errorf("a file of somebody else: %v", err)
			}
		}
	}
}

func left(t *testing.T, dir string) int {
	t.Helper()
	found, err := filepath.Glob(dir + "/??/" + strings.Repeat("?", 64))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// answers runs a cache command with --json and reads what it prints.
func answers(t *testing.T, dir string, code int, to any, args ...string) {
	t.Helper()
	got := call(t.Context(), append(append([]string{"cache"}, args...), "--json", "--cache-dir", dir)...)
	if err := json.Unmarshal([]byte(got.out), to); err != nil || got.code != code {
		t.Fatalf("%v: exit status %d, want %d; %v\n%s%s", args, got.code, code, err, got.out, got.err)
	}
}

func TestCacheVerify(t *testing.T) {
	const source = "https://example.com/a.jpg"
	dir, path := fillCache(t, 20, source)
	untouched := plant(t, dir, path(source, 0))
	got := call(t.Context(), "cache", "verify", "--cache-dir", dir)
	if want := "20 entries, 80.0 KiB: 0 damaged, 0 unreadable, 0 removed\n"; got.code != exitOK || got.out != want ||
		got.err != "" {
		t.Errorf("a sound cache: %+v", got)
	}
	sound, err := os.ReadFile(path(source, 1))
	if err != nil {
		t.Fatal(err)
	}
	sound[len(sound)-1] ^= 1
	err = errors.Join(os.WriteFile(path(source, 1), sound, 0o600), os.Truncate(path(source, 2), 100),
		os.Rename(path(source, 3), path(source, 4)))
	if err != nil {
		t.Fatal(err)
	}
	got = call(t.Context(), "cache", "verify", "--cache-dir", dir)
	for _, want := range []string{
		path(source, 1) + ": checksum of the body\n", path(source, 2) + ": length\n", path(source, 4) +
			": another key's entry\n",
		": 3 damaged, 0 unreadable, 0 removed\n",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("no %q in %s", want, got.out)
		}
	}
	if got.code != exitFailed || !strings.Contains(got.err, "3 of 19 entries are damaged or unreadable") {
		t.Errorf("%+v", got)
	}
	var v cacheadmin.Verified
	answers(t, dir, exitFailed, &v, "verify", "--delete")
	if v.Damaged != 3 || v.Removed != 3 || len(v.Problems) != 3 || left(t, dir) != 16 {
		t.Errorf("%+v, %d files are left", v, left(t, dir))
	}
	answers(t, dir, exitOK, &v, "verify")
	if v.Entries != 16 || v.Damaged != 0 || len(v.Problems) != 0 {
		t.Errorf("after the damaged ones were removed: %+v", v)
	}
	untouched()
}

func TestCacheStats(t *testing.T) {
	dir, _ := fillCache(t, 10, "sample:photo")
	var s cacheadmin.Counted
	answers(t, dir, exitOK, &s, "stats")
	if s.Directory != dir || s.Entries != 10 || s.SizeBytes != 10*4096 || s.Disk < s.Free || s.Disk == 0 {
		t.Errorf("%+v", s)
	}
	if got, want := fmt.Sprint(s.Unused), "[{1 9 36864} {7 3 12288} {30 0 0} {365 0 0}]"; got != want {
		t.Errorf("unused: got %s, want %s", got, want)
	}
	if days := s.Newest.Sub(*s.Oldest).Hours() / 24; days < 8.9 || days > 9.1 {
		t.Errorf("from %v to %v", s.Oldest, s.Newest)
	}
	got := call(t.Context(), "cache", "--cache-dir", dir, "stats")
	if got.code != exitOK || !strings.Contains(got.out, "entries           10 entries, 40.0 KiB\n") ||
		!strings.Contains(got.out, "unused for 7d     3 entries") {
		t.Errorf("%+v", got)
	}
	answers(t, t.TempDir(), exitOK, &s, "stats")
}

func TestCachePrune(t *testing.T) {
	rows := []struct {
		args  []string
		stays int // the entries used last
	}{
		{[]string{"--older-than", "5d12h"}, 6},
		{[]string{"--older-than", "1h"}, 1},
		{[]string{"--older-than", "30d"}, 10},
		{[]string{"--to", "16KiB"}, 4},
		{[]string{"--to", "20000"}, 4},
		{[]string{"--to", "1GiB"}, 10},
		{[]string{"--older-than", "12h", "--to", "16KiB"}, 1},
		{[]string{"--older-than", "7d12h", "--to", "16KiB"}, 4},
	}
	for _, tt := range rows {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			dir, path := fillCache(t, 10, "sample:photo")
			untouched := plant(t, dir, path("sample:photo", 0))
			var p cacheadmin.Pruned
			answers(t, dir, exitOK, &p, append([]string{"prune"}, tt.args...)...)
			if p.Entries != 10 || p.Removed != int64(10-tt.stays) || p.RemovedBytes != p.Removed*4096 {
				t.Errorf("%+v", p)
			}
			for i := range 10 {
				if _, err := os.Stat(path("sample:photo", i)); (err == nil) != (i < tt.stays) {
					t.Errorf("entry %d: %v, want %d to stay", i, err, tt.stays)
				}
			}
			untouched()
		})
	}
}

func TestCachePurge(t *testing.T) {
	const gone, like = "https://example.com/a%20b.jpg", "https://example.com/a%20b.jpg?v=2"
	dir, path := fillCache(t, 5, gone, like, "sample:photo")
	got := call(t.Context(), "cache", "purge", "--cache-dir", dir, "HTTPS://Example.com:443/a b.jpg#top")
	if want := "removed 5 entries, 20.0 KiB; left 10 entries, 40.0 KiB\n"; got.code != exitOK || got.out != want {
		t.Errorf("%+v, want %q", got, want)
	}
	for i := range 5 {
		if _, err := os.Stat(path(gone, i)); err == nil {
			t.Errorf("result %d is left", i)
		}
	}
	if left(t, dir) != 10 {
		t.Error("results of other sources are gone")
	}
	if _, err := os.Stat(filepath.Join(dir, "purged")); err != nil {
		t.Error("servers are not told:", err)
	}
}

// TestCachePurgeParts: one v, or all below a folder, and what an earlier purge left.
func TestCachePurgeParts(t *testing.T) {
	const in, out = "https://example.com/shop/a.jpg", "https://example.com/b.jpg"
	for _, tt := range []struct {
		args []string
		left int
	}{
		{[]string{"https://example.com/shop/*"}, 3},
		{[]string{"https://example.com/*"}, 0},
		{[]string{"--v", "7", in}, 6}, // these have none
	} {
		dir, _ := fillCache(t, 3, in, out)
		got := call(t.Context(), append([]string{"cache", "purge", "--cache-dir", dir}, tt.args...)...)
		if n := left(t, dir); got.code != exitOK || n != tt.left {
			t.Errorf("%v: %d left, want %d: %+v", tt.args, n, tt.left, got)
		}
	}
}

func TestCacheMistakes(t *testing.T) {
	rows := []struct {
		args string
		want string
	}{
		{"", "cache wants a command: verify, stats, prune or purge"},
		{"verfy", `unknown command "verfy"; did you mean "verify"? (see imagekit cache --help)`},
		{"verify --delte", `unknown flag --delte; did you mean "--delete"? (see imagekit cache verify --help)`},
		{"verify now", `verify takes no arguments, got "now" (see imagekit cache verify --help)`},
		{"stats --cache-dir @/none", `@/none" (IMAGEKIT_CACHE_DIR)`},
		{"prune", "prune wants --older-than AGE or --to SIZE"},
		{"prune --older-than 7", `--older-than: got "7", want a duration above 0 with its unit, such as 7d, 12h or 1d12h`},
		{"prune --older-than=", `--older-than: got ""`},
		{"prune --to 5GB5", `--to: got "5GB5", want a size`},
		{"purge", "purge wants one URL, got 0 arguments"},
		{"purge ftp://example.com/", "ftp"},
	}
	for _, tt := range rows {
		t.Run(tt.args, func(t *testing.T) {
			dir, _ := fillCache(t, 1, "sample:photo")
			got := call(t.Context(), strings.Fields("cache "+strings.ReplaceAll(tt.args, "@", dir))...)
			if want := strings.ReplaceAll(tt.want, "@", dir); got.code != exitUsage || !strings.Contains(got.err, want) ||
				got.out != "" {
				t.Errorf("got %+v, want exit status 2 and %q", got, want)
			}
			if left(t, dir) != 1 {
				t.Error("something was removed")
			}
		})
	}
}

func TestBytesText(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1 << 30: "1.0 GiB",
		1<<63 - 1: "8.0 EiB",
	} {
		if got := bytesText(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}
