//go:build unix

package sysfile

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Open opens a regular file, or makes it if flag (of package os) says so. It neither follows a link nor waits for the other
// end of a pipe.
func Open(path string, flag int, perm fs.FileMode) (*os.File, error) {
	return os.OpenFile(path, flag|unix.O_NOFOLLOW|unix.O_NONBLOCK, perm)
}

// OpenDir opens a directory, and nothing else.
func OpenDir(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_DIRECTORY, 0)
}

// Lstat looks at a file, or at a link itself.
func Lstat(path string) (Info, error) {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return Info{}, err
	}
	return infoOf(&st), nil
}

// LstatIn looks at the file of that name in an open directory.
func LstatIn(dir *os.File, name string) (Info, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(int(dir.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return Info{}, err
	}
	return infoOf(&st), nil
}

// Stat looks at an open file.
func Stat(f *os.File) (Info, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return Info{}, err
	}
	return infoOf(&st), nil
}

// blockSize is the unit of st_blocks (POSIX leaves it open; it is 512 on Linux and macOS).
const blockSize = 512

func infoOf(st *unix.Stat_t) Info {
	return Info{
		Stamp: Stamp{
			Dev: uint64(st.Dev), Ino: st.Ino, Size: st.Size,
			mtime: timeOf(st.Mtim), changed: timeOf(st.Ctim),
		},
		Occupied: max(int64(st.Blocks)*blockSize, st.Size),
		Type:     typeOf(uint32(st.Mode)),
	}
}

func timeOf(t unix.Timespec) [2]int64 {
	sec, nsec := t.Unix()
	return [2]int64{sec, nsec}
}

func typeOf(mode uint32) fs.FileMode {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return 0
	case unix.S_IFLNK:
		return fs.ModeSymlink
	case unix.S_IFDIR:
		return fs.ModeDir
	}
	return fs.ModeIrregular
}

// Read reads a regular file of at most most bytes with the least number of system calls: package os would add four of its
// own and three allocations. One with more bytes than over it only opens. A file that is cut meanwhile gives less.
func Read(path string, over, most int64) (data []byte, file *os.File, info Info, err error) {
	fd, err := retry(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	})
	if err != nil {
		return nil, nil, info, err
	}
	defer func() {
		if file == nil {
			_ = unix.Close(fd) // it was only read
		}
	}()
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, nil, info, err
	}
	if info = infoOf(&st); !info.fits(most) {
		return nil, nil, info, errNotFile(info)
	}
	if info.Size > over {
		return nil, os.NewFile(uintptr(fd), path), info, nil
	}
	data = make([]byte, info.Size)
	n := 0
	for n < len(data) {
		m, err := retry(func() (int, error) { return unix.Read(fd, data[n:]) })
		if err != nil {
			return nil, nil, info, err
		}
		if m == 0 { // cut since Fstat
			break
		}
		n += m
	}
	return data[:n], nil, info, nil
}

// retry calls f until it is not interrupted by a signal.
func retry(f func() (int, error)) (int, error) {
	for {
		n, err := f()
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// Rename gives a file another name, in the place of the file that has it. Some systems need the name aside for a moment.
func Rename(from, to, _ string) error { return unix.Rename(from, to) }

// Replace is Rename; where a system cannot do it at once, it fails.
func Replace(from, to string) error { return unix.Rename(from, to) }

// Remove removes a file, and no directory.
func Remove(path string) error { return unix.Unlink(path) }

// Touch sets the time of the last change.
func Touch(path string, at time.Time) error { return os.Chtimes(path, at, at) }

// Gone reports whether an error means that the file is not there any more. A network file system may tell so by a handle
// that has become stale.
func Gone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESTALE) }

// TryLock locks an open file for this process alone, until it is closed, however the process ends. The error is ErrLocked
// while somebody else has it, and another where the file system has no locks.
func TryLock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}

// Lock is TryLock that waits. Where the file system has no locks, there is none.
func Lock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX)
	if errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.ENOLCK) {
		return nil
	}
	return err
}

// StatVolume asks the file system that dir is on.
func StatVolume(dir string) (Volume, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return Volume{}, err
	}
	block := int64(st.Bsize)
	return Volume{
		Size: int64(st.Blocks) * block, Free: int64(st.Bavail) * block,
		Inodes: int64(st.Files), InodesFree: int64(st.Ffree),
	}, nil
}
