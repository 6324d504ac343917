// Package purge remembers which sources were purged, in a file that all processes on a cache's directory share.
//
// Removing the results of a source is not enough: one that is being made of an older download would be kept afterwards.
// So purges have generations, each entry carries the generation that was known when its download began, and one from
// before the last purge of its source does not count.
package purge

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"imagekit/internal/bulkhead"
	"imagekit/internal/sysfile"
)

// FileName is the name of the file in a cache's directory. No entry has such a name.
const FileName = "purged"

// A record of the file tells of one purge. Numbers are big-endian.
//
//	 0  8  generation: microseconds since the Unix epoch, but more than that of the record before
//	 8  4  kind; 1 = all results of one source. Others are skipped
//	12 24  of kind 1: the first bytes of the source's SHA-256
//	36  4  CRC-32C of all that
const (
	recordLen = 40
	atKind    = 8
	atHash    = 12
	atSum     = 36
	kindExact = 1
	// most bounds what is read, whatever the file claims to be.
	most = 64 << 20
)

type hash [atSum - atHash]byte

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// patience is how long a look at the file may take.
const patience = 3 * time.Second

// Log is what one process knows of the purges in a directory. Safe for concurrent use.
type Log struct {
	path string
	disk *bulkhead.Bulkhead
	log  *slog.Logger

	looking sync.Mutex    // one look at a time
	seen    sysfile.Stamp // of the file when it was read last

	applied atomic.Uint64 // generation of the latest record read
	looked  atomic.Int64  // when the last look ended, in nanoseconds since the start
	started time.Time

	mu   sync.RWMutex
	last map[hash]uint64 // generation of the last purge of each source
}

// Open returns the log at path, which need not be there. Trouble while reading it is written to log.
func Open(path string, log *slog.Logger) *Log {
	l := &Log{path: path, disk: bulkhead.New(2, patience), log: log, started: time.Now(), last: map[hash]uint64{}}
	l.Applied()
	return l
}

// Applied looks for new purges and returns the generation of the latest one, 0 when there was none. While the disk does
// not answer, it returns what is known: then nobody can have finished a purge either.
func (l *Log) Applied() uint64 {
	if err := l.disk.Do(l.look); err == nil {
		l.looked.Store(int64(time.Since(l.started)))
	}
	return l.applied.Load()
}

