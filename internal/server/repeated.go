package server

import (
	"sync"
	"time"
)

// tellEvery is the least time between two lines about the same thing.
const tellEvery = time.Second

// repeated bounds how often the log tells what others can make happen as often as they like. Safe for concurrent use.
type repeated struct {
	mu    sync.Mutex
	told  time.Time // when the last line was written
	times int       // since then
}

// tell counts one more time. It returns how often it happened since the last line if a line is due now, else 0.
func (r *repeated) tell(now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.times++
	if !r.told.IsZero() && now.Sub(r.told) < tellEvery {
		return 0
	}
	times := r.times
	r.told, r.times = now, 0
	return times
}
