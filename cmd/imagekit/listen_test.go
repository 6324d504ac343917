//go:build unix

package main

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"imagekit/internal/settings"
)

// A Unix socket is for its owner and group. What a server left that was killed is removed; a server that lives and a file
// that is no socket are not.
func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	s := &settings.Settings{Addr: "unix:" + path}
	left, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := listen(t.Context(), s, nil); err == nil ||
		!strings.Contains(err.Error(), "IMAGEKIT_ADDR: another server listens at "+path) {
		t.Errorf("beside a server that lives: %v", err)
	}
	left.(*net.UnixListener).SetUnlinkOnClose(false)
	left.Close()
	all, err := listen(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != fs.ModeSocket|socketMode {
		t.Errorf("mode %v, %v; want %v", info.Mode(), err, socketMode)
	}
	if got := addresses(all.main); got != s.Addr {
		t.Errorf("listens at %q, want %q", got, s.Addr)
	}
	closeListeners(all.main)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is left behind: %v", err)
	}
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listen(t.Context(), s, nil); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("instead of a file: %v", err)
	}
}

// Sockets that are passed in take the place of the addresses, by their names.
func TestPassedSockets(t *testing.T) {
	passed := func(name string) *os.File {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		f, err := l.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		fd, err := unix.Dup(int(f.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		return os.NewFile(uintptr(fd), name)
	}
	s := &settings.Settings{Addr: "127.0.0.1:1", AdminAddr: "127.0.0.1:1"} // ports that nobody may open
	sockets := []*os.File{passed("imagekit.socket"), passed("admin"), passed("more")}
	if !inherits(sockets) || inherits(sockets[1:2]) || inherits(nil) {
		t.Error("want the addresses replaced by any socket but the admin's")
	}
	all, err := listen(t.Context(), s, sockets)
	if err != nil {
		t.Fatal(err)
	}
	defer closeListeners(append(all.main, all.admin...))
	if len(all.main) != 2 || len(all.admin) != 1 {
		t.Errorf("%d sockets for all and %d for the operator, want 2 and 1", len(all.main), len(all.admin))
	}
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := listen(t.Context(), s, []*os.File{file}); err == nil || !strings.Contains(err.Error(), os.DevNull) {
		t.Errorf("a descriptor that is no socket: %v", err)
	}
}
