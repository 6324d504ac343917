//go:build unix && !linux

package worker

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// confine does the little that every Unix offers: no core files. The rest needs Linux; what is called a data limit
// elsewhere does not count what Go and codecs take.
func confine(int64, Mode) (Sandbox, error) {
	missing := []string{"files and system calls: no sandbox on " + runtime.GOOS, "memory: no limit on " + runtime.GOOS}
	return Sandbox{Missing: missing}, unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}
