package disk

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"imagekit/internal/sysfile"
)

// staleAfter is the age from which a temporary is a leftover on file systems without locks.
const staleAfter = time.Hour

// claim marks a temporary as being written, by a lock that ends with the process however it dies. Where the
// file system has no locks, the temporary's age must do.
func claim(f *os.File) error {
	if errors.Is(sysfile.TryLock(f), sysfile.ErrLocked) {
		return fs.ErrNotExist // a scan met it before it was claimed and is about to remove it
	}
	return nil
}

// removeStray removes the temporary at path if whoever wrote it is gone, and reports whether it did. A writer that
// loses its file in the moment between close and rename writes it again. It is opened for writing, because NFS gives
// an exclusive lock only so.
func removeStray(path string, now time.Time) bool {
	f, err := sysfile.Open(path, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return false
	}
	err = sysfile.TryLock(f)
	if errors.Is(err, sysfile.ErrLocked) || err != nil && now.Sub(st.ModTime()) < staleAfter {
		return false
	}
	return sysfile.Remove(path) == nil
}
