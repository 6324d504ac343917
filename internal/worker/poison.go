package worker

import (
	"hash/maphash"
	"sync"
	"time"

	"imagekit/internal/fault"
)

// maxPoison bounds the sources remembered.
const maxPoison = 1024

// fatal is how many strikes make a source poison.
const fatal = 2

// strikes says how much a death tells about the source that was being worked on. What a process does to itself is
// the picture's doing, once is enough. (A segmentation fault in C shows as exit status 2: the Go runtime catches it
// first.) A SIGKILL may be an operator's or the kernel's, a deadline may be a busy machine's: those need a second time.
var strikes = [causes]int{Crashed: fatal, Babbled: fatal, Hungry: fatal, Killed: 1, TimedOut: 1}

// poison remembers sources that killed their worker, so that one file cannot burn worker after worker. Sources are
// known by a hash of their bytes, seeded per process so that nobody can prepare a collision.
type poison struct {
	seed maphash.Seed
	ttl  time.Duration

	mu      sync.Mutex
	suspect map[uint64]record
	over    time.Time // when the last of them is forgotten
}

type record struct {
	strikes int
	last    Cause
	until   time.Time
}

func newPoison(ttl time.Duration) *poison {
	return &poison{seed: maphash.MakeSeed(), ttl: ttl, suspect: map[uint64]record{}}
}

// check returns the fault of a source that is poison at now, else nil.
func (p *poison) check(source []byte, now time.Time) error {
	p.mu.Lock()
	if now.After(p.over) {
		clear(p.suspect)
	}
	empty := len(p.suspect) == 0
	p.mu.Unlock()
	if empty { // nearly always: no hashing
		return nil
	}
	key := maphash.Bytes(p.seed, source)
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.suspect[key]
	if r.strikes < fatal || now.After(r.until) {
		return nil
	}
	if r.last == Hungry {
		return fault.New(fault.TooMuchMemory, "this image needed too much memory a moment ago; it is not tried again yet")
	}
	return fault.New(fault.DamagedImage, "this image crashed or stalled its decoder a moment ago; it is not tried again yet")
}

// blame counts a death against the source that was being worked on. It is forgotten ttl after the latest one.
func (p *poison) blame(source []byte, c Cause, now time.Time) {
	if strikes[c] == 0 {
		return
	}
	key := maphash.Bytes(p.seed, source)
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.suspect[key]
	if now.After(r.until) {
		r.strikes = 0
	}
	if _, known := p.suspect[key]; !known && len(p.suspect) >= maxPoison {
		p.makeRoom(now)
	}
	p.over = now.Add(p.ttl)
	p.suspect[key] = record{strikes: r.strikes + strikes[c], last: c, until: p.over}
}

// makeRoom forgets what is over, and the oldest one in any case. The lock is held.
func (p *poison) makeRoom(now time.Time) {
	var oldest uint64
	var first time.Time
	for key, r := range p.suspect {
		if now.After(r.until) {
			delete(p.suspect, key)
		} else if first.IsZero() || r.until.Before(first) {
			oldest, first = key, r.until
		}
	}
	if len(p.suspect) >= maxPoison {
		delete(p.suspect, oldest)
	}
}

// size counts the sources that are poison at now.
func (p *poison) size(now time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, r := range p.suspect {
		if r.strikes >= fatal && !now.After(r.until) {
			n++
		}
	}
	return n
}
