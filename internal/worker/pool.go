package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/clientip"
	"imagekit/internal/fault"
	"imagekit/internal/plan"
	"imagekit/internal/stage"
)

// Pool keeps a number of worker processes and gives them jobs, one at a time each. Its methods may be called from
// any goroutine.
type Pool struct {
	config   Config
	queue    *queue
	poison   *poison
	launcher *launcher
	count    counts

	life     context.Context // ends: slots shall stop when they are idle
	stop     context.CancelFunc
	patience context.Context // ends: jobs are interrupted
	giveUp   context.CancelFunc

	starter  sync.WaitGroup // the launcher
	slots    sync.WaitGroup
	lifeline *os.File // the end that is never written to
	closing  sync.Once
	closed   error
	exposed  sync.Once // the log tells what is missing around the workers
}

// NewPool starts the workers in the background; Ready tells when the first one is there. Close ends them. Under Require
// it waits for a first worker, and fails when that one does not start or is not confined (ErrSandbox).
func NewPool(c Config) (*Pool, error) {
	c = c.withDefaults()
	if least := min(int64(c.Workers), int64(c.Queue), int64(c.MaxJobs), c.Memory, c.DataLimit, c.KillRSS,
		c.RecycleRSS); least < 0 {
		return nil, fmt.Errorf("worker: want no negative bound, got %d", least)
	}
	if c.Queue == 0 {
		return nil, errors.New("worker: want a queue of at least 1, got none")
	}
	childEnd, lifeline, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("worker: lifeline: %w", err)
	}
	p := &Pool{
		config: c, lifeline: lifeline,
		queue:    newQueue(c.Queue, c.Memory),
		poison:   newPoison(c.PoisonTTL),
		launcher: newLauncher(c, childEnd),
		count:    counts{pids: map[int]struct{}{}},
	}
	p.life, p.stop = context.WithCancel(context.Background())
	p.patience, p.giveUp = context.WithCancel(context.Background())
	p.starter.Go(p.launcher.run)
	if c.Sandbox == Require {
		if err := p.try(); err != nil {
			return nil, errors.Join(err, p.Close(p.life))
		}
	}
	for range c.Workers {
		s := &slot{pool: p, seat: make(seat, 1)}
		p.slots.Go(s.run)
	}
	return p, nil
}

// try starts a worker and ends it.
func (p *Pool) try() error {
	w, err := p.launcher.start(p.life)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	w.end()
	return nil
}

// born counts a worker that said hello, and tells once what does not confine it.
func (p *Pool) born(w *process) {
	p.count.born(w)
	if missing := w.hello.Sandbox.Missing; len(missing) > 0 {
		p.exposed.Do(func() {
			p.config.Logger.Warn("workers are not fully confined", "missing", missing)
		})
	}
}

// Run does p to src in a worker, with more as the sources of its overlays, when the client of ctx (clientip.Of) has its turn. It returns when the job is done, when ctx ends (the worker is killed then) or when
// the job is refused; the times hold at least the wait in the queue.
//
// Besides the engine's own faults: TooMuchMemory when the plan or the worker exceeds its bounds, Overloaded when
// too many jobs wait or a worker ran out of memory or was killed, Draining after Close, Timeout and ClientGone by the end
// of ctx, DamagedImage when the worker died of the image, and after the second time for a while without a try.
//
// A worker that ends before it has read the job costs nothing but time: another one gets the job.
func (p *Pool) Run(ctx context.Context, src *blob.Blob, pl plan.Plan, more ...*blob.Blob) (*blob.Blob, stage.Times, error) {
	j, err := p.newJob(ctx, src, pl, more)
	if err != nil {
		return nil, stage.Times{}, err
	}
	if err := p.queue.push(j); err != nil {
		return nil, stage.Times{}, err
	}
	var o outcome
	select {
	case o = <-j.done:
	case <-ctx.Done():
		if p.queue.withdraw(j) {
			j.started = time.Now()
			j.fail(fault.From(ctx.Err()))
		}
		o = <-j.done // soon: a worker that has it is being killed
	}
	if o.err != nil {
		return nil, o.times, o.err
	}
	// Format and tag are made here; what a worker says of its result is not believed.
	return blob.New(o.data, pl.Format, time.Now()), o.times, nil
}

// Admit returns the fault that Run would end with at once if it were called now: Overloaded or Draining. It keeps no
// place: ask before work that is for nothing when Run refuses.
func (p *Pool) Admit(ctx context.Context) error { return p.queue.admit(clientip.Of(ctx)) }

