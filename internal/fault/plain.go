package fault

import (
	"errors"
	"syscall"
)

// Plain returns what the system said, without the names of the call and of a file that nobody chose.
func Plain(err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	return err
}
