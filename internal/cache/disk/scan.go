package disk

import (
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"imagekit/internal/cache"
)

const (
	// scanEvery is the mean time between scans; each is up to a fifth earlier or later, so that processes on
	// one directory do not scan together.
	scanEvery = 10 * time.Minute
	// scanBatch bounds how many names are read, and how many slots are looked at under the lock, at a time.
	scanBatch = 4096
)

// file is an entry that lies in a directory.
type file struct {
	id    cache.ID
	size  int64
	mtime time.Time

	ino    uint64
	length int64
}

func (s *Store) scanLoop(ctx context.Context) {
	s.scan(ctx)
	close(s.scanned)
	for {
		spread := scanEvery / 5
		timer := time.NewTimer(scanEvery - spread + rand.N(2*spread))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
			s.scan(ctx)
		}
	}
}

// scan makes the index agree with the directory, while entries are read and written: it adds the files it does not
// know by their mtime, forgets entries whose files are gone, removes the temporaries of dead processes, and
// then brings the total below the limit.
func (s *Store) scan(ctx context.Context) {
	start := time.Now()
	s.index.nextRound()
	var unknown strangers
	defer unknown.release()
	strays := 0
	for shard := range shards {
		removed, err := s.scanShard(ctx, byte(shard), &unknown)
		if err != nil {
			s.log.Warn("cache scan: cannot read a directory", "directory", shardPath(s.dir, byte(shard)), "error", err)
		}
		strays += removed
		if ctx.Err() != nil {
			return
		}
	}
	for f := range unknown.lastUsedFirst() {
		s.index.append(f.id, f.bytes(), f.seen)
	}
	s.forgetVanished(ctx)
	s.index.setHeadroom(math.MaxInt64)
	for ok := false; !ok && ctx.Err() == nil; {
		var err error
		if ok, err = s.makeRoom(0); err != nil {
			s.log.Warn("cache scan: cannot get below the limit", "error", err)
			break
		}
	}
	u := s.Usage()
	s.log.Debug("cache scanned", "entries", u.Entries, "size_bytes", u.SizeBytes, "limit_bytes", u.LimitBytes,
		"new", unknown.n, "temporaries_removed", strays, "took", time.Since(start))
}

// scanShard looks at every file of a shard. It adds the entries that the index does not know to unknown, and returns how
// many temporaries it removed.
func (s *Store) scanShard(ctx context.Context, shard byte, unknown *strangers) (strays int, err error) {
	path := shardPath(s.dir, shard)
	err = eachName(ctx, path, func(dir *os.File, name string) {
		if isTemp(shard, name) {
			if removeStray(path+"/"+name, time.Now()) {
				strays++
			}
			return
		}
		f, ok := lookAt(dir, shard, name)
		if ok && !s.index.found(f.id, f.size, f.mtime) {
			unknown.add(f.id, f.size, lastUse(f.mtime, time.Now()))
		}
	})
	return strays, err
}

// eachName visits the names in the directory at path until ctx is done. A missing directory is empty; a link is not
// followed.
func eachName(ctx context.Context, path string, visit func(dir *os.File, name string)) error {
	dir, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_DIRECTORY, 0)
	if vanished(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer dir.Close()
	for ctx.Err() == nil {
		names, err := dir.Readdirnames(scanBatch)
		for _, name := range names {
			visit(dir, name)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lookAt returns the entry that the file name in the directory of a shard is, if it is one.
func lookAt(dir *os.File, shard byte, name string) (file, bool) {
	id, ok := parseEntry(shard, name)
	if !ok {
		return file{}, false
	}
	var st unix.Stat_t
	err := unix.Fstatat(int(dir.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW)
	if err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return file{}, false
	}
	return file{id: id, size: occupied(&st), mtime: mtime(&st), ino: st.Ino, length: st.Size}, true
}

// forgetVanished drops the entries that the scan did not see, each after another look.
func (s *Store) forgetVanished(ctx context.Context) {
	for first, done := 0, false; !done && ctx.Err() == nil; first += scanBatch {
		var ids []cache.ID
		ids, done = s.index.stale(first, scanBatch)
		for _, id := range ids {
			s.drop(id, s.path(id))
		}
	}
}
