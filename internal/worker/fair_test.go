//go:build unix

package worker

import (
	"fmt"
	"image"
	"math/rand/v2"
	"slices"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
)

// jobOf is a job of a client that takes nothing of the memory.
func jobOf(t *testing.T, client string, cost float64) *job {
	j := newTestJob(t.Context(), 0)
	j.client, j.cost = client, cost
	return j
}

// jobsOf are n of them.
func jobsOf(t *testing.T, n int, client string, cost float64) (jobs []*job) {
	for range n {
		jobs = append(jobs, jobOf(t, client, cost))
	}
	return jobs
}

// serve lets a queue of one seat run dry and returns the jobs in the order they were served, each done before the next.
func (q *queue) serve(s seat) (order []*job) {
	for {
		q.offer(s)
		j := given(s)
		if j == nil {
			q.leave(s)
			return order
		}
		order = append(order, j)
		q.release(j)
	}
}

// TestSmallOneDoesNotWaitForAll: one client's 28 dear pictures are in the queue; another one's small one is next.
func TestSmallOneDoesNotWaitForAll(t *testing.T) {
	for served := range 27 {
		q, s := newQueue(64, 1), make(seat, 1)
		push(t, q, jobsOf(t, 28, "greedy", 1000)...)
		for range served {
			q.offer(s)
			q.release(given(s))
		}
		small := jobOf(t, "modest", 2)
		push(t, q, small)
		if at := slices.Index(q.serve(s), small); at > 1 {
			t.Errorf("after %d of 28: %d jobs went before the small one, want one at most", served, at)
		}
	}
}

// TestSharesAreTime: clients who always have jobs waiting get the same time, however dear their jobs are.
func TestSharesAreTime(t *testing.T) {
	costs := map[string]float64{"cheap": 1, "middle": 7, "dear": 50}
	q, s, spent := newQueue(64, 1), make(seat, 1), map[string]float64{}
	for range 5000 {
		for client, c := range costs {
			if q.turns.length(client) < 2 {
				push(t, q, jobOf(t, client, c))
			}
		}
		q.offer(s)
		j := given(s)
		spent[j.client] += j.cost
		q.release(j)
		for client, c := range costs {
			for other, o := range costs {
				if spent[client]-spent[other] > c+o {
					t.Fatalf("time by client %v: more than a job apart", spent)
				}
			}
		}
	}
}

// TestNobodySavesUp: who did not ask for long has no more than their turn.
func TestNobodySavesUp(t *testing.T) {
	q, s := newQueue(200, 1), make(seat, 1)
	push(t, q, jobOf(t, "rare", 1))
	push(t, q, jobsOf(t, 100, "steady", 1)...)
	for range 90 {
		q.offer(s)
		q.release(given(s))
	}
	push(t, q, jobsOf(t, 10, "rare", 1)...)
	inRow := 0
	for _, j := range q.serve(s)[:10] {
		if inRow++; j.client == "steady" {
			inRow = 0
		}
		if inRow > 2 {
			t.Fatal("three jobs in a row of a client who had not asked for long")
		}
	}
}

// TestFullQueueShedsTheLongestLine: a client whose jobs fill the queue keeps nobody out.
func TestFullQueueShedsTheLongestLine(t *testing.T) {
	q, s := newQueue(4, 1), make(seat, 1)
	greedy := jobsOf(t, 4, "greedy", 1)
	push(t, q, greedy...)
	wantFault(t, q.admit("greedy"), fault.Overloaded)
	wantFault(t, q.push(jobOf(t, "greedy", 1)), fault.Overloaded)
	modest := jobsOf(t, 2, "modest", 1)
	for i, j := range modest {
		if err := q.admit("modest"); err != nil {
			t.Errorf("job %d: %v", i, err)
		}
		push(t, q, j)
		wantFault(t, (<-greedy[3-i].done).err, fault.Overloaded)
	}
	for _, client := range []string{"modest", "greedy"} { // two each: nobody has to give way
		wantFault(t, q.admit(client), fault.Overloaded)
		wantFault(t, q.push(jobOf(t, client, 1)), fault.Overloaded)
	}
	if err := q.admit("third"); err != nil { // with one to two
		t.Error(err)
	}
	if got := q.serve(s); len(got) != 4 || q.shed != 8 {
		t.Errorf("%d jobs served and %d shed, want 4 and 8", len(got), q.shed)
	}
}

