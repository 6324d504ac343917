package breakout

import "golang.org/x/sys/unix"

// extra are the older calls and the second numbers that only this architecture has.
func extra() []attempt {
	return []attempt{
		call("open, by its old call", unix.SYS_OPEN),
		call("make a file, by its old call", unix.SYS_CREAT),
		call("change segments", unix.SYS_MODIFY_LDT, bad),
		call("a call of x32", 1<<30|unix.SYS_GETPID),
	}
}
