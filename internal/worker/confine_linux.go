package worker

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// confine takes away from the child what no job needs. It is the last thing to happen before the child speaks, and
// the place of every further wall: file system rules first, the system call filter last.
//
// PR_SET_NO_NEW_PRIVS is not set here: it would hold for one thread. Children inherit it from the thread that
// starts them (prepareLaunch), so it holds for all of theirs from the first instruction.
//
// There is no RLIMIT_AS, the Go runtime reserves far more address space than it uses, and no RLIMIT_CPU, it counts
// the life of the process instead of the job; the deadline is the parent's.
func confine(dataLimit int64) error {
	for _, l := range []struct {
		name     string
		resource int
		max      uint64
	}{
		{"RLIMIT_DATA", unix.RLIMIT_DATA, uint64(dataLimit)}, // heap and private mappings, so C and Go alike
		{"RLIMIT_CORE", unix.RLIMIT_CORE, 0},                 // a core holds the picture of a stranger
		{"RLIMIT_NOFILE", unix.RLIMIT_NOFILE, 16},            // 5 inherited, a few of the Go runtime
	} {
		if err := unix.Setrlimit(l.resource, &unix.Rlimit{Cur: l.max, Max: l.max}); err != nil {
			return fmt.Errorf("set %s to %d: %w", l.name, l.max, err)
		}
	}
	// When the machine runs out of memory, a worker shall go, not the server that holds all connections (proc(5)).
	// Where /proc is read-only the kernel decides by size, which mostly means the same.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0)
	return nil
}