// newJob checks what can be checked without a worker.
func (p *Pool) newJob(ctx context.Context, src *blob.Blob, pl plan.Plan, more []*blob.Blob) (*job, error) {
	if err := ctx.Err(); err != nil {
		return nil, fault.From(err)
	}
	if len(more) != len(pl.Overlays) {
		return nil, fault.New(fault.Internal, "want %d sources to lay over the picture, got %d", len(pl.Overlays), len(more))
	}
	j := &job{
		ctx: ctx, plan: pl, picture: src, overlays: more, limit: maxResult(pl), client: clientip.Of(ctx), cost: cost(pl),
		queued: time.Now(), done: make(chan outcome, 1),
	}
	if err := p.poison.checkAll(j, j.queued); err != nil {
		return nil, err
	}
	j.body = bodyOf(j.pieces[:0], pl, src, more)
	size := 0
	for _, b := range j.body {
		size += len(b)
	}
	need := memoryFor(pl, size)
	if most := min(p.config.Memory, p.config.DataLimit-idleData); need > most {
		return nil, fault.New(fault.TooMuchMemory, "this image needs about %d MiB of memory, want at most %d MiB",
			need>>20, most>>20)
	}
	if size > maxSource {
		return nil, fault.New(fault.SourceTooLarge, "want at most %d bytes, got %d", maxSource, size)
	}
	j.memory = need
	return j, nil
}

// idleData is what the data limit counts of a child without a job, in bytes: mostly stacks and the Go heap's reserve.
const idleData = 80 << 20

// memoryFor is what a job of so many bytes takes of a child. The plan's estimate covers small sources; of larger ones the
// child holds what it was sent and, of some formats, a second copy.
func memoryFor(pl plan.Plan, size int) int64 {
	return max(pl.Memory, 0) + 2*int64(max(0, size-maxKept))
}

// Ready reports whether a worker lives and the pool takes jobs.
func (p *Pool) Ready() bool {
	p.count.mu.Lock()
	defer p.count.mu.Unlock()
	return len(p.count.pids) > 0 && p.queue.open()
}

// Stats returns a snapshot.
func (p *Pool) Stats() Stats {
	s := Stats{
		Workers: p.config.Workers, QueueLimit: p.config.Queue, MemoryLimit: p.config.Memory,
		Poisoned: p.poison.size(time.Now()), Deaths: map[string]uint64{},
	}
	p.queue.mu.Lock()
	s.Busy, s.Queued, s.Memory = p.queue.running, p.queue.turns.waiting, p.queue.used
	s.Shed = p.queue.shed
	p.queue.mu.Unlock()
	p.count.mu.Lock()
	defer p.count.mu.Unlock()
	s.Alive, s.Recycled, s.Versions = len(p.count.pids), p.count.replaced, maps.Clone(p.count.versions)
	s.Sandbox = p.count.sandbox
	for c := Crashed; c < causes; c++ {
		s.Deaths[c.String()] = p.count.deaths[c]
	}
	return s
}

// Resident returns the memory that the workers have in RAM, in bytes: of all of them, and of the largest. Both are 0 where
// the system does not tell.
func (p *Pool) Resident() (sum, most int64) {
	p.count.mu.Lock()
	pids := slices.Collect(maps.Keys(p.count.pids))
	p.count.mu.Unlock()
	for _, pid := range pids {
		n := resident(pid)
		sum, most = sum+n, max(most, n)
	}
	return sum, most
}

// Close takes no more jobs, lets the accepted ones end and ends the workers. When ctx ends first, the jobs left are
// answered with Draining. Afterwards no process and no goroutine is left. The error is that of ctx.
func (p *Pool) Close(ctx context.Context) error {
	p.closing.Do(func() {
		p.queue.close()
		select {
		case <-p.queue.drained:
		case <-ctx.Done():
			p.closed = ctx.Err()
			p.giveUp()
			p.queue.drop()
		}
		p.stop()
		p.slots.Wait()
		p.giveUp()
		close(p.launcher.requests)
		p.starter.Wait()
		p.closed = errors.Join(p.closed, closeAll(p.lifeline, p.launcher.lifeline))
	})
	return p.closed
}

func closeAll(list ...io.Closer) error {
	var err error
	for _, c := range list {
		err = errors.Join(err, c.Close())
	}
	return err
}

// counts is what happens to the workers.
type counts struct {
	mu       sync.Mutex
	pids     map[int]struct{} // of those alive
	deaths   [causes]uint64
	replaced uint64
	versions map[string]string
	sandbox  Sandbox
}

func (t *counts) born(w *process) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pids[w.cmd.Process.Pid] = struct{}{}
	t.versions, t.sandbox = w.hello.Versions, w.hello.Sandbox
}

func (t *counts) gone(w *process, c Cause) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.pids, w.cmd.Process.Pid)
	t.deaths[c]++
}

func (t *counts) unstarted() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.deaths[Unstarted]++
}

func (t *counts) recycled() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.replaced++
}
