// Package disk is the cache's default store: a directory of files, bounded in size, least recently used out first.
//
// Nothing is synced to the platter: an entry cut short or mixed up by a power failure fails the checksums that the
// cache checks on every read, and is made again. A power cut can lose entries, never have a wrong one served.
//
// Files have mode 0640 and directories 0750, less the umask: processes that share a directory run as the same user.
package disk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"imagekit/internal/bulkhead"
	"imagekit/internal/cache"
	"imagekit/internal/sysfile"
)

const (
	// maxEntry bounds what is read into memory for one entry, whatever the file claims to be.
	maxEntry = 1 << 30
	// touchAfter is the age of an entry's mtime from which a hit renews it. So the order of use survives a restart,
	// other processes learn of it, and "find -mtime +7 -delete" deletes what was not used. An mtime as far in the future
	// comes from a clock that was wrong; what is nearer may be another machine's clock.
	touchAfter = time.Hour
	// maxRenewing is how many mtimes are renewed at a time: a disk that is frozen for writing holds no more than these.
	maxRenewing = 4
	// patience is how long an operator's question to the disk, and Close, wait for it.
	patience = 3 * time.Second
	// scanHeadroom is the part of the limit that may be written before the first scan has told what is there.
	scanHeadroom = 1.0 / 20
)

// Config says where a store is and how large it may get.
type Config struct {
	Dir   string // made if missing
	Limit int64  // bytes the entries' files may occupy on disk, > 0. The at most 256 directories are not counted
	// MinFree is how many bytes of the disk stay free: the cache gives way when others need them. 0 = the smaller of
	// 1 GiB and 5 % of the disk. Of the inodes 5 % stay free in any case.
	MinFree int64
	// Logger gets trouble met while scanning; nil = nobody. Failed reads and writes are returned instead.
	Logger *slog.Logger
}

// Store is a cache.Store in a directory. Several processes may use one directory: each keeps what it knows of within
// the limit, and learns of the others' entries when it hits them and by a scan every ten minutes.
// The owner may delete any file, or the whole directory, at any time.
type Store struct {
	dir   string
	limit int64
	log   *slog.Logger
	index *index
	hot   *hot
	space *space
	// asking bounds the looks at the disk that operators cause, renewing those that renew a file's time.
	asking   *bulkhead.Bulkhead
	renewing chan struct{}

	// changing serialises, per shard, whatever makes or removes an entry together with its note in the index.
	changing [shards]sync.Mutex
	// evicting serialises making room, so that a byte is not promised before it is free.
	evicting  sync.Mutex
	evictions atomic.Int64

	stop    context.CancelFunc
	done    sync.WaitGroup
	scanned chan struct{} // closed after the first scan
}

// Open returns the store in c.Dir, and scans the directory in the background for what is there already. The
// error of a directory that cannot be used names it and the setting that chose it.
func Open(c Config) (*Store, error) {
	if c.Limit <= 0 {
		return nil, fmt.Errorf("cache size (IMAGEKIT_CACHE_SIZE): want more than 0 bytes, got %d", c.Limit)
	}
	dir, err := filepath.Abs(c.Dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o750)
	}
	empty := err == nil && fresh(dir)
	if err == nil {
		err = checkWritable(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("cache directory %q (IMAGEKIT_CACHE_DIR): want a directory to write to: %w", c.Dir, err)
	}
	log := cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	s := &Store{
		dir:      dir,
		limit:    c.Limit,
		log:      log,
		space:    &space{look: func() (sysfile.Volume, error) { return statVolume(dir) }, minFree: c.MinFree, log: log},
		index:    newIndex(int64(float64(c.Limit) * scanHeadroom)),
		scanned:  make(chan struct{}),
		hot:      newHot(),
		asking:   bulkhead.New(1, patience),
		renewing: make(chan struct{}, maxRenewing),
	}
	if empty { // nothing to scan: let the first entry be of any size
		s.index.setHeadroom(math.MaxInt64)
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.done.Go(func() { s.scanLoop(ctx) })
	return s, nil
}

// checkWritable makes a shard and a temporary in it, under a name that a scan removes should the process die here.
func checkWritable(dir string) error {
	path := tempPath(shardPath(dir, 0) + "/" + cache.ID{}.String())
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	f, err := sysfile.Open(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), sysfile.Remove(path))
}

