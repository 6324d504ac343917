package cachetest

import (
	"context"
	"sync"
	"testing"

	"imagekit/internal/cache"
)

// RunShared is Run for a store that does not count what it holds, because others use it too. What the suite wants counted
// is counted here.
func RunShared(t *testing.T, open func(t *testing.T) cache.Store) {
	Run(t, func(t *testing.T) cache.Store { return &counted{Store: open(t), sizes: map[cache.ID]int64{}} })
}

// counted counts the entries of a store.
type counted struct {
	cache.Store
	mu    sync.Mutex
	sizes map[cache.ID]int64
}

func (c *counted) Put(ctx context.Context, id cache.ID, parts ...[]byte) error {
	err := c.Store.Put(ctx, id, parts...)
	if err == nil {
		size := int64(0)
		for _, p := range parts {
			size += int64(len(p))
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sizes[id] = size
	}
	return err
}

func (c *counted) Delete(ctx context.Context, id cache.ID) error {
	err := c.Store.Delete(ctx, id)
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.sizes, id)
	}
	return err
}

func (c *counted) Usage() (u cache.Usage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, size := range c.sizes {
		u.SizeBytes += size
		u.Entries++
	}
	return u
}