// Last returns the generation of the latest purge of a source that is known, 0 when there is none.
func (l *Log) Last(source string) uint64 {
	if l.applied.Load() == 0 { // nearly always: no hashing
		return 0
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if len(l.last) == 0 {
		return 0
	}
	return l.last[hashOf(source)]
}

// Refresh looks for new purges if the last look is older than age.
func (l *Log) Refresh(age time.Duration) {
	if time.Since(l.started)-time.Duration(l.looked.Load()) > age {
		l.Applied()
	}
}

// look reads what has come to the file. A file that was removed takes nothing back.
func (l *Log) look() {
	l.looking.Lock()
	defer l.looking.Unlock()
	info, err := sysfile.Lstat(l.path)
	if err != nil || info.Type != 0 {
		return
	}
	now := info.Stamp
	if now == l.seen {
		return
	}
	from := int64(0)
	if now.Dev == l.seen.Dev && now.Ino == l.seen.Ino && now.Size >= l.seen.Size {
		from = l.seen.Size / recordLen * recordLen
	}
	records, err := read(l.path, from)
	if err != nil {
		l.log.Warn("the list of purges cannot be read", "file", l.path, "error", err)
		return
	}
	now.Size = from + int64(len(records))
	if from == 0 {
		l.forget(time.Now())
	}
	l.apply(records)
	l.seen = now
}

// forget drops what does not matter any more: the file was written anew, without it.
func (l *Log) forget(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	oldest := uint64(max(0, now.Add(-keepFor).UnixMicro()))
	maps.DeleteFunc(l.last, func(_ hash, generation uint64) bool { return generation < oldest })
}

// apply takes records into the table. Damaged ones are skipped: the rest still counts.
func (l *Log) apply(records []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ; len(records) >= recordLen; records = records[recordLen:] {
		generation, source, ok := decode(records[:recordLen])
		if !ok {
			continue
		}
		l.last[source] = max(l.last[source], generation)
		l.applied.Store(max(l.applied.Load(), generation))
	}
}

// read returns the bytes of the file from an offset on.
func read(path string, from int64) ([]byte, error) {
	f, err := sysfile.Open(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.NewSectionReader(f, from, most))
}

func encode(generation uint64, source hash) []byte {
	r := binary.BigEndian.AppendUint64(make([]byte, 0, recordLen), generation)
	r = binary.BigEndian.AppendUint32(r, kindExact)
	r = append(r, source[:]...)
	return binary.BigEndian.AppendUint32(r, crc32.Checksum(r, castagnoli))
}

func decode(r []byte) (generation uint64, source hash, ok bool) {
	if crc32.Checksum(r[:atSum], castagnoli) != binary.BigEndian.Uint32(r[atSum:]) ||
		binary.BigEndian.Uint32(r[atKind:]) != kindExact {
		return 0, source, false
	}
	return binary.BigEndian.Uint64(r), hash(r[atHash:atSum]), true
}

func hashOf(source string) hash {
	sum := sha256.Sum256([]byte(source))
	return hash(sum[:len(hash{})])
}

// Add writes down that the results of a source are wanted no more, in the file at path. When it returns, every process on
// the directory knows it at its next look.
func Add(path, source string) error {
	for {
		f, err := sysfile.Open(path, os.O_RDWR|os.O_CREATE, 0o640)
		if err != nil {
			return err
		}
		done, err := add(f, path, source)
		if err = errors.Join(err, f.Close()); done || err != nil {
			return err
		}
	}
}

// add appends a record to the open file, while nobody else may. It reports false when the file is not at path any more.
func add(f *os.File, path, source string) (done bool, err error) {
	if err := sysfile.Lock(f); err != nil {
		return false, err
	}
	st, err := sysfile.Stat(f)
	if err != nil {
		return false, err
	}
	if there, err := sysfile.Lstat(path); errors.Is(err, fs.ErrNotExist) || err == nil && (there.Dev != st.Dev || there.Ino != st.Ino) {
		return false, nil
	}
	all, err := io.ReadAll(io.NewSectionReader(f, 0, most))
	if err != nil {
		return false, err
	}
	all = all[:len(all)/recordLen*recordLen] // a record whose writer died
	next := encode(nextGeneration(all, time.Now()), hashOf(source))
	if len(all) >= forgetAt {
		if err = rewrite(path, append(recentRecords(all, time.Now()), next...)); err == nil || len(all) >= most-recordLen {
			return true, err
		}
		// A file that is open cannot be replaced everywhere: it grows on, up to its bound.
	}
	_, err = f.WriteAt(next, int64(len(all)))
	return true, err
}

// nextGeneration returns a generation behind those of all records, whatever the clocks say.
func nextGeneration(records []byte, now time.Time) uint64 {
	next := uint64(max(1, now.UnixMicro()))
	for ; len(records) > 0; records = records[recordLen:] {
		if g, _, ok := decode(records[:recordLen]); ok {
			next = max(next, g+1)
		}
	}
	return next
}

const (
	// forgetAt is the size of the file in bytes from which old purges are forgotten.
	forgetAt = 26_000 * recordLen
	// keepFor is how long a purge matters: what was older is removed, and no result takes so long to be made and written.
	keepFor = 24 * time.Hour
)

// recentRecords returns the records that still matter.
func recentRecords(records []byte, now time.Time) []byte {
	oldest := uint64(max(0, now.Add(-keepFor).UnixMicro()))
	var kept []byte
	for ; len(records) > 0; records = records[recordLen:] {
		if g, _, ok := decode(records[:recordLen]); ok && g >= oldest {
			kept = append(kept, records[:recordLen]...)
		}
	}
	return kept
}

// rewrite replaces the file at once: a reader sees all of the old one or all of the new one.
func rewrite(path string, records []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), FileName+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(records)
	err = errors.Join(err, f.Chmod(0o640), f.Close())
	if err == nil {
		err = sysfile.Replace(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
