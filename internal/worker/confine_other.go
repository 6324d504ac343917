//go:build !linux

package worker

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// confine does the little that every system offers: no core files. The rest needs Linux.
func confine(int64, Mode) (Sandbox, error) {
	missing := []string{"Landlock: not on " + runtime.GOOS, "seccomp: not on " + runtime.GOOS}
	return Sandbox{Missing: missing}, unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}
