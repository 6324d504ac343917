package worker

import (
	"context"
	"slices"
	"sync"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
)

// job is one call of Run on its way through the queue and a worker.
type job struct {
	ctx      context.Context
	plan     plan.Plan
	picture  *blob.Blob
	overlays []*blob.Blob
	body     [][]byte  // see bodyOf
	pieces   [2][]byte // room for the body of a job without overlays
	limit    int       // bytes of the result
	memory   int64     // bytes it may need
	losses   int       // workers that ended before they had read it

	client  string
	cost    float64 // of its client's share
	arrival uint64  // its place among all jobs

	queued, started time.Time
	done            chan outcome // one outcome, buffered: nobody need be there to take it
}

// outcome is what became of a job.
type outcome struct {
	data  []byte
	times stage.Times
	err   error
}

// finish answers the job's caller.
func (j *job) finish(o outcome) {
	o.times[stage.Queue] = j.started.Sub(j.queued)
	j.done <- o
}

// fail answers the job's caller with an error.
func (j *job) fail(err error) { j.finish(outcome{err: err}) }

// errDraining is the fault of every job that a closed pool does not do.
func errDraining() error { return fault.New(fault.Draining, "the service is shutting down") }

// seat is where one worker takes its jobs. The channel holds one: who gave it away need not wait.
type seat chan *job

// queue hands jobs to free seats, in turns by client, as far as the memory budget reaches. The job that is next in
// turn waits for memory even when a smaller one behind it would fit: otherwise large pictures would starve.
type queue struct {
	capacity int   // jobs that may wait
	budget   int64 // bytes

	mu      sync.Mutex
	turns   turns  // of the jobs that wait
	free    []seat // the last one to become free is first in turn: its memory is warm
	running int
	shed    uint64 // refused because too many waited
	used    int64  // bytes, of the running jobs
	closed  bool   // takes no new jobs
	dropped bool   // and has given up the ones that waited

	drained chan struct{} // closed when closed and nothing waits or runs
}

func newQueue(capacity int, budget int64) *queue {
	return &queue{capacity: capacity, budget: budget, turns: newTurns(), drained: make(chan struct{})}
}

// admit says why push would refuse a client's job now, nil when it would not.
func (q *queue) admit(client string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return errDraining()
	}
	// Whoever waits could not be dealt, so neither could one more.
	if q.turns.waiting >= q.capacity && q.turns.longest(client, q.turns.length(client)+1) == nil {
		return q.full()
	}
	return nil
}

// full counts a job beyond those that may wait, and returns its fault. The lock is held.
func (q *queue) full() error {
	q.shed++
	return fault.New(fault.Overloaded, "all workers are busy and %d images are waiting already", q.capacity)
}

// push adds a job, or says why not: Draining, Overloaded. When too many wait, the last job of the longest line goes
// instead, if that is longer than this client's then is: nobody can keep the others out of the queue.
func (q *queue) push(j *job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return errDraining()
	}
	q.turns.add(j)
	q.deal()
	if q.turns.waiting <= q.capacity {
		return nil
	}
	if l := q.turns.longest(j.client, q.turns.length(j.client)); l != nil {
		shed := l.last()
		q.turns.remove(shed)
		shed.started = time.Now()
		shed.fail(q.full())
		return nil
	}
	q.turns.remove(j) // it waits: nobody was dealt, or another one would have room
	return q.full()
}

// withdraw takes back a job that waits; false when a seat has it or had it.
func (q *queue) withdraw(j *job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.turns.remove(j) {
		return false
	}
	q.deal()
	return true
}

// offer says that a seat is free. It gets its next job through its channel.
func (q *queue) offer(s seat) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.free = append(q.free, s)
	q.deal()
}

// leave says that a seat is free no more. A job it was given meanwhile is returned.
func (q *queue) leave(s seat) *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.free, s); i >= 0 {
		q.free = slices.Delete(q.free, i, i+1)
		return nil
	}
	return <-s // given under the lock, so it is there
}

// release ends a job that a seat had: answered, and its memory free again.
func (q *queue) release(j *job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running--
	q.used -= j.memory
	q.deal()
}

// restore puts a job that a seat had, but no worker touched, back to the head of its line. One that nobody waits for any more
// is answered instead.
func (q *queue) restore(j *job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running--
	q.used -= j.memory
	switch {
	case j.ctx.Err() != nil:
		j.fail(fault.From(j.ctx.Err()))
	case q.dropped:
		j.fail(errDraining())
	default:
		q.turns.putBack(j)
	}
	q.deal()
}

// moreThreads is how many threads a job may have besides its first while as many seats stand empty: the processors of
// those are idle. An AVIF takes three quarters of the time then. Of jobs that come meanwhile none waits for it.
const moreThreads = 1

// deal gives waiting jobs to free seats. The lock is held.
func (q *queue) deal() {
	for q.turns.waiting > 0 && len(q.free) > 0 && q.used+q.turns.next().memory <= q.budget {
		j, last := q.turns.take(), len(q.free)-1
		s := q.free[last]
		q.free = q.free[:last]
		q.running++
		q.used += j.memory
		j.started = time.Now()
		j.plan.Threads = 1 + min(len(q.free), moreThreads)
		s <- j
	}
	if q.running > 0 || q.turns.waiting > 0 {
		return
	}
	q.turns.rest()
	if q.closed {
		select {
		case <-q.drained:
		default:
			close(q.drained)
		}
	}
}

// open reports whether new jobs are taken.
func (q *queue) open() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.closed
}

// close stops taking jobs. drained tells when the last one is done.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.deal()
}

// drop answers all jobs that wait with Draining.
func (q *queue) drop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.dropped = true
	for _, j := range q.turns.clear() {
		j.started = time.Now()
		j.fail(errDraining())
	}
	q.deal()
}
