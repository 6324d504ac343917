package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"imagekit/internal/cache"
)

// walk returns what a walk finds.
func walk(t *testing.T, f Folder) (all Shard) {
	t.Helper()
	var mu sync.Mutex
	err := f.Walk(t.Context(), func(s Shard) error {
		mu.Lock()
		defer mu.Unlock()
		all.Entries = append(all.Entries, s.Entries...)
		all.Temporaries += s.Temporaries
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func look(t *testing.T, dir string) Folder {
	t.Helper()
	f, err := Look(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFolder(t *testing.T) {
	s := open(t, t.TempDir(), 1<<30)
	for i := range 500 {
		put(t, s, fmt.Sprint(i), 5000)
	}
	age(t, s, 1, 50*time.Hour)
	age(t, s, 2, -50*time.Hour)
	shard := filepath.Dir(s.path(key(0)))
	err := errors.Join(os.WriteFile(tempPath(s.path(key(0))), nil, 0o600), os.WriteFile(shard+"/note", nil, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	all := walk(t, look(t, s.dir))
	if len(all.Entries) != 500 || all.Temporaries != 1 {
		t.Fatalf("found %d entries and %d temporaries", len(all.Entries), all.Temporaries)
	}
	for _, e := range all.Entries {
		old := time.Since(e.Used)
		switch e.ID {
		case key(1):
			if old.Round(time.Hour) != 50*time.Hour {
				t.Errorf("entry 1 was used %v ago", old)
			}
		case key(2):
			if e.Used.Unix() != 0 {
				t.Errorf("an entry from the future was used at %v", e.Used)
			}
		default:
			if e.Size != 2*pageSize || old > time.Hour {
				t.Errorf("%+v", e)
			}
		}
	}
}

// TestFolderInUse: what was used or replaced since the walk is not removed unless that is wanted.
func TestFolderInUse(t *testing.T) {
	s := open(t, t.TempDir(), 1<<30)
	for i := range 4 {
		put(t, s, fmt.Sprint(i), 5000)
	}
	f := look(t, s.dir)
	all := map[cache.ID]Entry{}
	for _, e := range walk(t, f).Entries {
		all[e.ID] = e
	}
	age(t, s, 0, 50*time.Hour)
	has(t, s, "0") // used
	put(t, s, "1", 5000)
	if err := s.Delete(t.Context(), key(2)); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, false, false, true} {
		if got, err := f.RemoveUnchanged(all[key(i)]); got != want || err != nil {
			t.Errorf("entry %d: removed %t, %v, want %t", i, got, err, want)
		}
	}
	if _, err := f.Read(all[key(2)], 10); !errors.Is(err, cache.ErrNotFound) {
		t.Errorf("reading what has gone: %v", err)
	}
	if data, err := f.Read(all[key(0)], 10); len(data) != 10 || err != nil {
		t.Errorf("reading 10 bytes: %q, %v", data, err)
	}
	for i, want := range []bool{true, true, false, false} {
		if got, err := f.Remove(all[key(i)]); got != want || err != nil {
			t.Errorf("entry %d: removed %t, %v, want %t", i, got, err, want)
		}
	}
}

func TestWalkTellsOfTrouble(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(shardPath(dir, 7), nil, 0o600); err != nil { // a file where a directory should be
		t.Fatal(err)
	}
	f := look(t, dir)
	visits := 0
	var mu sync.Mutex
	count := func(Shard) error {
		mu.Lock()
		defer mu.Unlock()
		visits++
		return nil
	}
	if err := f.Walk(t.Context(), count); err == nil || visits != Shards {
		t.Errorf("%v after %d shards, want an error and all of them", err, visits)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	visits = 0
	if err := f.Walk(ended, count); !errors.Is(err, context.Canceled) || visits != 0 {
		t.Errorf("after the end: %v, %d visits", err, visits)
	}
	if _, err := Look(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing directory: %v", err)
	}
}
