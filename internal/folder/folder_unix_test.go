//go:build unix

package folder

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"imagekit/internal/fault"
)

// outside is what no source may show.
const outside = "a file of others"

// newFolder returns a folder beside a file that is none of its own.
func newFolder(t *testing.T) (f *Folder, dir string) {
	t.Helper()
	base := t.TempDir()
	dir = filepath.Join(base, "pictures")
	for name, text := range map[string]string{
		"secret.txt": outside, "pictures/a.jpg": "picture", "pictures/2024/b c.jpg": "deeper", "pictures/large.jpg": strings.Repeat("x", 101), "pictures/full.jpg": strings.Repeat("x", 100),
		"pictures/empty.jpg": "", "pictures/zeile\numbruch.jpg": "x",
	} {
		path := filepath.Join(base, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{
		"inside.jpg": "a.jpg", "out.jpg": "../secret.txt", "absolute.jpg": filepath.Join(base, "secret.txt"), "up": "..", "loop.jpg": "loop.jpg", "null.jpg": "/dev/null",
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.jpg"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(Config{Dir: dir, MaxBytes: 100, Calls: 2, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, dir
}

func TestFetch(t *testing.T) {
	f, dir := newFolder(t)
	listener, err := net.Listen("unix", filepath.Join(dir, "socket.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for name, want := range map[string]any{
		"a.jpg": "picture", "2024/b c.jpg": "deeper", "inside.jpg": "picture", "full.jpg": strings.Repeat("x", 100), "empty.jpg": "",
		"none.jpg": fault.SourceNotFound, "2024": fault.SourceNotFound, "a.jpg/b": fault.SourceNotFound, "pipe.jpg": fault.SourceNotFound, "socket.jpg": fault.SourceNotFound,
		strings.Repeat("n", 300): fault.SourceNotFound, "large.jpg": fault.SourceTooLarge,
		"out.jpg": fault.SourceForbidden, "absolute.jpg": fault.SourceForbidden, "up/secret.txt": fault.SourceForbidden, "../secret.txt": fault.SourceForbidden,
		"2024/../../secret.txt": fault.SourceForbidden, "/etc/passwd": fault.SourceForbidden, "null.jpg": fault.SourceForbidden, "loop.jpg": fault.SourceForbidden,
	} {
		b, err := f.Fetch(t.Context(), "local:"+name)
		if kind, refused := want.(fault.Kind); refused {
			if err == nil || fault.From(err).Kind != kind {
				t.Errorf("%s: %v, want %v", name, err, kind)
			}
			continue
		}
		if err != nil || string(b.Data) != want || b.Fresh.IsZero() {
			t.Errorf("%s: %+v, %v; want %q", name, b, err, want)
		}
	}
}

// A directory on the way that becomes a link while it is looked at leads nowhere either.
func TestSwappedDirectory(t *testing.T) {
	f, dir := newFolder(t)
	stop := make(chan struct{})
	swapped := make(chan struct{})
	go func() {
		defer close(swapped)
		way := filepath.Join(dir, "way")
		for {
			select {
			case <-stop:
				return
			default:
			}
			_ = os.Mkdir(way, 0o700)
			_ = os.Remove(way)
			_ = os.Symlink("..", way)
			_ = os.Remove(way)
		}
	}()
	for range 2000 {
		if b, err := f.Fetch(t.Context(), "local:way/secret.txt"); err == nil {
			t.Errorf("it hands out %q", b.Data)
		}
	}
	close(stop)
	<-swapped
}

func TestOpen(t *testing.T) {
	for _, dir := range []string{"/nowhere", os.Args[0], ""} {
		if f, err := Open(Config{Dir: dir}); err == nil {
			_ = f.Close()
			t.Errorf("%q is taken", dir)
		}
	}
}