// TestFairness is the property: whatever comes, leaves and is put back, jobs of one client are served in the order they
// came, nobody waits for ever although new clients come without end, and nothing is left of those who went.
func TestFairness(t *testing.T) {
	const capacity, dearest = 64, 100
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		q, s := newQueue(capacity, 1), make(seat, 1)
		served, last, came := 0.0, map[string]uint64{}, map[*job]float64{}
		for step := range 2000 {
			client := fmt.Sprint("new ", step) // half of all are seen once
			if r.IntN(2) == 0 {
				client = fmt.Sprint("regular ", r.IntN(5))
			}
			j := jobOf(t, client, 1+float64(r.IntN(dearest)))
			if q.push(j) == nil {
				came[j] = served
			}
			if r.IntN(20) == 0 {
				q.withdraw(j)
			}
			if r.IntN(4) == 0 {
				continue // jobs come faster than they are done
			}
			q.offer(s)
			got := given(s)
			if got == nil {
				q.leave(s)
				continue
			}
			if r.IntN(20) == 0 {
				q.restore(got)
				continue
			}
			if got.arrival < last[got.client] {
				t.Fatalf("seed %d: a job of %s was overtaken by a later one", seed, got.client)
			}
			last[got.client] = got.arrival
			// Before it the line may have had all its jobs, each as dear as can be, served with all others in between.
			if waited, most := served-came[got], float64(capacity*capacity*dearest); waited > most {
				t.Fatalf("seed %d: a job of %s waited for %v of work, want at most %v", seed, got.client, waited, most)
			}
			served += got.cost
			q.release(got)
			if n := len(q.turns.lines); n > capacity*dearest {
				t.Fatalf("seed %d: %d lines remembered", seed, n)
			}
		}
		q.serve(s)
		if q.turns.waiting != 0 || len(q.turns.lines) != 0 {
			t.Fatalf("seed %d: %d jobs and %d lines are left", seed, q.turns.waiting, len(q.turns.lines))
		}
	}
}

// TestNewcomersDoNotStarveTheOthers: a client's jobs are served though new clients come with every one that is done.
func TestNewcomersDoNotStarveTheOthers(t *testing.T) {
	q, s := newQueue(64, 1), make(seat, 1)
	waits := jobsOf(t, 2, "waits", 50)
	push(t, q, waits...)
	for i := range 63 {
		push(t, q, jobOf(t, fmt.Sprint(i), 1))
		if i == 61 {
			break
		}
	}
	for i := range 64 * 60 {
		q.offer(s)
		j := given(s)
		q.release(j)
		if j == waits[1] {
			return
		}
		push(t, q, jobOf(t, fmt.Sprint("new ", i), 1))
	}
	t.Error("the second job of a client was never served")
}

// TestCost: of what decides the time of a job each counts, and a dear one costs much more than a small one.
func TestCost(t *testing.T) {
	small := plan.Plan{
		Source:   probe.Info{Format: format.JPEG, Width: 800, Height: 600},
		Geometry: plan.Geometry{Shrink: 8, Canvas: image.Pt(100, 75)},
		Target:   plan.Target{Format: format.JPEG},
	}
	whole, larger, dearer := small, small, small
	whole.Shrink = 1
	larger.Canvas = image.Pt(4000, 3000)
	dearer.Format = format.AVIF
	for _, p := range []plan.Plan{whole, larger, dearer} {
		if cost(p) <= cost(small) {
			t.Errorf("%+v costs %.1f, want more than %.1f", p, cost(p), cost(small))
		}
	}
	larger.Format = format.AVIF
	if ratio := cost(larger) / cost(small); ratio < 100 {
		t.Errorf("12 megapixels of AVIF cost %.0f times a thumbnail", ratio)
	}
	if cost(plan.Plan{}) <= 0 {
		t.Error("a job of nothing costs nothing: its client could have any number")
	}
}
