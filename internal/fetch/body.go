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

// firstRead is the first allocation for a body of unknown length, in bytes.
const firstRead = 64 << 10

// read returns the body. With a length (>= 0) it is one allocation of that size, and anything shorter is
// io.ErrUnexpectedEOF. Without, the buffer doubles from 64 KiB up to limit+1 bytes, more than limit is
// errTooLarge, and the result holds no spare room.
func read(r io.Reader, length, limit int64) ([]byte, error) {
	if length >= 0 {
		data := make([]byte, length)
		if _, err := io.ReadFull(r, data); err != nil {
			return nil, noEOF(err)
		}
		return data, nil
	}
	data := make([]byte, 0, min(firstRead, limit+1))
	for {
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) > limit:
			return nil, errTooLarge
		case err == io.EOF:
			return exact(data, len(data)), nil
		case err != nil:
			return nil, err
		case len(data) == cap(data):
			data = exact(data, int(min(2*int64(cap(data)), limit+1)))
		}
	}
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

// watch returns r and cancels the download with errTooSlow when a whole window brought less than the
// minimum. It ends with ctx.
func (p pace) watch(ctx context.Context, r io.Reader, cancel context.CancelCauseFunc) io.Reader {
	c := &counter{r: r}
	go func() {
		tick := time.NewTicker(p.window)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if c.n.Swap(0) < p.min {
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
	r io.Reader
	n atomic.Int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n.Add(int64(n))
	return n, err
}
