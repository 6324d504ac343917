package render

import (
	"context"

	"imagekit/internal/blob"
	"imagekit/internal/stage"
	"imagekit/internal/trace"
)

// climb returns the result that another instance has made, nil without one. It is looked for once for all who ask at the
// same time,
// work telling the looks apart.
func (r *Renderer) climb(ctx context.Context, key, work string, times *stage.Times) *blob.Blob {
	ctx, looking := trace.Begin(ctx, stage.Cache)
	defer looking.End(times, nil)
	b, _, _ := r.found.Do(ctx, work, func(ctx context.Context) (*blob.Blob, error) {
		b, _ := r.shared(ctx, key)
		return b, nil
	})
	return b
}
