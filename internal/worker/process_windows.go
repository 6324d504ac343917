package worker

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A child inherits here standard input and output for the wire, and nothing else but standard error.

// ends is what a child gets of a wire: a pipe for each direction.
type ends struct{ in, out *os.File }

// give lets a child that is about to be started inherit the wire. There is no lifeline: its job object ends it with the
// parent.
func (e ends) give(cmd *exec.Cmd, _ *os.File) { cmd.Stdin, cmd.Stdout = e.in, e.out }

func (e ends) close() {
	e.in.Close()
	e.out.Close()
}

// pipes is the parent's end of a wire.
type pipes struct {
	in, out *os.File
	once    sync.Once
}

func (p *pipes) Read(b []byte) (int, error)  { return p.in.Read(b) }
func (p *pipes) Write(b []byte) (int, error) { return p.out.Write(b) }

// SetDeadline has no effect where pipes have no deadlines: the end of the child ends every read and write anyway.
func (p *pipes) SetDeadline(t time.Time) error {
	return errors.Join(p.in.SetDeadline(t), p.out.SetDeadline(t))
}

// Close closes both directions.
func (p *pipes) Close() (err error) {
	p.once.Do(func() { err = errors.Join(p.in.Close(), p.out.Close()) })
	return err
}

// newWire returns the two ends of the wire.
func newWire() (channel, ends, error) {
	theirIn, ourOut, err := os.Pipe()
	if err != nil {
		return nil, ends{}, err
	}
	ourIn, theirOut, err := os.Pipe()
	if err != nil {
		return nil, ends{}, errors.Join(err, theirIn.Close(), ourOut.Close())
	}
	return &pipes{in: ourIn, out: ourOut}, ends{in: theirIn, out: theirOut}, nil
}

// stdio is the child's end of a wire.
type stdio struct {
	io.Reader
	io.Writer
}

// inherited returns a child's end of the wire. What is printed by mistake does not get into it.
func inherited() io.ReadWriter {
	wire := stdio{os.Stdin, os.Stdout}
	os.Stdin, os.Stdout = nil, os.Stderr
	return wire
}

// attributes keep a child from the console: neither Ctrl-C nor the end of its window reach it, the parent decides.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS, HideWindow: true}
}

// bounds is the job object of a child: it ends the child when this process ends or lets go of it, bounds its memory, and
// keeps it from starting others and from what a desktop offers.
type bounds struct{ job windows.Handle }

// put puts a child into a job object. It has not been sent anything yet; if this process ends before, the end of the wire
// ends the child.
func (b *bounds) put(p *os.Process, memory int64) error {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return os.NewSyscallError("CreateJobObject", err)
	}
	b.job = job
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{
			LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | windows.JOB_OBJECT_LIMIT_PROCESS_MEMORY |
				windows.JOB_OBJECT_LIMIT_ACTIVE_PROCESS | windows.JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION,
			ActiveProcessLimit: 1,
		},
		ProcessMemoryLimit: uintptr(memory),
	}
	desktop := windows.JOBOBJECT_BASIC_UI_RESTRICTIONS{
		UIRestrictionsClass: windows.JOB_OBJECT_UILIMIT_DESKTOP | windows.JOB_OBJECT_UILIMIT_DISPLAYSETTINGS |
			windows.JOB_OBJECT_UILIMIT_EXITWINDOWS | windows.JOB_OBJECT_UILIMIT_GLOBALATOMS | windows.JOB_OBJECT_UILIMIT_HANDLES |
			windows.JOB_OBJECT_UILIMIT_READCLIPBOARD | windows.JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS | windows.JOB_OBJECT_UILIMIT_WRITECLIPBOARD,
	}
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits))); err != nil {
		return os.NewSyscallError("SetInformationJobObject", err)
	}
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectBasicUIRestrictions,
		uintptr(unsafe.Pointer(&desktop)), uint32(unsafe.Sizeof(desktop))); err != nil {
		return os.NewSyscallError("SetInformationJobObject", err)
	}
	var assigned error
	err = p.WithHandle(func(h uintptr) { assigned = windows.AssignProcessToJobObject(job, windows.Handle(h)) })
	return errors.Join(err, os.NewSyscallError("AssignProcessToJobObject", assigned))
}

func (b *bounds) release() {
	if b.job != 0 {
		_ = windows.CloseHandle(b.job)
		b.job = 0
	}
}

// terminated is the exit status of a process that was ended from outside: os.Process.Kill, taskkill and the Task Manager
// give it. A worker that ends with it by itself says why.
const terminated = 1

// endOf tells how a process ended.
func endOf(state *os.ProcessState, said *tail) ending {
	if state.ExitCode() == terminated && said.String() == "" {
		return killed
	}
	return exited
}