// fresh reports whether dir surely holds no entries.
func fresh(dir string) bool {
	names, err := os.ReadDir(dir)
	return err == nil && !slices.ContainsFunc(names,
		func(e fs.DirEntry) bool { return len(e.Name()) == 2 && isLowerHex(e.Name()) })
}

// Get implements cache.Store.
func (s *Store) Get(ctx context.Context, id cache.ID) ([]byte, error) {
	data, _, err := s.GetFile(ctx, id, maxEntry)
	return data, err
}

// GetFile implements cache.FileStore: entries have their names only once they are whole, and are replaced, not changed.
func (s *Store) GetFile(ctx context.Context, id cache.ID, over int64) ([]byte, *os.File, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	path := s.path(id)
	data, file, info, err := s.load(id, path, over)
	if sysfile.Gone(err) {
		if s.index.has(id) {
			s.drop(id, path)
		}
		return nil, nil, cache.ErrNotFound
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read cache entry: %w", err)
	}
	now := time.Now()
	if !s.index.touch(id, info.Occupied, now) {
		s.adopt(id, path, now)
	}
	if age := now.Sub(info.ModTime()); age > touchAfter || age < -touchAfter {
		s.renew(path, now)
	}
	return data, file, nil
}

// renew notes in the file of an entry that it was used, unless others take their time: a disk that can be read may hang
// when it is written to, and no hit waits for that. At worst the entry counts as unused after a restart.
func (s *Store) renew(path string, now time.Time) {
	select {
	case s.renewing <- struct{}{}:
		go func() {
			defer func() { <-s.renewing }()
			_ = sysfile.Touch(path, now)
		}()
	default:
	}
}

// load returns the bytes of an entry, from memory when they were read from the very file that is there now, or the file
// of one with more bytes than over.
func (s *Store) load(id cache.ID, path string, over int64) (data []byte, file *os.File, info sysfile.Info, err error) {
	if s.hot.has(id) {
		if info, err = sysfile.Lstat(path); err != nil {
			s.hot.drop(id)
			return nil, nil, info, err
		}
		if data = s.hot.get(id, info.Stamp); data != nil {
			return data, nil, info, nil
		}
	}
	if data, file, info, err = sysfile.Read(path, over, maxEntry); err == nil && file == nil {
		s.hot.put(id, info.Stamp, data)
	}
	return data, file, info, err
}

// renewed returns when no renewal is under way.
func (s *Store) renewed() {
	for range maxRenewing {
		s.renewing <- struct{}{}
	}
	for range maxRenewing {
		<-s.renewing
	}
}

// Delete implements cache.Store.
func (s *Store) Delete(ctx context.Context, id cache.ID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.unlink(id)
}

// unlink removes an entry from the directory and then from the index.
func (s *Store) unlink(id cache.ID) error {
	mu := &s.changing[id[0]]
	mu.Lock()
	defer mu.Unlock()
	if err := sysfile.Remove(s.path(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove cache entry: %w", err)
	}
	s.index.remove(id)
	s.hot.drop(id)
	return nil
}

// adopt enters into the index what another process has written, unless it was removed meanwhile.
func (s *Store) adopt(id cache.ID, path string, now time.Time) {
	mu := &s.changing[id[0]]
	mu.Lock()
	defer mu.Unlock()
	if info, err := sysfile.Lstat(path); err == nil {
		s.index.install(id, info.Occupied, 0, now)
	}
}

// drop forgets an entry that somebody else removed.
func (s *Store) drop(id cache.ID, path string) {
	mu := &s.changing[id[0]]
	mu.Lock()
	defer mu.Unlock()
	if _, err := sysfile.Lstat(path); errors.Is(err, fs.ErrNotExist) { // it may have been written again meanwhile
		s.index.remove(id)
	}
}

// Usage implements cache.Store. Until the first scan is done it counts only what was used since Open.
func (s *Store) Usage() cache.Usage {
	size, entries := s.index.usage()
	return cache.Usage{SizeBytes: size, Entries: entries, LimitBytes: s.limit, Evictions: s.evictions.Load()}
}

// Close implements cache.Store. It returns when the scan and the renewals have ended, unless the disk does not answer;
// the files stay.
func (s *Store) Close() error {
	s.stop()
	end := func() {
		s.done.Wait()
		s.renewed()
	}
	if bulkhead.New(1, patience).Do(end) != nil {
		return errors.New("cache directory: the disk does not answer; what was being looked at is left")
	}
	s.index.close()
	return nil
}
