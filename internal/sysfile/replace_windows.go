package sysfile

import (
	"errors"
	"io/fs"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A name is free at once where a file is renamed and removed in the way of POSIX: Windows 10 since 1607, on NTFS. Elsewhere
// a file that is open cannot be replaced, only moved away, and its name comes free when the last one closes it.

// tries is how often something is tried that others, virus scanners above all, may be in the way of for a moment.
const (
	tries = 5
	pause = 10 * time.Millisecond // doubled from one try to the next
)

// Rename gives a file another name, in the place of the file that has it. Where that is open and the file system does not
// know how to replace it, it is first moved to the name aside and removed: for a moment there is none of the name to.
func Rename(from, to, aside string) error {
	return retried(func() error {
		err := Replace(from, to)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if moved := os.Rename(to, aside); moved != nil {
			return err
		}
		err = os.Rename(from, to)
		_ = Remove(aside) // it goes when its last reader closes it
		return err
	})
}

// Replace is Rename; where a system cannot do it at once, it fails.
func Replace(from, to string) error {
	if err := renamePOSIX(from, to); err == nil {
		return nil
	}
	return os.Rename(from, to)
}

// Remove removes a file, and no directory.
func Remove(path string) error {
	return retried(func() error {
		h, err := open(path, windows.DELETE, windows.OPEN_EXISTING, 0)
		if err != nil {
			return err
		}
		flags := uint32(windows.FILE_DISPOSITION_DELETE | windows.FILE_DISPOSITION_POSIX_SEMANTICS)
		err = windows.SetFileInformationByHandle(h, windows.FileDispositionInfoEx, (*byte)(unsafe.Pointer(&flags)),
			uint32(unsafe.Sizeof(flags)))
		if err != nil { // an older system: it goes when its last reader closes it
			gone := byte(1)
			err = windows.SetFileInformationByHandle(h, windows.FileDispositionInfo, &gone, 1)
		}
		return errors.Join(err, windows.CloseHandle(h))
	})
}

// retried calls f until nobody is in the way, a few times.
func retried(f func() error) (err error) {
	for i := range tries {
		if i > 0 {
			time.Sleep(pause << i)
		}
		err = f()
		if !errors.Is(err, windows.ERROR_SHARING_VIOLATION) && !errors.Is(err, windows.ERROR_ACCESS_DENIED) {
			return err
		}
	}
	return err
}

// renameInfo is the head of FILE_RENAME_INFO, its flags in the place of ReplaceIfExists. The name follows in UTF-16.
type renameInfo struct {
	flags  uint32
	root   windows.Handle
	length uint32 // of the name in bytes
	name   [windows.MAX_LONG_PATH]uint16
}

func renamePOSIX(from, to string) error {
	name, err := windows.UTF16FromString(long(to))
	if err != nil {
		return err
	}
	h, err := open(from, windows.DELETE|windows.SYNCHRONIZE, windows.OPEN_EXISTING, 0)
	if err != nil {
		return err
	}
	info := renameInfo{
		flags:  windows.FILE_RENAME_REPLACE_IF_EXISTS | windows.FILE_RENAME_POSIX_SEMANTICS,
		length: uint32(2 * (len(name) - 1)),
	}
	copy(info.name[:], name)
	size := unsafe.Offsetof(info.name) + uintptr(2*len(name))
	err = windows.SetFileInformationByHandle(h, windows.FileRenameInfoEx, (*byte)(unsafe.Pointer(&info)), uint32(size))
	return errors.Join(err, windows.CloseHandle(h))
}
