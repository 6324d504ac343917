package disk

import (
	"math"
	"sync"
	"time"

	"imagekit/internal/cache"
)

// blockSize is the unit that bytes on the disk are counted in.
const blockSize = 512

// index is the order in which entries were last used, and the sum of their sizes. It is only what this process
// knows: the directory decides whether an entry exists. Safe for concurrent use, and never held during I/O.
//
// An entry costs 48 bytes in slots, outside the heap, and 5 to 7 in the table, which holds no pointer. On the heap millions
// of entries would fill the memory limit of the process, and the garbage collector would run all the time.
type index struct {
	mu       sync.Mutex
	slots    slots // a ring; slot 0 is its head: next = used last, prev = unused longest
	at       table
	free     []int32
	used     int64  // bytes of all entries
	reserved int64  // bytes of entries being written
	headroom int64  // while the directory is not scanned: what may still be written; then unlimited
	round    uint32 // number of the running or last scan, below rounds
}

type slot struct {
	id         cache.ID
	prev, next int32
	blocks     uint32
	seen       uint32 // last use known, by usedAt, and in the lowest bits the last scan that found it
}

const (
	// rounds is how many scans have different numbers: those before the last are all alike.
	rounds = 8
	// step is the time in seconds that last uses are told apart by.
	step = 8
)

func (s *slot) bytes() int64 { return int64(s.blocks) * blockSize }

// usedAt returns the last use in steps since the Unix epoch.
func (s *slot) usedAt() uint32 { return s.seen / rounds }

func (s *slot) round() uint32 { return s.seen % rounds }

// mark sets the last use, in seconds since the Unix epoch, and the scan.
func (s *slot) mark(at, round uint32) { s.seen = at/step*rounds + round }

func newIndex(headroom int64) *index {
	x := &index{headroom: headroom}
	x.slots.grow()
	return x
}

// close forgets everything and gives the memory back. A call that comes late, from a disk that had hung, finds it empty.
func (x *index) close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.slots.release()
	x.at, x.free = table{}, nil
	x.slots.grow()
}

// touch notes that an entry of size bytes was used now, and reports whether it is known.
func (x *index) touch(id cache.ID, size int64, now time.Time) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	i, ok := x.at.find(id, &x.slots)
	if ok {
		x.unlink(i)
		x.toFront(i, size, now)
	}
	return ok
}

// install adds or replaces an entry of size bytes that exists since now, and ends the reservation it was written under.
func (x *index) install(id cache.ID, size, reserved int64, now time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	i, ok := x.at.find(id, &x.slots)
	if ok {
		x.unlink(i)
	} else {
		i = x.add(id)
	}
	x.toFront(i, size, now)
	x.reserved -= reserved
}

// toFront links slot i as the one used last.
func (x *index) toFront(i int32, size int64, now time.Time) {
	x.resize(i, size)
	x.slots.at(i).mark(uint32(now.Unix()), x.round)
	x.link(i, 0)
}

// found notes what a scan saw: it corrects the size of a known entry and moves it up when another process used it
// later than this one did. It reports whether the entry is known.
func (x *index) found(id cache.ID, size int64, mtime time.Time) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	i, ok := x.at.find(id, &x.slots)
	if !ok {
		return false
	}
	x.resize(i, size)
	s := x.slots.at(i)
	if at := lastUse(mtime, time.Now()); at/step > s.usedAt() {
		s.mark(at, x.round)
		x.unlink(i)
		x.link(i, 0)
	} else {
		s.mark(s.usedAt()*step, x.round)
	}
	return true
}

// append adds an unknown entry, used then in seconds since the Unix epoch, behind all others.
func (x *index) append(id cache.ID, size int64, used uint32) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, ok := x.at.find(id, &x.slots); ok {
		return
	}
	i := x.add(id)
	x.resize(i, size)
	x.slots.at(i).mark(used, x.round)
	x.link(i, x.slots.at(0).prev)
}

// spare makes an entry the last one to be evicted.
func (x *index) spare(id cache.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if i, ok := x.at.find(id, &x.slots); ok {
		x.unlink(i)
		x.link(i, 0)
	}
}

// remove forgets an entry.
func (x *index) remove(id cache.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	i, ok := x.at.find(id, &x.slots)
	if !ok {
		return
	}
	x.unlink(i)
	x.resize(i, 0)
	x.at.remove(id, &x.slots)
	x.free = append(x.free, i)
}

func (x *index) has(id cache.ID) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	_, ok := x.at.find(id, &x.slots)
	return ok
}

// reserve takes n bytes, and with them an entry, if they fit below most. If not, it names the entry to remove first, or
// none. Zero bytes are no entry.
func (x *index) reserve(n int64, most ceiling) (ok bool, victim cache.ID, found bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if n > x.headroom {
		return false, cache.ID{}, false
	}
	more := min(n, 1)
	if x.used+x.reserved+n > most.bytes || int64(x.at.n)+more > most.entries {
		oldest := x.slots.at(0).prev
		return false, x.slots.at(oldest).id, oldest != 0
	}
	x.reserved += n
	x.headroom -= n
	return true, cache.ID{}, false
}

// release ends a reservation that led to nothing.
func (x *index) release(n int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.reserved -= n
}

// setHeadroom bounds what may still be written.
func (x *index) setHeadroom(n int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.headroom = n
}

// nextRound starts a scan: entries added or found from now on are not stale.
func (x *index) nextRound() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.round = (x.round + 1) % rounds
}

// stale returns the entries that the running scan did not find, looking at up to n slots from slot first.
// done says that there are no more slots.
func (x *index) stale(first, n int) (ids []cache.ID, done bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	last := min(first+n, x.slots.n)
	for i := max(first, 1); i < last; i++ {
		s := x.slots.at(int32(i))
		if s.round() == x.round {
			continue
		}
		if at, ok := x.at.find(s.id, &x.slots); ok && at == int32(i) {
			ids = append(ids, s.id)
		}
	}
	return ids, last == x.slots.n
}

// lastUse returns when a file was used last, in seconds since the Unix epoch. A time that lies more than touchAfter in the
// future was made by a wrong clock and tells nothing: such a file counts as the oldest until it is hit.
func lastUse(mtime, now time.Time) uint32 {
	if at := mtime.Unix(); at >= 0 && at <= math.MaxUint32 && mtime.Sub(now) <= touchAfter {
		return uint32(at)
	}
	return 0
}

func (x *index) usage() (bytes, entries int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.used, int64(x.at.n)
}

// add returns an unlinked slot for id.
func (x *index) add(id cache.ID) int32 {
	var i int32
	if n := len(x.free); n > 0 {
		i, x.free = x.free[n-1], x.free[:n-1]
	} else {
		i = x.slots.grow()
	}
	*x.slots.at(i) = slot{id: id, seen: x.round}
	x.at.add(id, i, &x.slots)
	return i
}

func (x *index) resize(i int32, size int64) {
	s := x.slots.at(i)
	x.used -= s.bytes()
	s.blocks = uint32((size + blockSize - 1) / blockSize)
	x.used += s.bytes()
}

// link puts slot i behind slot after.
func (x *index) link(i, after int32) {
	s, a := x.slots.at(i), x.slots.at(after)
	s.prev, s.next = after, a.next
	x.slots.at(a.next).prev = i
	a.next = i
}

func (x *index) unlink(i int32) {
	s := x.slots.at(i)
	x.slots.at(s.prev).next = s.next
	x.slots.at(s.next).prev = s.prev
}
