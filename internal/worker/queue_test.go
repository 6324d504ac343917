//go:build unix

package worker

import (
	"context"
	"testing"
	"time"

	"imagekit/internal/fault"
)

func newTestJob(ctx context.Context, memory int64) *job {
	return &job{ctx: ctx, memory: memory, queued: time.Now(), done: make(chan outcome, 1)}
}

// push adds jobs that have to be taken.
func push(t *testing.T, q *queue, jobs ...*job) {
	t.Helper()
	for _, j := range jobs {
		if err := q.push(j); err != nil {
			t.Fatal(err)
		}
	}
}

// given returns the job that was put on a seat, nil when there is none.
func given(s seat) *job {
	select {
	case j := <-s:
		return j
	default:
		return nil
	}
}

func TestQueueIsFirstComeFirstServed(t *testing.T) {
	q := newQueue(10, 100)
	a, b, c := newTestJob(t.Context(), 60), newTestJob(t.Context(), 60), newTestJob(t.Context(), 10)
	one, two := make(seat, 1), make(seat, 1)
	q.offer(one)
	push(t, q, a, b, c)
	q.offer(two)
	if given(one) != a {
		t.Fatal("the first job did not go to the free seat")
	}
	if j := given(two); j != nil {
		t.Fatal("a job was dealt beyond the memory budget, or before its turn")
	}
	q.release(a)
	if given(two) != b {
		t.Fatal("the second job did not follow when memory was free")
	}
	q.offer(one)
	if given(one) != c {
		t.Fatal("the third job did not follow")
	}
	q.release(b)
	q.release(c)
	if q.used != 0 || q.running != 0 {
		t.Errorf("%d bytes and %d jobs left", q.used, q.running)
	}
}

func TestThreadsOfIdleProcessors(t *testing.T) {
	q := newQueue(10, 100)
	for range 3 {
		q.offer(make(seat, 1))
	}
	var jobs []*job
	for range 5 {
		jobs = append(jobs, newTestJob(t.Context(), 1))
	}
	push(t, q, jobs...)
	q.offer(make(seat, 1))
	for i, want := range []int{2, 2, 1, 1, 0} {
		if got := jobs[i].plan.Threads; got != want {
			t.Errorf("job %d: got %d threads, want %d", i, got, want)
		}
	}
}

func TestQueueWithdraw(t *testing.T) {
	q := newQueue(10, 100)
	large, small := newTestJob(t.Context(), 90), newTestJob(t.Context(), 10)
	running := newTestJob(t.Context(), 50)
	one, two := make(seat, 1), make(seat, 1)
	q.offer(one)
	push(t, q, running, large, small)
	q.offer(two)
	if !q.withdraw(large) {
		t.Fatal("a waiting job could not be withdrawn")
	}
	if given(two) != small {
		t.Error("the job behind the one that left did not move up")
	}
	if q.withdraw(running) || q.withdraw(large) {
		t.Error("a job that does not wait was withdrawn")
	}
}

func TestQueueLeave(t *testing.T) {
	q := newQueue(10, 100)
	s := make(seat, 1)
	q.offer(s)
	if q.leave(s) != nil {
		t.Error("a job came from nowhere")
	}
	j := newTestJob(t.Context(), 1)
	push(t, q, j)
	if given(s) != nil {
		t.Error("a seat that left got a job")
	}
	q.offer(s)
	if q.leave(s) != j {
		t.Error("the job given meanwhile is lost")
	}
	next := newTestJob(t.Context(), 1)
	push(t, q, next)
	q.restore(j)
	q.offer(s)
	if given(s) != j {
		t.Error("a restored job is not the first in turn")
	}
}

func TestQueueRestoreAfterTheEnd(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	for _, tt := range []struct {
		name   string
		ctx    context.Context
		before func(q *queue)
		want   fault.Kind
	}{
		{"nobody waits", gone, func(*queue) { cancel() }, fault.ClientGone},
		{"pool given up", t.Context(), (*queue).drop, fault.Draining},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := newQueue(10, 100)
			s := make(seat, 1)
			q.offer(s)
			j := newTestJob(tt.ctx, 1)
			push(t, q, j)
			tt.before(q)
			q.restore(given(s))
			wantFault(t, (<-j.done).err, tt.want)
			if q.turns.waiting != 0 || q.running != 0 {
				t.Error("the job is still there")
			}
		})
	}
}

func TestQueueClose(t *testing.T) {
	q := newQueue(1, 100)
	s := make(seat, 1)
	q.offer(s)
	running, waiting := newTestJob(t.Context(), 1), newTestJob(t.Context(), 1)
	push(t, q, running, waiting)
	wantFault(t, q.push(newTestJob(t.Context(), 1)), fault.Overloaded)
	q.close()
	wantFault(t, q.push(newTestJob(t.Context(), 1)), fault.Draining)
	q.release(given(s))
	select {
	case <-q.drained:
		t.Fatal("drained while a job waits")
	default:
	}
	q.offer(s)
	q.release(given(s))
	<-q.drained
	q.drop() // nothing is left, and drained is closed once only
}

func TestBackoff(t *testing.T) {
	for _, tt := range []struct {
		failures int
		want     time.Duration
	}{
		{0, 0},
		{1, 0},
		{2, 100 * time.Millisecond},
		{3, 200 * time.Millisecond},
		{8, 6400 * time.Millisecond},
		{9, 10 * time.Second},
		{1000, 10 * time.Second},
	} {
		if got := backoff(tt.failures); got != tt.want {
			t.Errorf("backoff(%d) = %v, want %v", tt.failures, got, tt.want)
		}
	}
}
