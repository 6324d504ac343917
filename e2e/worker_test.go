//go:build unix

package e2e

import (
	"net/http"
	"slices"
	"syscall"
	"testing"

	"imagekit/internal/fault"
)

// busy returns the worker that has used the processor since its peers were listed in idle.
func busy(t *testing.T, idle []process) process {
	t.Helper()
	before := make([]int, len(idle))
	for i, w := range idle {
		before[i] = w.ticks()
	}
	var found process
	eventually(t, "a worker is busy", func() bool {
		for i, w := range idle {
			if w.ticks() >= before[i]+10 { // 0.1 s: more than a start or a small picture takes
				found = w
				return true
			}
		}
		return false
	})
	return found
}

// settled waits until the server has n workers that have said hello, and returns them: one that starts is busy, too, with
// what it compiles.
func (s *server) settled(t *testing.T, n int) (list []process) {
	t.Helper()
	eventually(t, "all workers are up", func() bool {
		list = children(t, s.cmd.Process.Pid)
		return len(list) == n && s.metric(t, "imagekit_workers_alive") == float64(n)
	})
	return list
}

func TestWorkerKilledAtWork(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	s.log.expect("killed")
	path := s.signed(longJob(t, o)...)
	peers := s.settled(t, 2)
	result := make(chan answer, 1)
	go func() {
		a, err := s.do(t.Context(), http.MethodGet, path, nil)
		if err != nil {
			t.Error(err)
		}
		result <- a
	}()
	victim := busy(t, peers)
	victim.signal(t, syscall.SIGKILL)
	refusal(t, <-result, fault.Overloaded)
	if n := s.stats(t).Entries; n != 0 {
		t.Errorf("%d entries in the cache, want none", n)
	}
	for _, w := range []string{"8", "9", "10", "11"} {
		s.picture(t, "url", o.url+"/photo.jpg", "w", w).wantState(t, "MISS")
	}
	now := s.settled(t, 2)
	if slices.Contains(now, victim) || !slices.ContainsFunc(now, func(p process) bool { return slices.Contains(peers, p) }) {
		t.Errorf("workers before %v, after %v: want %v replaced and the other one kept", peers, now, victim)
	}
}

// The kernel, short of memory, may kill a worker whose picture is sound: that closes the picture to nobody.
func TestKillsPoisonNothing(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	s.log.expect("killed")
	long := longJob(t, o)
	for range 3 {
		peers := s.settled(t, 2)
		result := make(chan answer, 1)
		go func() {
			a, err := s.do(t.Context(), http.MethodGet, s.signed(long...), nil)
			if err != nil {
				t.Error(err)
			}
			result <- a
		}()
		busy(t, peers).signal(t, syscall.SIGKILL)
		if a := <-result; a.header.Get("Retry-After") == "" {
			t.Errorf("got status %d without Retry-After, want 503 with it", a.status)
		}
	}
	s.picture(t, long[0], long[1], "w", "8").wantState(t, "MISS")
}

func TestIdleWorkerKilled(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t, "IMAGEKIT_WORKERS=1")
	s.log.expect("idle")
	for _, w := range []string{"8", "9", "10"} {
		s.settled(t, 1)[0].signal(t, syscall.SIGKILL)
		s.picture(t, "url", o.url+"/photo.jpg", "w", w).wantState(t, "MISS")
	}
}

// A worker that dies with a job it has not begun costs nothing either.
func TestWorkerKilledBeforeWork(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t, "IMAGEKIT_WORKERS=1", "IMAGEKIT_QUEUE=1")
	s.log.expect("idle")
	worker, _, served := s.fill(t, o)
	worker.signal(t, syscall.SIGKILL)
	served()
}

// Whatever ends the server ends its workers, also in the middle of their work.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	path := s.signed(longJob(t, o)...)
	workers := s.settled(t, 2)
	gone := make(chan error, 1)
	go func() {
		_, err := s.do(t.Context(), http.MethodGet, path, nil)
		gone <- err
	}()
	busy(t, workers)
	s.kill(t)
	if err := <-gone; err == nil {
		t.Error("a killed server has answered")
	}
	for _, w := range workers {
		eventually(t, "the worker has ended", func() bool { return !w.alive() })
	}
	again := start(t, "IMAGEKIT_CACHE_DIR="+s.cache)
	again.picture(t, "url", o.url+"/photo.jpg", "w", "8").wantState(t, "MISS")
}
