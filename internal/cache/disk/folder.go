package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"imagekit/internal/cache"
	"imagekit/internal/cache/purge"
	"imagekit/internal/sysfile"
)

// Folder is the directory of a store, looked at from outside while stores may work in it: entries come, go and are
// replaced meanwhile. It touches only what it is told to remove, and makes nothing but the mark of a purge.
type Folder struct{ dir string }

// Entry is a file that a walk found.
type Entry struct {
	ID   cache.ID
	Size int64     // bytes it occupies on disk
	Used time.Time // when it was used last, to the hour; the Unix epoch when its time is impossible

	ino    uint64
	length int64
	mtime  time.Time
}

// Shard is one of the parts a folder is walked in.
type Shard struct {
	Entries     []Entry
	Temporaries int // being written, or left by a process that died
}

const (
	// Shards is how many parts a walk has.
	Shards = shards
	// walkers is how many shards are looked at together: over a network most of the time is waiting.
	walkers = 8
)

// Look returns the folder of a store. The directory must be there.
func Look(dir string) (Folder, error) {
	abs, err := filepath.Abs(dir)
	if err == nil {
		_, err = os.ReadDir(abs)
	}
	if err != nil {
		return Folder{}, fmt.Errorf("cache directory %q (IMAGEKIT_CACHE_DIR): %w", dir, err)
	}
	return Folder{abs}, nil
}

// Dir returns the absolute path of the folder.
func (f Folder) Dir() string { return f.dir }

// Path returns where an entry lies.
func (f Folder) Path(e Entry) string { return entryPath(f.dir, e.ID) }

// Volume returns the size of the disk and the space on it that an ordinary user may still take, in bytes.
func (f Folder) Volume() (size, free int64, err error) {
	v, err := statVolume(f.dir)
	return v.Size, v.Free, err
}

// Walk calls visit for every shard, for several at once and in no order, until ctx is done. A shard that cannot be read
// does not stop it; the error joins all of them with those of visit.
func (f Folder) Walk(ctx context.Context, visit func(Shard) error) error {
	var g errgroup.Group
	g.SetLimit(walkers)
	wrong := make([]error, shards)
	for i := range shards {
		g.Go(func() error {
			var s Shard
			path := shardPath(f.dir, byte(i))
			err := eachName(ctx, path, func(dir *os.File, name string) { s.add(dir, byte(i), name) })
			if err != nil {
				err = fmt.Errorf("cannot read %s: %w", path, err)
			}
			if ctx.Err() == nil {
				err = errors.Join(err, visit(s))
			}
			wrong[i] = err
			return nil
		})
	}
	_ = g.Wait() // the errors are in wrong
	return errors.Join(append(wrong, ctx.Err())...)
}

// add looks at one name.
func (s *Shard) add(dir *os.File, shard byte, name string) {
	if isTemp(shard, name) {
		s.Temporaries++
		return
	}
	if f, ok := lookAt(dir, shard, name); ok {
		s.Entries = append(s.Entries, Entry{
			ID: f.id, Size: f.size, Used: time.Unix(int64(lastUse(f.mtime, time.Now())), 0),
			ino: f.ino, length: f.length, mtime: f.mtime,
		})
	}
}

// Read returns the bytes of an entry, at most the given number. It returns cache.ErrNotFound when the entry has gone.
func (f Folder) Read(e Entry, most int64) ([]byte, error) {
	file, err := sysfile.Open(f.Path(e), os.O_RDONLY, 0)
	if err == nil {
		defer file.Close()
		var data []byte
		if data, err = io.ReadAll(io.LimitReader(file, most)); err == nil {
			return data, nil
		}
	}
	if sysfile.Gone(err) {
		return nil, cache.ErrNotFound
	}
	return nil, err
}

// Purges returns where the purges in the directory are written down.
func (f Folder) Purges() string { return filepath.Join(f.dir, purge.FileName) }

// Remove removes an entry, also one that was used or replaced since the walk, and reports whether it was there.
func (f Folder) Remove(e Entry) (bool, error) {
	err := sysfile.Remove(f.Path(e))
	if sysfile.Gone(err) {
		return false, nil
	}
	return err == nil, err
}

// RemoveUnchanged removes an entry if it is still the file that the walk found, not used nor replaced since, and
// reports whether it did.
func (f Folder) RemoveUnchanged(e Entry) (bool, error) {
	info, err := sysfile.Lstat(f.Path(e))
	switch {
	case sysfile.Gone(err):
		return false, nil
	case err != nil:
		return false, err
	case info.Ino != e.ino || info.Size != e.length || !info.ModTime().Equal(e.mtime):
		return false, nil
	}
	return f.Remove(e)
}
