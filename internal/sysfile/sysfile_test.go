package sysfile

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// file writes a file of this content and returns its path.
func file(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestRead: small files come as bytes, larger ones open, and what is larger still or no file not at all.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	path := file(t, dir, "a", "0123456789")
	for _, tt := range []struct {
		name       string
		path       string
		over, most int64
		data, open bool
	}{
		{"small", path, 10, 10, true, false},
		{"large", path, 9, 10, false, true},
		{"too large", path, 5, 9, false, false},
		{"a directory", dir, 1 << 20, 1 << 20, false, false},
		{"nothing", filepath.Join(dir, "b"), 1 << 20, 1 << 20, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data, f, info, err := Read(tt.path, tt.over, tt.most)
			if f != nil {
				defer f.Close()
				if data, err := io.ReadAll(f); err != nil || string(data) != "0123456789" {
					t.Errorf("the open file holds %q, %v", data, err)
				}
			}
			if tt.data != (string(data) == "0123456789") || tt.open != (f != nil) || (tt.data || tt.open) != (err == nil) {
				t.Errorf("got %q, open %t, %v", data, f != nil, err)
			}
			if err == nil && (info.Size != 10 || info.Occupied < 10 || info.Type != 0) {
				t.Errorf("got %+v", info)
			}
			if tt.name == "nothing" && !Gone(err) {
				t.Errorf("%v does not mean that it is gone", err)
			}
		})
	}
}

// TestLinks: no link is followed.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink(file(t, dir, "a", "secret"), link); err != nil {
		t.Skip("links cannot be made here: ", err)
	}
	if data, f, _, err := Read(link, 1<<20, 1<<20); err == nil {
		t.Errorf("read %q, open %t", data, f != nil)
	}
	if info, err := Lstat(link); err != nil || info.Type != fs.ModeSymlink {
		t.Errorf("got %v, %v", info.Type, err)
	}
	if err := Remove(link); err != nil || content(t, filepath.Join(dir, "a")) != "secret" {
		t.Errorf("the link could not be removed alone: %v", err)
	}
}

// TestStamp: the same file has one stamp however it is looked at, another file and a changed one have others.
func TestStamp(t *testing.T) {
	dir := t.TempDir()
	path := file(t, dir, "a", "one")
	first, err := Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if in, err := LstatIn(d, "a"); err != nil || in.Stamp != first.Stamp {
		t.Errorf("in its directory: %+v, %v", in, err)
	}
	f, err := Open(path, os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if open, err := Stat(f); err != nil || open.Stamp != first.Stamp {
		t.Errorf("open: %+v, %v", open, err)
	}
	other, err := Lstat(file(t, dir, "b", "two"))
	if err != nil || other.Stamp == first.Stamp {
		t.Errorf("another file: %+v, %v", other, err)
	}
	at := time.Unix(1_600_000_000, 0)
	if err := Touch(path, at); err != nil {
		t.Fatal(err)
	}
	touched, err := Lstat(path)
	if err != nil || touched.Stamp == first.Stamp || !touched.ModTime().Equal(at) {
		t.Errorf("touched: %+v, %v", touched, err)
	}
	if _, err := OpenDir(path); err == nil {
		t.Error("a file was opened as a directory")
	}
}

// TestInUse: what somebody reads may be replaced and removed; the reader keeps what it had.
func TestInUse(t *testing.T) {
	dir := t.TempDir()
	path := file(t, dir, "a", "old")
	reader, err := Open(path, os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := Rename(file(t, dir, "new", "new"), path, filepath.Join(dir, "aside")); err != nil {
		t.Fatal(err)
	}
	if got := content(t, path); got != "new" {
		t.Errorf("the name holds %q", got)
	}
	if got, err := io.ReadAll(reader); err != nil || string(got) != "old" {
		t.Errorf("its reader got %q, %v", got, err)
	}
	second, err := Open(path, os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := Remove(path); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(second); err != nil || string(got) != "new" {
		t.Errorf("the reader of a removed file got %q, %v", got, err)
	}
	second.Close()
	reader.Close()
	if _, err := Lstat(path); !Gone(err) {
		t.Errorf("the removed file: %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := Remove(dir); err == nil {
		t.Error("a directory was removed as a file")
	}
}

// TestReplaceNothing: what is not there replaces nothing.
func TestReplaceNothing(t *testing.T) {
	dir := t.TempDir()
	path := file(t, dir, "a", "kept")
	for name, err := range map[string]error{
		"Rename":  Rename(filepath.Join(dir, "none"), path, filepath.Join(dir, "aside")),
		"Replace": Replace(filepath.Join(dir, "none"), path),
	} {
		if !Gone(err) || content(t, path) != "kept" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLock: a lock is one open file's alone, keeps no reader away, and ends with it.
func TestLock(t *testing.T) {
	path := file(t, t.TempDir(), "a", "read me")
	open := func() *os.File {
		f, err := Open(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	first, second := open(), open()
	defer second.Close()
	if err := TryLock(first); err != nil {
		t.Fatal(err)
	}
	if err := TryLock(second); !errors.Is(err, ErrLocked) {
		t.Errorf("want %v, got %v", ErrLocked, err)
	}
	if got := content(t, path); got != "read me" {
		t.Errorf("a reader got %q", got)
	}
	first.Close()
	if err := Lock(second); err != nil {
		t.Errorf("after its end: %v", err)
	}
}

// TestVolume: a disk has a size, and not more room than that.
func TestVolume(t *testing.T) {
	v, err := StatVolume(t.TempDir())
	if err != nil || v.Size <= 0 || v.Free < 0 || v.Free > v.Size || v.InodesFree > v.Inodes {
		t.Errorf("got %+v, %v", v, err)
	}
}

// TestOpenMakes: a new file is the only one of its name.
func TestOpenMakes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	f, err := Open(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(f, bytes.NewReader([]byte("made")))
	if err = errors.Join(err, f.Close()); err != nil || content(t, path) != "made" {
		t.Errorf("got %q, %v", content(t, path), err)
	}
	if f, err := Open(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
		f.Close()
		t.Error("it was made twice")
	}
}
