package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/stage"
)

const (
	watchEvery = 100 * time.Millisecond // between two looks at a busy child's memory
	maxLosses  = 3                      // workers a job may lose before they have read it

	firstPause = 100 * time.Millisecond // after the second child in a row that could not be used
	longest    = 10 * time.Second       // the pause doubles up to this
)

// slot is one place for a worker: it keeps a process there and gives it jobs.
type slot struct {
	pool     *Pool
	seat     seat
	w        *process // nil when none lives
	failures int      // children in a row that did not start or ended before they had done a job
}

// run keeps the slot going until the pool is stopped.
func (s *slot) run() {
	for s.fill() {
		j := s.await()
		if j == nil {
			continue
		}
		s.work(j)
		if s.w != nil {
			s.recycle()
		}
	}
	if s.w != nil {
		s.endWorker(NoCause)
	}
}

// fill sees to it that a process lives; false when the pool is stopped.
func (s *slot) fill() bool {
	for s.w == nil {
		if !s.pause() {
			return false
		}
		w, err := s.pool.launcher.start(s.pool.life)
		if s.pool.life.Err() != nil {
			if err == nil {
				w.end()
			}
			return false
		}
		if err != nil {
			s.failures++
			s.pool.count.unstarted()
			s.pool.config.Logger.Error("cannot start a worker", "error", err, "attempt", s.failures, "next_in",
				backoff(s.failures))
			continue
		}
		s.w = w
		s.pool.born(w)
	}
	return s.pool.life.Err() == nil
}

// pause waits as long as the failures ask for; false when the pool is stopped.
func (s *slot) pause() bool {
	timer := time.NewTimer(backoff(s.failures))
	defer timer.Stop()
	select {
	case <-s.pool.life.Done():
		return false
	case <-timer.C:
		return true
	}
}

// backoff is the pause before the next start after so many failures in a row. One is free.
func backoff(failures int) time.Duration {
	if failures < 2 {
		return 0
	}
	return min(firstPause<<min(failures-2, 10), longest)
}

// await offers the slot's worker and returns its next job. It returns nil when the worker ends first or the pool is
// stopped; no job is lost to that.
func (s *slot) await() *job {
	s.pool.queue.offer(s.seat)
	select {
	case j := <-s.seat:
		return j
	case <-s.w.exited:
		s.failures++
		s.endWorker(Idle)
	case <-s.pool.life.Done():
	}
	if j := s.pool.queue.leave(s.seat); j != nil {
		s.pool.queue.restore(j)
	}
	return nil
}

// work runs one job on the slot's worker and answers it. Afterwards s.w is nil if the worker did not survive.
func (s *slot) work(j *job) {
	header, err := s.prepare(j)
	if err != nil {
		j.fail(err)
		s.pool.queue.release(j)
		return
	}
	release := s.guard(j)
	reply, at, err := s.w.do(j, header)
	release()
	if err != nil {
		s.lost(j, at, err)
		return
	}
	s.w.jobs++
	s.failures = 0
	j.finish(reply)
	if c := s.w.killed(); c != NoCause { // too late for this job
		s.endWorker(c)
	}
	s.pool.queue.release(j)
}

// prepare returns the header of a job, or why it is not worth a worker's life.
func (s *slot) prepare(j *job) (header []byte, err error) {
	if err := s.pool.poison.checkAll(j, time.Now()); err != nil { // blamed while this job waited
		return nil, err
	}
	if j.ctx.Err() != nil { // nobody waits any more
		return nil, fault.From(j.ctx.Err())
	}
	if header, err = encodeJob(j.plan, j.overlays...); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "this plan cannot be sent to a worker")
	}
	return header, nil
}

// guard kills the worker when the job's time is over, when the pool gives up, or when it takes too much memory.
// When the returned function has returned, no such kill is under way any more.
func (s *slot) guard(j *job) (release func()) {
	w, ended, over := s.w, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-j.ctx.Done():
				w.kill(causeOf(j.ctx))
				return
			case <-s.pool.patience.Done():
				w.kill(Abandoned)
				return
			case <-tick.C:
				if resident(w.cmd.Process.Pid) > s.pool.config.KillRSS {
					w.kill(Hungry)
					return
				}
			}
		}
	}()
	return func() { close(ended); <-over }
}

