// Package purge remembers which sources were purged, in a file that all processes on a cache's directory share.
//
// Removing the results of a source is not enough: one that is being made of an older download would be kept afterwards.
// So purges have generations, each entry carries the generation that was known when its download began, and one from
// before the last purge of its source does not count.
package purge

import (
	"errors"
	"io"
	"log/slog"
	"maps"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"imagekit/internal/bulkhead"
	"imagekit/internal/sysfile"
)

// FileName is the name of the file in a cache's directory. No entry has such a name.
const FileName = "purged"

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
	asked   atomic.Uint64
	looked  atomic.Int64 // when the last look ended, in nanoseconds since the start
	started time.Time

	mu    sync.RWMutex
	last  [kinds]map[hash]uint64 // generation of the last purge of each target, by kind
	swept uint64                 // what was purged up to this generation is removed from the directory
}

// Open returns the log at path, which need not be there. Trouble while reading it is written to log.
func Open(path string, log *slog.Logger) *Log {
	l := &Log{path: path, disk: bulkhead.New(2, patience), log: log, started: time.Now()}
	l.Applied()
	return l
}

// Add writes down that the results of some targets are wanted no more. When it returns without an error, this process uses
// none of them any more.
func (l *Log) Add(targets ...Target) error {
	_, err := l.add(targets)
	return err
}

func (l *Log) add(targets []Target) ([]record, error) {
	records, err := bulkhead.Call(l.disk, func() ([]record, error) { return addRecords(l.path, recordsOf(targets)) })
	if errors.Is(err, bulkhead.ErrStalled) {
		return nil, err
	}
	l.Applied()
	if err == nil {
		l.asked.Add(uint64(len(targets)))
	}
	return records, err
}

// Asked returns how many targets were given to Add.
func (l *Log) Asked() uint64 { return l.asked.Load() }

// Applied looks for new purges and returns the generation of the latest one, 0 when there was none. While the disk does
// not answer, it returns what is known: then nobody can have finished a purge either.
func (l *Log) Applied() uint64 {
	if err := l.disk.Do(l.look); err == nil {
		l.looked.Store(int64(time.Since(l.started)))
	}
	return l.applied.Load()
}

// Last returns the generation of the latest purge that concerns the results of a source with this v, 0 when there is none.
func (l *Log) Last(source, version string) uint64 {
	if l.applied.Load() == 0 { // nearly always: no hashing
		return 0
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	var last uint64
	if m := l.last[kindSource]; len(m) > 0 {
		last = m[hashOf(source)]
	}
	if m := l.last[kindVersion]; len(m) > 0 && version != "" {
		last = max(last, m[hashOf(source+versionMark+version)])
	}
	if m := l.last[kindPrefix]; len(m) > 0 {
		for end := range prefixes(source) {
			last = max(last, m[hashOf(source[:end])])
		}
	}
	return last
}

// Unswept returns how many purges are known of which results may still lie in the directory.
func (l *Log) Unswept() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	n := 0
	for _, m := range l.last {
		for _, generation := range m {
			if generation > l.swept {
				n++
			}
		}
	}
	return n
}

// Refresh is Applied with a look that may be as old as age.
func (l *Log) Refresh(age time.Duration) uint64 {
	if time.Since(l.started)-time.Duration(l.looked.Load()) > age {
		return l.Applied()
	}
	return l.applied.Load()
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
	l.apply(records)
	if from == 0 {
		l.forget(time.Now())
	}
	l.seen = now
}

// forget drops what does not matter any more: the file was written anew, without it.
func (l *Log) forget(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	oldest := oldest(now)
	for _, m := range l.last {
		maps.DeleteFunc(m, func(_ hash, generation uint64) bool { return generation < oldest && generation <= l.swept })
	}
}

// apply takes records into the table. Damaged ones and those of unknown kinds are skipped: the rest still counts.
func (l *Log) apply(records []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ; len(records) >= recordLen; records = records[recordLen:] {
		r, ok := decode(records[:recordLen])
		switch {
		case !ok:
			continue
		case r.kind == kindSwept:
			l.swept = max(l.swept, r.generation)
			continue
		case l.last[r.kind] == nil:
			l.last[r.kind] = map[hash]uint64{}
		}
		l.last[r.kind][r.hash] = max(l.last[r.kind][r.hash], r.generation)
		l.applied.Store(max(l.applied.Load(), r.generation))
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
