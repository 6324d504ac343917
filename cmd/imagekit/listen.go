package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"

	"imagekit/internal/settings"
)

// adminSocket is the name (FileDescriptorName= of a systemd.socket unit) of a passed descriptor that takes the place of
// IMAGEKIT_ADMIN_ADDR. Every other one takes that of IMAGEKIT_ADDR.
const adminSocket = "admin"

// inherits reports whether one of the sockets passed in is for everybody, so that IMAGEKIT_ADDR says nothing about who
// can reach the server.
func inherits(passed []*os.File) bool {
	for _, f := range passed {
		if f.Name() != adminSocket {
			return true
		}
	}
	return false
}

// listeners are the sockets a service answers at.
type listeners struct{ main, admin []net.Listener }

// listen takes over the sockets that were passed in, and opens the addresses for which there is none.
func listen(ctx context.Context, s *settings.Settings, passed []*os.File) (all listeners, err error) {
	defer func() {
		if err != nil {
			closeListeners(all.main)
			closeListeners(all.admin)
			err = usageError{err}
		}
	}()
	for _, f := range passed {
		l, err := net.FileListener(f)
		if err = errors.Join(err, f.Close()); err != nil { // the listener has a descriptor of its own
			return all, fmt.Errorf("the descriptor %q that was passed in: want a listening stream socket: %w", f.Name(), err)
		}
		if f.Name() == adminSocket {
			all.admin = append(all.admin, l)
		} else {
			all.main = append(all.main, l)
		}
	}
	if len(all.main) == 0 {
		if all.main, err = open(ctx, "IMAGEKIT_ADDR", s.Addr); err != nil {
			return all, err
		}
	}
	if len(all.admin) == 0 && s.AdminAddr != "" {
		all.admin, err = open(ctx, "IMAGEKIT_ADMIN_ADDR", s.AdminAddr)
	}
	return all, err
}

// open listens at an address from the settings.
func open(ctx context.Context, setting, addr string) ([]net.Listener, error) {
	var lc net.ListenConfig
	path, unix := strings.CutPrefix(addr, settings.UnixPrefix)
	if !unix {
		l, err := lc.Listen(ctx, "tcp", addr)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", setting, err)
		}
		return []net.Listener{l}, nil
	}
	if err := removeStale(ctx, path); err != nil {
		return nil, fmt.Errorf("%s: %w", setting, err)
	}
	l, err := lc.Listen(ctx, "unix", path) // closing it removes the file
	if err != nil {
		return nil, fmt.Errorf("%s: %w", setting, err)
	}
	if err := os.Chmod(path, socketMode); err != nil {
		return nil, fmt.Errorf("%s: %w", setting, errors.Join(err, l.Close()))
	}
	return []net.Listener{l}, nil
}

// socketMode lets the owner and the group of a Unix socket connect: a proxy belongs to the group.
const socketMode = 0o660

// removeStale removes the socket of a server that did not end in order. It touches neither one that somebody answers at
// nor a file that is no socket.
func removeStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s is there already and is no socket", path)
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", path)
	if err == nil {
		return fmt.Errorf("another server listens at %s: %w", path, errors.Join(syscall.EADDRINUSE, c.Close()))
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return err
	}
	return os.Remove(path)
}

// closeListeners closes all of them. Errors say that it was done before.
func closeListeners(all []net.Listener) {
	for _, l := range all {
		_ = l.Close()
	}
}

// addresses returns where the listeners can be reached, as the settings write it.
func addresses(all []net.Listener) string {
	list := make([]string, len(all))
	for i, l := range all {
		list[i] = address(l.Addr())
	}
	return strings.Join(list, ",")
}

func address(a net.Addr) string {
	if a.Network() == "unix" {
		return settings.UnixPrefix + a.String()
	}
	return a.String()
}
