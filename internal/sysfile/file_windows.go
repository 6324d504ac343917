package sysfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/windows"
)

// share lets others read, write, rename and remove what is open here: without the last, which package os does not ask for,
// a reader would keep an entry from being replaced.
const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE

// Open opens a regular file, or makes it if flag (of package os) says so: O_RDONLY, O_WRONLY or O_RDWR with O_CREATE and
// O_EXCL. It does not follow a link.
func Open(path string, flag int, _ fs.FileMode) (*os.File, error) {
	access := uint32(windows.GENERIC_READ)
	switch flag & (os.O_WRONLY | os.O_RDWR) {
	case os.O_WRONLY:
		access = windows.GENERIC_WRITE
	case os.O_RDWR:
		access |= windows.GENERIC_WRITE
	}
	how := uint32(windows.OPEN_EXISTING)
	switch flag & (os.O_CREATE | os.O_EXCL) {
	case os.O_CREATE | os.O_EXCL:
		how = windows.CREATE_NEW
	case os.O_CREATE:
		how = windows.OPEN_ALWAYS
	}
	h, err := open(path, access, how, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}

// open opens path itself, also when it is a link.
func open(path string, access, how, flags uint32) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(long(path))
	if err != nil {
		return windows.InvalidHandle, err
	}
	return windows.CreateFile(name, access, share, nil, how,
		windows.FILE_ATTRIBUTE_NORMAL|windows.FILE_FLAG_OPEN_REPARSE_POINT|flags, 0)
}

// long lets a path be longer than 260 characters, as package os does.
func long(path string) string {
	const most = 240
	if len(path) < most || !filepath.IsAbs(path) || path[0] == '\\' {
		return path
	}
	return `\\?\` + filepath.Clean(path)
}

// OpenDir opens a directory, and nothing else.
func OpenDir(path string) (*os.File, error) {
	info, err := Lstat(path)
	if err != nil {
		return nil, err
	}
	if info.Type != fs.ModeDir {
		return nil, &fs.PathError{Op: "open", Path: path, Err: windows.ERROR_DIRECTORY}
	}
	return os.Open(path)
}

// Lstat looks at a file, or at a link itself.
func Lstat(path string) (Info, error) {
	h, err := open(path, windows.FILE_READ_ATTRIBUTES, windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS)
	if err != nil {
		return Info{}, err
	}
	info, err := statHandle(h)
	return info, errors.Join(err, windows.CloseHandle(h))
}

// LstatIn looks at the file of that name in an open directory.
func LstatIn(dir *os.File, name string) (Info, error) { return Lstat(filepath.Join(dir.Name(), name)) }

// Stat looks at an open file.
func Stat(f *os.File) (Info, error) { return statHandle(windows.Handle(f.Fd())) }

// cluster is what a file grows by: the default of NTFS.
const cluster = 4096

func statHandle(h windows.Handle) (Info, error) {
	var d windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(h, &d); err != nil {
		return Info{}, err
	}
	size := int64(d.FileSizeHigh)<<32 | int64(d.FileSizeLow)
	i := Info{
		Stamp: Stamp{
			Dev: uint64(d.VolumeSerialNumber), Ino: uint64(d.FileIndexHigh)<<32 | uint64(d.FileIndexLow), Size: size,
			mtime: timeOf(d.LastWriteTime), changed: timeOf(d.CreationTime),
		},
		Occupied: (size + cluster - 1) / cluster * cluster,
	}
	switch {
	case d.FileAttributes&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0: // links, junctions, what a cloud keeps elsewhere
		i.Type = fs.ModeSymlink
	case d.FileAttributes&windows.FILE_ATTRIBUTE_DIRECTORY != 0:
		i.Type = fs.ModeDir
	case d.FileAttributes&windows.FILE_ATTRIBUTE_DEVICE != 0:
		i.Type = fs.ModeDevice
	}
	return i, nil
}

func timeOf(t windows.Filetime) [2]int64 {
	ns := t.Nanoseconds()
	return [2]int64{ns / int64(time.Second), ns % int64(time.Second)}
}

// Read reads a regular file of at most most bytes. One with more bytes than over it only opens. A file that is cut meanwhile
// gives less.
func Read(path string, over, most int64) (data []byte, file *os.File, info Info, err error) {
	f, err := Open(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, nil, info, err
	}
	if info, err = Stat(f); err == nil && !info.fits(most) {
		err = errNotFile(info)
	}
	if err == nil && info.Size > over {
		return nil, f, info, nil
	}
	defer f.Close() // it was only read
	if err != nil {
		return nil, nil, info, err
	}
	data = make([]byte, info.Size)
	n, err := io.ReadFull(f, data)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return data[:n], nil, info, err
}

// Touch sets the time of the last change. Package os would keep others from opening the file meanwhile.
func Touch(path string, at time.Time) error {
	h, err := open(path, windows.FILE_WRITE_ATTRIBUTES, windows.OPEN_EXISTING, 0)
	if err != nil {
		return err
	}
	t := windows.NsecToFiletime(at.UnixNano())
	return errors.Join(windows.SetFileTime(h, nil, &t, &t), windows.CloseHandle(h))
}

// Gone reports whether an error means that the file is not there any more.
func Gone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, windows.ERROR_DELETE_PENDING)
}

// Locks bind everybody here, also readers who do not ask for them. So they are put on a byte that no file has.
const lockAt = 1 << 30 // times 4 GiB

// TryLock locks an open file for this process alone, until it is closed, however the process ends. The error is ErrLocked
// while somebody else has it, and another where the file system has no locks.
func TryLock(f *os.File) error {
	err := lock(f, windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return ErrLocked
	}
	return err
}

// Lock is TryLock that waits. Where the file system has no locks, there is none.
func Lock(f *os.File) error {
	err := lock(f, windows.LOCKFILE_EXCLUSIVE_LOCK)
	if errors.Is(err, windows.ERROR_NOT_SUPPORTED) || errors.Is(err, windows.ERROR_INVALID_FUNCTION) {
		return nil
	}
	return err
}

func lock(f *os.File, flags uint32) error {
	return windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{OffsetHigh: lockAt})
}

// StatVolume asks the file system that dir is on.
func StatVolume(dir string) (Volume, error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return Volume{}, err
	}
	var free, size, all uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, &size, &all); err != nil {
		return Volume{}, err
	}
	return Volume{Size: int64(size), Free: int64(free)}, nil
}
