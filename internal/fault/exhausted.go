package fault

import (
	"errors"
	"net"
	"strings"
	"syscall"
)

// scarce are the errors of the system that say: this machine or this process has run out of something. It is never the
// fault of an origin, a client or a picture, and a moment later all may be well.
var scarce = []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS}

// Exhausted reports whether err comes of a lack of descriptors or memory on this side.
func Exhausted(err error) bool {
	name, isName := errors.AsType[*net.DNSError](err)
	for _, errno := range scarce {
		// Package net keeps the text alone of what keeps it from asking a name server.
		if errors.Is(err, errno) || isName && strings.HasSuffix(name.Err, errno.Error()) {
			return true
		}
	}
	return false
}

// Exhaust returns the fault of work that ended by such an error.
func Exhaust(err error) *Error {
	return Wrap(Overloaded, err, "the server has no file descriptors or no memory left for this now")
}
