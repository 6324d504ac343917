package disk

import (
	"errors"
	"io/fs"
	"log/slog"
	"math"
	"path/filepath"
	"sync"
	"time"

	"imagekit/internal/bulkhead"
	"imagekit/internal/sysfile"
)

const (
	// floorBytes and floorPart: the smaller of this many bytes and this part of the disk stays free by default. The part
	// holds for inodes, too: thumbnails use up those of an ext4 before its bytes.
	floorBytes = 1 << 30
	floorPart  = 1.0 / 20
	// measureEvery is how long one look at the disk is trusted. What the cache itself writes meanwhile is counted.
	measureEvery = 5 * time.Second
)

// statVolume asks the file system that dir, or its first parent that exists, is on.
func statVolume(dir string) (sysfile.Volume, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return sysfile.Volume{}, err
	}
	for {
		v, err := sysfile.StatVolume(dir)
		if err == nil {
			return v, nil
		}
		parent := filepath.Dir(dir)
		if !errors.Is(err, fs.ErrNotExist) || parent == dir {
			return sysfile.Volume{}, err
		}
		dir = parent
	}
}

// space keeps the cache from filling its disk: it says how large the cache may be so that the floor stays free, whoever
// else takes from the disk. The cache gives way, down to nothing.
type space struct {
	look    func() (sysfile.Volume, error)
	minFree int64 // bytes to leave free; 0 = the default
	log     *slog.Logger

	mu       sync.Mutex
	measured time.Time
	ceiling  ceiling
	low      bool // the last look found less than the floor
}

// ceiling bounds the index.
type ceiling struct{ bytes, entries int64 }

var noCeiling = ceiling{math.MaxInt64, math.MaxInt64}

// allow returns the bounds for an index that now has used bytes in entries. A disk that does not tell its space has none:
// then a write that fails is the only sign.
func (s *space) allow(used, entries int64, now time.Time) ceiling {
	s.mu.Lock()
	defer s.mu.Unlock()
	if since := now.Sub(s.measured); !s.measured.IsZero() && since >= 0 && since < measureEvery {
		return s.ceiling
	}
	s.measured, s.ceiling = now, noCeiling
	v, err := s.look()
	if err != nil || v.Size <= 0 {
		return s.ceiling
	}
	floor := s.minFree
	if floor == 0 {
		floor = min(floorBytes, int64(float64(v.Size)*floorPart))
	}
	s.ceiling.bytes = max(0, used+v.Free-floor)
	inodeFloor := int64(float64(v.Inodes) * floorPart)
	if v.Inodes > 0 {
		s.ceiling.entries = max(0, entries+v.InodesFree-inodeFloor)
	}
	low := v.Free < floor || v.Inodes > 0 && v.InodesFree < inodeFloor
	if low != s.low {
		s.low = low
		s.tell(v, floor, inodeFloor)
	}
	return s.ceiling
}

// Free returns the space on the disk that an ordinary user may still take, in bytes. A disk that does not answer is an
// error after a while.
func (s *Store) Free() (int64, error) {
	v, err := bulkhead.Call(s.asking, s.space.look)
	return v.Free, err
}

// tell logs that the disk went below the floor or came back.
func (s *space) tell(v sysfile.Volume, floor, inodeFloor int64) {
	if !s.low {
		s.log.Info("the cache's disk has space again", "free_bytes", v.Free, "free_inodes", v.InodesFree)
		return
	}
	s.log.Warn("the disk has less free space than IMAGEKIT_CACHE_MIN_FREE asks for: the cache removes entries and "+
		"may not keep new results",
		"free_bytes", v.Free, "min_free_bytes", floor, "free_inodes", v.InodesFree, "min_free_inodes", inodeFloor)
}
