package worker

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/psx"
)

// confine takes away from the child what no job needs, on all of its threads. It is the last thing to happen before
// the child speaks. An error means that the child must not run; a wall that this kernel does not offer is told by
// the Sandbox instead.
//
// There is no RLIMIT_AS, the Go runtime reserves far more address space than it uses, and no RLIMIT_CPU, it counts
// the life of the process instead of the job; the deadline is the parent's.
func confine(dataLimit int64, mode Mode) (Sandbox, error) {
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
			return Sandbox{}, fmt.Errorf("set %s to %d: %w", l.name, l.max, err)
		}
	}
	// When the machine runs out of memory, a worker shall go, not the server that holds all connections (proc(5)).
	// Where /proc is read-only the kernel decides by size, which mostly means the same.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0)
	if mode == Off {
		return Sandbox{Missing: []string{"capabilities: turned off", "Landlock: turned off", "seccomp: turned off"}}, nil
	}
	var s Sandbox
	var err error
	if err = dropCapabilities(); err != nil {
		s.Missing = append(s.Missing, "capabilities: "+err.Error())
	}
	if s.Landlock, err = closeFiles(); err != nil {
		s.Missing = append(s.Missing, "Landlock: "+err.Error())
	}
	if err = filterCalls(); err != nil { // last: it allows none of the calls above
		s.Missing = append(s.Missing, "seccomp: "+err.Error())
	}
	s.Seccomp = err == nil
	return s, nil
}

// dropCapabilities leaves root the powers of any user, on all threads. A user has none to lose.
func dropCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData // 64 bits in two halves
	_, _, errno := psx.Syscall3(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none[0])), 0)
	if errno != 0 {
		return fmt.Errorf("not dropped (%w)", errno)
	}
	return nil
}

// closeFiles leaves the process nothing of the file system but the descriptors it has, and where the kernel knows how,
// neither TCP (ABI 4) nor signals and abstract sockets of others (ABI 6). It returns the kernel's Landlock ABI.
//
// Landlock is a property of each thread; the library reaches all of them by a signal where the kernel does not.
func closeFiles() (abi int, err error) {
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 { // ENOSYS: not compiled in; EOPNOTSUPP: disabled at boot
		return 0, fmt.Errorf("not offered by this kernel (%w)", errno)
	}
	if err := landlock.V11.BestEffort().Restrict(); err != nil {
		return 0, err
	}
	return int(v), nil
}

// filterCalls puts the filter of system calls in force for all threads.
func filterCalls() error {
	instructions, err := filter()
	if err != nil {
		return err
	}
	raw, err := bpf.Assemble(instructions)
	if err != nil {
		return err
	}
	code := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		code[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	// A filter wants PR_SET_NO_NEW_PRIVS. The pool's children inherit it; TSYNC copies it to the other threads of one
	// that was started by hand.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("PR_SET_NO_NEW_PRIVS: %w", err)
	}
	program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&program)))
	switch {
	case errno != 0:
		return fmt.Errorf("not offered by this kernel (%w)", errno)
	case thread != 0: // the one that has another filter
		return errors.New("one thread could not be reached")
	}
	return nil
}
