package settings

import "golang.org/x/sys/unix"

// physical returns the bytes of RAM, 0 when they are not told.
func physical() int64 {
	n, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return 0
	}
	return int64(n)
}
