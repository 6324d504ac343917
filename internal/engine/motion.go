package engine

import (
	"time"

	"imagekit/internal/codec/gif"
	"imagekit/internal/codec/webp"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/plan"
)

// encoder writes a result that moves, one picture after the other.
type encoder interface {
	// Add adds a picture that is shown for so long. It keeps nothing of the frame.
	Add(f *frame.Frame, delay time.Duration) error
	// Close returns the file.
	Close() ([]byte, error)
	// Release ends the writing.
	Release()
}

// add writes a still, or adds a picture to what moves.
func add(j *job) error {
	if !j.plan.Moves() {
		return encode(j)
	}
	if j.encoder == nil {
		e, err := begin(j)
		if err != nil {
			return err
		}
		j.encoder = e
	}
	err := j.encoder.Add(j.frame, j.delay)
	j.frame.Release()
	return err
}

// closing makes the file of what was added.
func closing(j *job) (err error) {
	if j.encoder == nil {
		return nil
	}
	if j.result, err = j.encoder.Close(); err == nil && len(j.result) > plan.MaxMoving {
		err = fault.New(fault.TooMuchMemory, "want a moving result of at most %d MiB, got %d", plan.MaxMoving>>20,
			len(j.result)>>20)
	}
	return err
}

// begin opens the encoder of a result that moves.
func begin(j *job) (encoder, error) {
	p, size := &j.plan, j.plan.Size()
	switch p.Format {
	case format.WebP:
		s := webp.Settings{Quality: p.Encoder.Quality, Method: p.Encoder.Effort, ICC: j.profile()}
		return webp.NewWriter(size.X, size.Y, p.Repeats+1, false, s)
	case format.GIF:
		return gif.NewWriter(size.X, size.Y, p.Repeats)
	}
	return nil, fault.New(fault.Internal, "no encoder for a moving %s", p.Format)
}

// shown is how long browsers show a picture that says so: what says next to nothing, as some animations do to go as
// fast as possible, they show for a tenth of a second.
func shown(delay time.Duration) time.Duration {
	const least, instead = 10 * time.Millisecond, 100 * time.Millisecond
	if delay <= least {
		return instead
	}
	return delay
}
