package worker

import "slices"

// turns says whose job is next. Every client has a line of its own, first come first served; the lines take turns, so
// that each client gets the same share of the workers, in estimated time and not in jobs. Who asks for little
// therefore does not wait behind all that another one has asked for.
//
// It is start-time fair queueing: a line is due at the virtual time at which its jobs so far would have ended if all
// lines had been served at once, and the line that was due first has its turn. The clock goes on by what a job costs,
// divided by the lines that wait. A line that comes anew is due at once, not before: nobody saves up. Since the clock
// goes on with every job, each line is due some time, however many new ones come.
type turns struct {
	lines    map[string]*line
	clock    float64
	waiting  int    // jobs
	arrivals uint64 // so far
}

// line is the jobs of one client that wait. It stays without any as long as it was due later than now.
type line struct {
	jobs []*job
	due  float64
}

func newTurns() turns { return turns{lines: map[string]*line{}} }

// add puts a job at the end of its client's line.
func (t *turns) add(j *job) {
	l := t.line(j.client)
	if len(l.jobs) == 0 {
		l.due = max(l.due, t.clock)
	}
	t.arrivals++
	j.arrival = t.arrivals
	l.jobs = append(l.jobs, j)
	t.waiting++
}

// line returns a client's line, a new one if need be.
func (t *turns) line(client string) *line {
	l := t.lines[client]
	if l == nil {
		l = &line{due: t.clock}
		t.lines[client] = l
	}
	return l
}

// next returns the job that is next in turn, nil when none waits.
func (t *turns) next() *job {
	var first *line
	for _, l := range t.lines {
		if len(l.jobs) > 0 && (first == nil || l.before(first)) {
			first = l
		}
	}
	if first == nil {
		return nil
	}
	return first.jobs[0]
}

// before reports whether l has its turn before other: it is due earlier or, at the same time, came earlier.
func (l *line) before(other *line) bool {
	if l.due != other.due {
		return l.due < other.due
	}
	return l.jobs[0].arrival < other.jobs[0].arrival
}

// take takes the job that is next in turn and lets the clock go on.
func (t *turns) take() *job {
	j, active := t.next(), 0
	for _, l := range t.lines {
		if len(l.jobs) > 0 {
			active++
		}
	}
	l := t.lines[j.client]
	l.jobs = slices.Delete(l.jobs, 0, 1)
	l.due += j.cost
	t.waiting--
	t.clock += j.cost / float64(active)
	t.forget()
	return j
}

// putBack returns a job that was taken, but not done, to the head of its line, which then is due as before.
func (t *turns) putBack(j *job) {
	l := t.line(j.client)
	l.jobs = slices.Insert(l.jobs, 0, j)
	l.due -= j.cost
	t.waiting++
}

// remove takes a job out of its line; false when it does not wait.
func (t *turns) remove(j *job) bool {
	l := t.lines[j.client]
	if l == nil {
		return false
	}
	i := slices.Index(l.jobs, j)
	if i < 0 {
		return false
	}
	l.jobs = slices.Delete(l.jobs, i, i+1)
	t.waiting--
	t.forget()
	return true
}

// longest returns the line with the most jobs among those of other clients; nil when that has no more than n.
func (t *turns) longest(client string, n int) (most *line) {
	for c, l := range t.lines {
		if c != client && len(l.jobs) > n && (most == nil || len(l.jobs) > len(most.jobs) ||
			len(l.jobs) == len(most.jobs) && l.last().arrival > most.last().arrival) {
			most = l
		}
	}
	return most
}

// last returns the job that came last to a line that has any.
func (l *line) last() *job { return l.jobs[len(l.jobs)-1] }

// length returns how many jobs of a client wait.
func (t *turns) length(client string) int {
	if l := t.lines[client]; l != nil {
		return len(l.jobs)
	}
	return 0
}

// forget drops the lines that a new one would not differ from.
func (t *turns) forget() {
	for c, l := range t.lines {
		if len(l.jobs) == 0 && l.due <= t.clock {
			delete(t.lines, c)
		}
	}
}

// rest forgets who had how much, when nobody waits and nothing runs.
func (t *turns) rest() {
	clear(t.lines)
	t.clock = 0
}

// clear takes all jobs out and returns them.
func (t *turns) clear() (jobs []*job) {
	for _, l := range t.lines {
		jobs = append(jobs, l.jobs...)
	}
	*t = newTurns()
	return jobs
}
