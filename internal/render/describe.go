package render

import (
	"context"
	"time"

	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// Source is what is known of a source before any work.
type Source struct {
	Format        format.Format
	Width, Height int // as shown, by its orientation
	Alpha         bool
	Bytes         int
}

// Describe tells what a request's source is, by its header. It is downloaded as for Render, and shared with it. Errors are
// faults or ends of contexts.
func (r *Renderer) Describe(ctx context.Context, req param.Request) (Source, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	key := sourceKey{req.Source, req.Version}
	src, giveBack, err := r.sources.borrow(ctx, key, scope{})
	if err != nil {
		return Source{}, err
	}
	defer giveBack(true) // no worker saw it
	info, err := probe.Read(src.Data, r.limits.Header())
	if err != nil {
		r.sources.memory.fail(key, scope{}, src.Generation, err, time.Now())
		return Source{}, err
	}
	s := Source{info.Format, info.Width, info.Height, info.Alpha, len(src.Data)}
	if info.Orientation >= 5 { // lies on its side (EXIF 3.0 §4.6.5)
		s.Width, s.Height = s.Height, s.Width
	}
	return s, nil
}
