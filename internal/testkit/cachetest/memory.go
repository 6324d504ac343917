package cachetest

import (
	"context"
	"slices"
	"sync"

	"imagekit/internal/cache"
)

// Memory is a store in memory: the smallest one that passes Run, and a cache for other packages' tests.
// It drops the oldest entries first. The zero value is empty and unbounded.
type Memory struct {
	Limit int64 // bytes; 0 = unbounded

	mu      sync.Mutex
	entries map[cache.ID][]byte
	order   []cache.ID // oldest first
	usage   cache.Usage
}

// Get implements cache.Store.
func (m *Memory) Get(ctx context.Context, id cache.ID) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	entry, ok := m.entries[id]
	if !ok {
		return nil, cache.ErrNotFound
	}
	return slices.Clone(entry), nil
}

// Put implements cache.Store.
func (m *Memory) Put(ctx context.Context, id cache.ID, parts ...[]byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	entry := slices.Concat(parts...)
	if m.Limit > 0 && int64(len(entry)) > m.Limit {
		return cache.ErrNoRoom
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(id)
	for m.Limit > 0 && m.usage.SizeBytes+int64(len(entry)) > m.Limit {
		m.forget(m.order[0])
		m.usage.Evictions++
	}
	if m.entries == nil {
		m.entries = make(map[cache.ID][]byte)
	}
	m.entries[id] = entry
	m.order = append(m.order, id)
	m.usage.SizeBytes += int64(len(entry))
	return nil
}

// Delete implements cache.Store.
func (m *Memory) Delete(ctx context.Context, id cache.ID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(id)
	return nil
}

// forget needs m.mu.
func (m *Memory) forget(id cache.ID) {
	entry, ok := m.entries[id]
	if !ok {
		return
	}
	delete(m.entries, id)
	m.order = slices.DeleteFunc(m.order, func(o cache.ID) bool { return o == id })
	m.usage.SizeBytes -= int64(len(entry))
}

// Usage implements cache.Store.
func (m *Memory) Usage() cache.Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.usage
	u.Entries = int64(len(m.entries))
	u.LimitBytes = m.Limit
	return u
}

// Close implements cache.Store.
func (m *Memory) Close() error { return nil }
