package worker

import (
	"hash/maphash"
	"image"
	"math/bits"
	"sync"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
)

// maxPoison bounds what is remembered.
const maxPoison = 1024

// fatal is how many deaths in the same stage of the same work make a source poison.
const fatal = 2

// blamed lists the deaths that a process brings on itself. A deadline may be that of a busy machine, a SIGKILL the
// kernel's for want of memory or an operator's: however often they come, they say nothing about the picture.
// (A segmentation fault in C shows as exit status 2: the Go runtime catches it first.)
var blamed = [causes]bool{Crashed: true, Babbled: true, Hungry: true}

// poison remembers sources that ended their workers, so that one file cannot burn worker after worker. What is
// remembered is as narrow as what was seen: this content, sent along or fetched, in this stage of this kind of work.
// Whoever finds a size or a format that ends a worker must not close the others to everybody, and whoever uploads a
// file must not close the same file to those who fetch it. Contents are known by a hash, seeded per process so that
// nobody can prepare a collision.
type poison struct {
	seed maphash.Seed
	ttl  time.Duration

	mu      sync.Mutex
	suspect map[suspect]record
	over    time.Time // when the last of them is forgotten
}

// suspect is a source in one stage of one kind of work.
type suspect struct {
	content uint64
	upload  bool
	class   class
}

// class is a stage and what of a plan decides the way it takes, sizes by their powers of two.
type class struct {
	stage         stage.Stage
	shrink        int
	cropped       bool
	format        format.Format
	width, height int // bits
}

type record struct {
	deaths int
	last   Cause
	until  time.Time
}

// accused are the stages that a worker can die in.
var accused = [...]stage.Stage{stage.Decode, stage.Resize, stage.Encode}

// classOf returns the class of a plan's stage.
func classOf(s stage.Stage, p plan.Plan) class {
	if s == stage.Encode {
		size := p.Size()
		return class{stage: s, format: p.Format, width: bits.Len(uint(size.X)), height: bits.Len(uint(size.Y))}
	}
	c := class{stage: s, shrink: p.Shrink, cropped: p.Crop != image.Rect(0, 0, p.Source.Width, p.Source.Height)}
	if s == stage.Resize {
		c.width, c.height = bits.Len(uint(p.Width)), bits.Len(uint(p.Height))
	}
	return c
}

func newPoison(ttl time.Duration) *poison {
	return &poison{seed: maphash.MakeSeed(), ttl: ttl, suspect: map[suspect]record{}}
}

// checkAll returns the fault of a part of a job that is poison to its plan at now, else nil.
func (p *poison) checkAll(j *job, now time.Time) error {
	for part := range 1 + len(j.overlays) {
		src, pl := j.source(part)
		if err := p.check(src, pl, now); err != nil {
			return fault.OfPart(err, part)
		}
	}
	return nil
}

// check returns the fault of a source that is poison to a plan at now, else nil.
func (p *poison) check(src *blob.Blob, pl plan.Plan, now time.Time) error {
	p.mu.Lock()
	if now.After(p.over) {
		clear(p.suspect)
	}
	empty := len(p.suspect) == 0
	p.mu.Unlock()
	if empty { // nearly always: no hashing
		return nil
	}
	content := maphash.Bytes(p.seed, src.Data)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range accused {
		r := p.suspect[suspect{content, src.Upload, classOf(s, pl)}]
		if r.deaths < fatal || now.After(r.until) {
			continue
		}
		if r.last == Hungry {
			return fault.New(fault.TooMuchMemory, "this image twice took more memory than a worker may use; it is not "+
				"tried again for a while")
		}
		ended := fault.New(fault.DamagedImage, "this image ended its worker twice; it is not tried again for a while")
		ended.Passing = true // until it is forgotten here
		return ended
	}
	return nil
}

// blame counts a death against the source that was being worked on. It is forgotten ttl after the latest one.
func (p *poison) blame(src *blob.Blob, pl plan.Plan, at stage.Stage, c Cause, now time.Time) {
	if !blamed[c] {
		return
	}
	key := suspect{maphash.Bytes(p.seed, src.Data), src.Upload, classOf(at, pl)}
	p.mu.Lock()
	defer p.mu.Unlock()
	r, known := p.suspect[key]
	if now.After(r.until) {
		r.deaths = 0
	}
	if !known && len(p.suspect) >= maxPoison {
		p.makeRoom(now)
	}
	p.over = now.Add(p.ttl)
	p.suspect[key] = record{deaths: r.deaths + 1, last: c, until: p.over}
}

// makeRoom forgets what is over, and the oldest one in any case. The lock is held.
func (p *poison) makeRoom(now time.Time) {
	var oldest suspect
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

// size counts what is refused at now.
func (p *poison) size(now time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, r := range p.suspect {
		if r.deaths >= fatal && !now.After(r.until) {
			n++
		}
	}
	return n
}
