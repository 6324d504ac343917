//go:build unix

package server

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// tellsReset: this system tells who has gone away from who only sends no more.
const tellsReset = true

// resetOf returns when the connection is reset, or may not be waited for any more.
func resetOf(raw syscall.RawConn) error {
	var reset error
	err := raw.Read(func(fd uintptr) bool { // called again whenever something happens on the connection
		// Not recv: behind the end of what the client sent it never tells of a reset.
		code, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && code != 0 {
			err = syscall.Errno(code)
		}
		reset = err
		return err != nil
	})
	if err != nil {
		return err // as it is: net/http looks for its own deadline
	}
	return reset
}
