package fetch

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"
)

// An origin must send minRate bytes per second, measured over each rateWindow. A connection that is slower
// is held open on purpose or by a fault, and costs a slot either way.
const (
	minRate    = 8 << 10
	rateWindow = 5 * time.Second
)

var (
	errTooLarge = errors.New("body over the limit")
	errTooSlow  = errors.New("body below the minimum rate")
)

// firstRead is how much of a body is read before room for the rest is asked for, in bytes: an origin has to send
// something before it takes memory from the others.
const firstRead = 64 << 10

// read returns the body in a buffer without spare room. Once, before the buffer grows beyond firstRead, it asks room.
// With a length (>= 0) anything shorter is io.ErrUnexpectedEOF. Without, more than limit is errTooLarge.
func read(r io.Reader, length, limit int64, room func() error) ([]byte, error) {
	end := limit + 1 // the one byte more tells that there is too much
	if length >= 0 {
		end = length
	}
	data := make([]byte, 0, min(firstRead, end))
	for int64(len(data)) < end {
		if len(data) == firstRead {
			if err := room(); err != nil {
				return nil, err
			}
		}
		if len(data) == cap(data) {
			data = exact(data, grown(cap(data), length, end))
		}
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) == end: // what came with the last byte is not asked
		case err == io.EOF && length < 0:
			return exact(data, len(data)), nil
		case err != nil:
			return nil, noEOF(err)
		}
	}
	if length < 0 {
		return nil, errTooLarge
	}
	return data, nil
}

// grown returns the next capacity: all of a known length, else the double, up to end.
func grown(capacity int, length, end int64) int {
	if length >= 0 {
		return int(end)
	}
	return int(min(2*int64(capacity), end))
}

// exact returns data in a buffer of this capacity.
func exact(data []byte, capacity int) []byte {
	if cap(data) == capacity {
		return data
	}
	out := make([]byte, len(data), capacity)
	copy(out, data)
	return out
}

// noEOF makes an end before the length an error of its own: the caller asked for more than nothing.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// pace is the minimum rate of a download: min bytes in each window.
type pace struct {
	window time.Duration
	min    int64
}

// watch returns r, counted, and cancels the download with errTooSlow when a whole window brought less than the
// minimum. It ends with ctx.
func (p pace) watch(ctx context.Context, r io.Reader, cancel context.CancelCauseFunc) *counter {
	c := &counter{r: r}
	go func() {
		tick := time.NewTicker(p.window)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				slow := c.n.Swap(0) < p.min
				if excused := c.excused.Swap(c.paused.Load()); slow && !excused {
					cancel(errTooSlow)
					return
				}
			}
		}
	}()
	return c
}

// counter counts what is read through it.
type counter struct {
	r       io.Reader
	n       atomic.Int64
	paused  atomic.Bool // nobody reads, which is not the origin's fault
	excused atomic.Bool // the window held a pause
}

// pause excuses the window that runs and those until resume.
func (c *counter) pause() {
	c.paused.Store(true)
	c.excused.Store(true)
}

// resume ends a pause. What is left of its last window is excused.
func (c *counter) resume() { c.paused.Store(false) }

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n.Add(int64(n))
	return n, err
}
