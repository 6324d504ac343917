//go:build !linux

package worker

import "golang.org/x/sys/unix"

// confine does the little that every system offers: no core files. The rest needs Linux.
func confine(int64) error {
	return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}
