package disk

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// staleAfter is the age from which a temporary is a leftover on file systems without locks.
const staleAfter = time.Hour

// claim marks a temporary as being written, by a lock (flock) that ends with the process however it dies. Where the
// file system has no locks, the temporary's age must do.
func claim(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return fs.ErrNotExist // a scan met it before it was claimed and is about to remove it
	}
	return nil
}

// removeStray removes the temporary at path if whoever wrote it is gone, and reports whether it did. A writer that
// loses its file in the moment between close and rename writes it again. It is opened for writing, because NFS gives
// an exclusive lock only so.
func removeStray(path string, now time.Time) bool {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return false
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) || err != nil && now.Sub(st.ModTime()) < staleAfter {
		return false
	}
	return os.Remove(path) == nil
}
