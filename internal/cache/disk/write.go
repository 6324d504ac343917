package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"imagekit/internal/cache"
	"imagekit/internal/sysfile"
)

const (
	// pageSize is what files are expected to grow by: the block of ext4, xfs and btrfs, the page of tmpfs.
	pageSize = 4096
	// maxTries bounds how often a write starts again because somebody deleted what it had just made.
	maxTries = 5
	// maxEvictions bounds how many entries one Put removes. It matters when the limit was lowered: the scan then removes
	// entries for a long time, and no result shall wait for that.
	maxEvictions = 256
)

// Put implements cache.Store. Room is made before the first byte is written.
func (s *Store) Put(ctx context.Context, id cache.ID, parts ...[]byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var n int64
	for _, p := range parts {
		n += int64(len(p))
	}
	n = (n + pageSize - 1) / pageSize * pageSize
	if err := s.reserve(n); err != nil {
		return err
	}
	grown, err := s.write(id, parts, n)
	if err != nil {
		s.index.release(n)
		return fmt.Errorf("write cache entry: %w", err)
	}
	if grown {
		_ = s.reserve(0) // blocks larger than a page: make up for it; the next Put meets the same error
	}
	return nil
}

// reserve promises n bytes of the limit, removing the entries unused longest until they are free, a few at most.
// The caller installs an entry or releases the bytes.
func (s *Store) reserve(n int64) error {
	if n > min(s.limit, maxEntry) {
		return cache.ErrNoRoom
	}
	for range maxEvictions {
		if ok, err := s.makeRoom(n); ok || err != nil {
			return err
		}
	}
	return cache.ErrNoRoom
}

// makeRoom promises n bytes of what the limit and the disk allow, or else removes one entry.
func (s *Store) makeRoom(n int64) (ok bool, err error) {
	s.evicting.Lock()
	defer s.evicting.Unlock()
	used, entries := s.index.usage()
	most := s.space.allow(used, entries, time.Now())
	most.bytes = min(most.bytes, s.limit)
	ok, victim, found := s.index.reserve(n, most)
	switch {
	case ok:
		return true, nil
	case !found: // the scan is not done, others are writing the whole limit right now, or others fill the disk
		return false, cache.ErrNoRoom
	}
	return false, s.evict(victim)
}

// evict removes the entry that was unused longest. One that cannot be removed goes to the front, so that
// the next attempt takes another.
func (s *Store) evict(victim cache.ID) error {
	if err := s.unlink(victim); err != nil {
		s.index.spare(victim)
		return err
	}
	s.evictions.Add(1)
	return nil
}

// write makes the entry under a temporary name and gives it its own. It reports whether the file
// takes more than the reserved bytes.
func (s *Store) write(id cache.ID, parts [][]byte, reserved int64) (grown bool, err error) {
	path := s.path(id)
	if isLink(filepath.Dir(path)) {
		return false, fmt.Errorf("%s is a link, want a directory: nothing is written outside the cache", filepath.Dir(path))
	}
	for range maxTries {
		var temp string
		var size int64
		temp, size, err = writeTemp(path, parts)
		if err == nil {
			err = s.rename(temp, path, id, size, reserved)
		}
		if err == nil {
			return size > reserved, nil
		}
		if !sysfile.Gone(err) {
			return false, err
		}
		// A new shard, or somebody cleaned up, perhaps this very moment.
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil && !sysfile.Gone(err) {
			return false, err
		}
	}
	return false, err
}

// rename installs a finished temporary, or removes it.
func (s *Store) rename(temp, path string, id cache.ID, size, reserved int64) error {
	mu := &s.changing[id[0]]
	mu.Lock()
	defer mu.Unlock()
	if err := sysfile.Rename(temp, path, tempPath(path)); err != nil {
		_ = sysfile.Remove(temp)
		return err
	}
	s.index.install(id, size, reserved, time.Now())
	return nil
}

// writeTemp writes parts to a new temporary beside path. It is closed before it gets its name, because a network file
// system may only then tell that the disk is full. On an error nothing is left.
func writeTemp(path string, parts [][]byte) (temp string, size int64, err error) {
	temp = tempPath(path)
	f, err := sysfile.Open(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return "", 0, err
	}
	size, err = fill(f, parts)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = sysfile.Remove(temp)
		return "", 0, err
	}
	return temp, size, nil
}

// fill writes parts to a claimed file and returns the bytes it then occupies.
func fill(f *os.File, parts [][]byte) (int64, error) {
	if err := claim(f); err != nil {
		return 0, err
	}
	for _, p := range parts {
		if _, err := f.Write(p); err != nil {
			return 0, err
		}
	}
	info, err := sysfile.Stat(f)
	return info.Occupied, err
}

// isLink reports whether path is a symbolic link.
func isLink(path string) bool {
	info, err := sysfile.Lstat(path)
	return err == nil && info.Type == fs.ModeSymlink
}
