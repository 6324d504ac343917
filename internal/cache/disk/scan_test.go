package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestScanLearnsOfOtherProcesses(t *testing.T) {
	dir := t.TempDir()
	other := open(t, dir, 1<<20)
	put(t, other, "theirs", 100)
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir, 1<<20)
		put(t, s, "mine", 100)
		put(t, other, "later", 100)
		if got := s.Usage().Entries; got != 2 {
			t.Errorf("%d entries before the next scan, want 2", got)
		}
		time.Sleep(scanEvery * 6 / 5)
		synctest.Wait()
		if got, want := s.Usage().SizeBytes, onDisk(t, dir); got != want || s.Usage().Entries != 3 {
			t.Errorf("after the next scan: %+v, on disk are %d bytes", s.Usage(), want)
		}
	})
}

func TestScanForgetsWhatOthersDeleted(t *testing.T) {
	s := open(t, t.TempDir(), 1<<30)
	const n = scanBatch + 10
	for i := range n {
		s.index.install(key(i), 10, 0, time.Now()) // entries whose files are gone
	}
	put(t, s, "kept", 10)
	s.scan(t.Context())
	if u := s.Usage(); u.Entries != 1 || u.SizeBytes != pageSize || !has(t, s, "kept") {
		t.Errorf("usage %+v, want only the entry that exists", u)
	}
}

func TestMissForgetsWhatOthersDeleted(t *testing.T) {
	s := open(t, t.TempDir(), 1<<20)
	put(t, s, "0", 10)
	if err := os.Remove(s.path(key(0))); err != nil {
		t.Fatal(err)
	}
	if has(t, s, "0") || s.Usage().Entries != 0 {
		t.Errorf("a vanished file is still known: %+v", s.Usage())
	}
}

func TestScanSeesUseByOthers(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 3*pageSize)
	for i := range 3 {
		put(t, s, fmt.Sprint(i), pageSize)
	}
	age(t, s, 0, -time.Minute) // another process has a hit on 0, our oldest, and touches it
	s.scan(t.Context())
	put(t, s, "3", pageSize)
	if !has(t, s, "0") || has(t, s, "1") {
		t.Error("what another process uses was removed before what nobody uses")
	}
}

// TestForeignFiles holds that only files of our name pattern are read, counted or deleted.
func TestForeignFiles(t *testing.T) {
	dir := t.TempDir()
	id := key(0).String()
	shard, rest := id[:2], strings.Repeat("0", 16)
	foreign := []string{
		"README", "lost+found/x", "zz/" + id, "00/note.txt", shard + "/" + id[:63], shard + "/" + id + "0",
		shard + "/" + strings.ToUpper(id), "ff/" + id, shard + "/" + id + ".tmp", shard + "/" + id + "." + rest,
		shard + "/" + id + "." + rest[:15] + ".tmp", shard + "/" + id + "." + rest[:15] + "X.tmp", shard + "/.hidden",
		strings.ToUpper(shard) + "x/" + id,
	}
	for _, name := range foreign {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make([]byte, 5000), 0o600); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-1000 * time.Hour)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, dir, 2*pageSize)
	if u := s.Usage(); u.Entries != 0 || u.SizeBytes != 0 {
		t.Errorf("foreign files are counted: %+v", u)
	}
	for i := range 50 {
		put(t, s, fmt.Sprint(i), pageSize)
	}
	for _, name := range foreign {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("foreign file: %v", err)
		}
	}
}

func TestStrayTemporaries(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir, 1<<20)
	put(t, first, "0", 10)
	path := first.path(key(0))
	dead, alive := tempPath(path), tempPath(path)
	if err := os.WriteFile(dead, make([]byte, 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(alive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	old := time.Now().Add(-2 * staleAfter) // its disk may be very slow
	if err := errors.Join(claim(f), os.Chtimes(alive, old, old)); err != nil {
		t.Fatal(err)
	}

	open(t, dir, 1<<20)
	if _, err := os.Stat(dead); !os.IsNotExist(err) {
		t.Errorf("the temporary of a dead process is left: %v", err)
	}
	if _, err := os.Stat(alive); err != nil {
		t.Errorf("the temporary of a live process: %v", err)
	}
	if !has(t, first, "0") {
		t.Error("the entry beside it is gone")
	}
}

func TestClose(t *testing.T) {
	s := open(t, t.TempDir(), 1<<20)
	put(t, s, "0", 10)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if n := len(files(t, s.dir)); n != 1 {
		t.Errorf("%d files after Close, want the entry to stay", n)
	}
}
