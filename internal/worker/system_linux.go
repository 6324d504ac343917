package worker

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// executable names the running binary itself rather than its path, where an upgrade may have put another one.
func executable() string { return "/proc/self/exe" }

// attributes make a child die with the thread that started it (prctl(2), PR_SET_PDEATHSIG).
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// askForPidfds has package os find out whether the kernel has pidfds, which it does before its first process. For that it
// starts one that shares this one's memory and stack (clone(2), CLONE_VM), and blocks no signals: a Ctrl-C reaches the whole
// group, and its handler would run in both at once and end this process ("morestack on gsignal"). The child inherits what
// is blocked here.
func askForPidfds() error {
	var all, before unix.Sigset_t
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &all, &before); err != nil {
		return os.NewSyscallError("pthread_sigmask", err)
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Release()
	}
	return errors.Join(err, os.NewSyscallError("pthread_sigmask", unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)))
}

// prepareLaunch is called once, on the thread that will start all children, and settles what they inherit: no way to
// new privileges, and none of the descriptors that this process itself was started with (Go closes its own, not those:
// a shell's leftovers, systemd's listening sockets).
func prepareLaunch() error {
	if err := askForPidfds(); err != nil {
		return err
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return fmt.Errorf("list open files: %w", err)
	}
	for _, entry := range open {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("PR_SET_NO_NEW_PRIVS: %w", err)
	}
	return nil
}

// resident returns the resident memory of a process in bytes (proc(5), /proc/PID/statm), 0 when it cannot be told.
func resident(pid int) int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