// causeOf tells a deadline from a caller who left.
func causeOf(ctx context.Context) Cause {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return TimedOut
	}
	return Abandoned
}

// lost deals with a worker that did not live to reply: it answers the job or gives it back to the queue, blames
// the source that was in work, and clears the slot. at is how far the job came.
func (s *slot) lost(j *job, at place, err error) {
	if errors.Is(err, errWire) {
		s.w.kill(Babbled)
	}
	if c := s.w.killed(); c == TimedOut || c == Abandoned { // the answer need not wait until it has ended
		j.fail(s.interrupted(j))
		s.endWorker(c)
		s.pool.queue.release(j)
		return
	}
	s.w.end()
	cause := s.w.death()
	if at == untouched { // nothing of it was touched
		if cause == Crashed || cause == Killed {
			cause = Idle
		}
		s.endWorker(cause)
		s.retry(j)
		return
	}
	s.endWorker(cause)
	src, pl := j.source(at.Part)
	s.pool.poison.blame(src, pl, at.Stage, cause, time.Now())
	j.fail(fault.OfPart(s.verdict(cause, at.Stage, err), at.Part))
	s.pool.queue.release(j)
}

// interrupted is the fault of a job that was stopped from this side.
func (s *slot) interrupted(j *job) error {
	if j.ctx.Err() != nil {
		return fault.From(j.ctx.Err())
	}
	return errDraining()
}

// verdict is the fault of a job whose worker died of it. Want of memory is overload: it may come from what else
// runs here, or from what the worker did before.
func (s *slot) verdict(c Cause, at stage.Stage, err error) error {
	switch c {
	case Hungry:
		return fault.Wrap(fault.Overloaded, err, "a worker came to its limit of %d MiB of memory while it worked on this "+
			"image",
			min(s.pool.config.KillRSS, s.pool.config.DataLimit)>>20)
	case Killed:
		return fault.Wrap(fault.Overloaded, err, "a worker was killed while it worked on this image; the system may lack "+
			"memory")
	}
	died := fault.Wrap(fault.DamagedImage, err, "the worker died while it worked on this image (%v in %v)", c, at)
	died.Passing = true // it takes two, as the poison counts
	return died
}

// retry gives a job that no worker touched another chance.
func (s *slot) retry(j *job) {
	if j.losses++; j.losses < maxLosses {
		s.pool.queue.restore(j)
		return
	}
	s.failures++
	j.fail(fault.New(fault.Internal, "no worker stayed alive long enough to take this job"))
	s.pool.queue.release(j)
}

// endWorker ends the slot's worker, counts and reports it, and clears the slot. NoCause is an end that was planned.
func (s *slot) endWorker(c Cause) {
	w := s.w
	s.w = nil
	w.end()
	s.pool.count.gone(w, c)
	if c == NoCause {
		return
	}
	level := slog.LevelWarn
	if c == Abandoned {
		level = slog.LevelInfo
	}
	s.pool.config.Logger.Log(context.Background(), level, "a worker died", "cause", c.String(),
		"pid", w.cmd.Process.Pid, "state", w.cmd.ProcessState.String(), "jobs", w.jobs, "stderr", w.stderr.String())
}

// recycle replaces a worker that has done its share or has grown too large. The new one stands before the old one
// goes, so that a pool of one is never without; when it cannot be started the old one goes on.
func (s *slot) recycle() {
	c := s.pool.config
	if s.w.jobs < c.MaxJobs && resident(s.w.cmd.Process.Pid) <= c.RecycleRSS {
		return
	}
	fresh, err := s.pool.launcher.start(s.pool.life)
	if err != nil {
		if s.pool.life.Err() == nil {
			s.pool.count.unstarted()
			c.Logger.Error("cannot start a worker to replace an old one", "error", err)
		}
		return
	}
	s.pool.born(fresh)
	s.endWorker(NoCause)
	s.w = fresh
	s.pool.count.recycled()
}
