//go:build amd64 || arm64

package breakout

import (
	"errors"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// attempt is a row of the table.
type attempt struct {
	name string
	try  func() error
}

// refusals are the errors that mean that a call was denied. Any other one comes from the call itself, so it was made.
var refusals = []error{unix.EPERM, unix.EACCES, unix.ENOSYS}

// tryAll makes every attempt on the thread it is called on.
func tryAll() []Attempt {
	var list []Attempt
	for _, a := range slices.Concat(fileAttempts(), processAttempts(), socketAttempts(), kernelAttempts(), extra()) {
		err := a.try()
		result := Attempt{Name: a.name, Answer: "done"}
		if err != nil {
			result.Answer = err.Error()
			result.Denied = slices.ContainsFunc(refusals, func(r error) bool { return errors.Is(err, r) })
		}
		list = append(list, result)
	}
	return list
}

// call is an attempt that is a system call, with the arguments given and zeros.
func call(name string, number uintptr, args ...uintptr) attempt {
	return attempt{name, func() error {
		var a [6]uintptr
		copy(a[:], args)
		if _, _, errno := syscall.RawSyscall6(number, a[0], a[1], a[2], a[3], a[4], a[5]); errno != 0 {
			return errno
		}
		return nil
	}}
}

// open tries to open a file, and closes it.
func open(name, path string, flags int) attempt {
	return attempt{name, func() error {
		fd, err := unix.Open(path, flags|unix.O_CLOEXEC, 0o600)
		if err != nil {
			return err
		}
		return unix.Close(fd)
	}}
}

// socket tries to make a socket, and closes it.
func socket(name string, domain, kind int) attempt {
	return attempt{name, func() error {
		fd, err := unix.Socket(domain, kind|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		return unix.Close(fd)
	}}
}

// bad is a descriptor that is not open: a call that gets it was not denied, and does nothing.
const bad = ^uintptr(0)

func fileAttempts() []attempt {
	return []attempt{
		open("read a file", "/etc/passwd", unix.O_RDONLY),
		open("write to a file", "/dev/null", unix.O_WRONLY),
		open("create a file", "/tmp", unix.O_TMPFILE|unix.O_RDWR),
		open("list a directory", "/", unix.O_RDONLY|unix.O_DIRECTORY),
		open("write to its own memory", "/proc/self/mem", unix.O_RDWR),
		open("open an inherited descriptor again", "/proc/self/fd/0", unix.O_RDONLY),
		{"open with openat2", func() error {
			fd, err := unix.Openat2(unix.AT_FDCWD, "/etc/passwd", &unix.OpenHow{Flags: unix.O_CLOEXEC})
			if err != nil {
				return err
			}
			return unix.Close(fd)
		}},
		{"look at a file", func() error { return unix.Stat("/etc/passwd", new(unix.Stat_t)) }},
		{"remove a file", func() error { return unix.Unlink("/nonexistent/imagekit") }},
		{"change the directory", func() error { return unix.Chdir("/") }},
		call("open by handle", unix.SYS_OPEN_BY_HANDLE_AT, bad),
		call("make a file in memory", unix.SYS_MEMFD_CREATE),
		call("watch the file system", unix.SYS_FANOTIFY_INIT, bad),
		call("control a terminal (TIOCSTI)", unix.SYS_IOCTL, bad, unix.TIOCSTI),
		call("duplicate a descriptor", unix.SYS_DUP, bad),
		call("mount", unix.SYS_MOUNT),
		{"change the root", func() error { return unix.Chroot("/") }},
	}
}
