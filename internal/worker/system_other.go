//go:build unix && !linux

package worker

import (
	"os"
	"syscall"
)

// executable names the running binary by its path.
func executable() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// attributes are the system's own; the lifeline alone ends a child with its parent.
func attributes() *syscall.SysProcAttr { return nil }

// prepareLaunch has nothing to do here.
func prepareLaunch() error { return nil }

// resident cannot be told here: no child is replaced or killed for its memory.
func resident(int) int64 { return 0 }
