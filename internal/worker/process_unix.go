//go:build unix

package worker

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// What a child inherits besides stdio, which is /dev/null but for standard error.
const (
	socketFD   = 3 // the wire
	lifelineFD = 4 // a pipe that is never written to; it ends when the parent does
)

// ends is what a child gets of a wire: one socket for both directions.
type ends struct{ socket *os.File }

// give lets a child that is about to be started inherit the wire and the lifeline.
func (e ends) give(cmd *exec.Cmd, lifeline *os.File) { cmd.ExtraFiles = []*os.File{e.socket, lifeline} }

func (e ends) close() { e.socket.Close() }

// newWire returns the two ends of the wire, ours for the poller so that deadlines work, theirs to be inherited.
func newWire() (ours channel, theirs ends, err error) {
	syscall.ForkLock.RLock() // until both are close-on-exec, nobody may fork
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, ends{}, os.NewSyscallError("socketpair", err)
	}
	if err := syscall.SetNonblock(fds[0], true); err != nil {
		return nil, ends{}, errors.Join(os.NewSyscallError("setnonblock", err), syscall.Close(fds[0]), syscall.Close(fds[1]))
	}
	return os.NewFile(uintptr(fds[0]), "worker"), ends{os.NewFile(uintptr(fds[1]), "worker")}, nil
}

// inherited returns a child's end of the wire, and sees to it that the child ends with its parent alone: a Ctrl-C in the
// terminal or a TERM to the whole group must not end jobs that the parent drains.
func inherited() io.ReadWriter {
	wire := os.NewFile(socketFD, "wire")
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	go follow(os.NewFile(lifelineFD, "lifeline"))
	return wire
}

// bounds are none: a child limits itself (confine).
type bounds struct{}

func (bounds) put(*os.Process, int64) error { return nil }
func (bounds) release()                     {}

// endOf tells how a process ended.
func endOf(state *os.ProcessState, _ *tail) ending {
	status, ok := state.Sys().(syscall.WaitStatus)
	if !ok || status.Exited() {
		return exited
	}
	switch status.Signal() {
	case syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGABRT, syscall.SIGILL, syscall.SIGFPE, syscall.SIGSYS, syscall.SIGTRAP:
		return struck
	}
	return killed
}
