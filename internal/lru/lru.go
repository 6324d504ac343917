// Package lru holds values within a bound on what they cost together; what was used longest ago goes first.
package lru

import (
	"container/list"
	"iter"
	"maps"
)

// Cache is such a collection. It is not safe for concurrent use; New makes one.
type Cache[K comparable, V any] struct {
	bound   int64
	discard func(V)

	items   map[K]*list.Element
	order   list.List // used last first; *item[K, V]
	cost    int64
	evicted uint64
}

type item[K comparable, V any] struct {
	key   K
	value V
	cost  int64
}

// New returns an empty cache. discard is told of every value that goes; it may be nil.
func New[K comparable, V any](bound int64, discard func(V)) *Cache[K, V] {
	return &Cache[K, V]{bound: bound, discard: discard, items: map[K]*list.Element{}}
}

// Get returns the value under key and counts as a use of it.
func (c *Cache[K, V]) Get(key K) (v V, ok bool) {
	e, ok := c.items[key]
	if !ok {
		return v, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*item[K, V]).value, true
}

// Has reports whether there is a value under key. It is no use of it.
func (c *Cache[K, V]) Has(key K) bool { return c.items[key] != nil }

// Put holds a value in place of what was there under its key.
func (c *Cache[K, V]) Put(key K, v V, cost int64) {
	c.Remove(key)
	c.items[key] = c.order.PushFront(&item[K, V]{key, v, cost})
	c.cost += cost
	for c.cost > c.bound {
		c.Remove(c.order.Back().Value.(*item[K, V]).key)
		c.evicted++
	}
}

// Remove forgets what is held under key.
func (c *Cache[K, V]) Remove(key K) {
	e, ok := c.items[key]
	if !ok {
		return
	}
	it := c.order.Remove(e).(*item[K, V])
	delete(c.items, key)
	c.cost -= it.cost
	if c.discard != nil {
		c.discard(it.value)
	}
}

// RemoveFunc forgets every value of which gone is true.
func (c *Cache[K, V]) RemoveFunc(gone func(V) bool) {
	for key := range c.Keys() {
		if gone(c.items[key].Value.(*item[K, V]).value) {
			c.Remove(key)
		}
	}
}

// Keys are those of the values held, in no order.
func (c *Cache[K, V]) Keys() iter.Seq[K] { return maps.Keys(c.items) }

// Bound returns what the values may cost together.
func (c *Cache[K, V]) Bound() int64 { return c.bound }

// Len returns how many values are held.
func (c *Cache[K, V]) Len() int { return len(c.items) }

// Cost returns what they cost together.
func (c *Cache[K, V]) Cost() int64 { return c.cost }

// Evicted returns how many went for lack of room.
func (c *Cache[K, V]) Evicted() uint64 { return c.evicted }
