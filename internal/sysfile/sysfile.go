// Package sysfile opens, looks at, locks, replaces and removes files that several processes share, as each system wants
// it: what is open may be replaced and removed on all of them, and links are not followed.
package sysfile

import (
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// ErrLocked is that of TryLock for a file that another process, or another open file, has locked.
var ErrLocked = errors.New("the file is locked by somebody else")

// Stamp tells a file from any other, and from itself after a change.
type Stamp struct {
	Dev, Ino uint64
	Size     int64
	// seconds and nanoseconds since the Unix epoch; where a system has no time of change, that of birth
	mtime, changed [2]int64
}

// Info is what a system tells of a file.
type Info struct {
	Stamp
	Occupied int64       // bytes it takes on the disk, at least its length: some file systems allocate late
	Type     fs.FileMode // the type bits alone: 0 for a regular file
}

// ModTime returns when the file was last written, or said to be.
func (s *Stamp) ModTime() time.Time { return time.Unix(s.mtime[0], s.mtime[1]) }

// Volume is what a file system tells of itself.
type Volume struct {
	Size, Free         int64 // bytes; Free = what an ordinary user may still write
	Inodes, InodesFree int64 // 0 and 0 where there is no fixed number of them
}

// fits reports whether a file may be read.
func (i *Info) fits(most int64) bool { return i.Type == 0 && i.Size <= most }

func errNotFile(i Info) error {
	return fmt.Errorf("not a regular file of a size to read: type %v, %d bytes", i.Type, i.Size)
}
