package cache

import (
	"context"
	"errors"
	"time"

	"imagekit/internal/blob"
)

// Climb looks for a blob that Get did not find where other instances keep theirs. What it finds is kept here from now on.
func (c *Cache) Climb(ctx context.Context, key string) (*blob.Blob, bool) {
	id := NewID(key)
	entry := c.Shared.Get(ctx, id)
	if entry == nil {
		return nil, false
	}
	b, err := decode(entry, key)
	switch {
	case errors.Is(err, ErrVersion): // of a newer program, which shall find it
		return nil, false
	case err != nil:
		c.corrupt.Add(1)
		c.warn(&c.corruptLog, "shared cache entry dropped", id, err)
		c.Shared.Delete(id)
		return nil, false
	case c.over(b, time.Now()), c.stale(key, b.Generation, true): // the next result takes its place
		return nil, false
	}
	c.put(ctx, write{key: key, blob: b, found: true})
	return b, true
}
