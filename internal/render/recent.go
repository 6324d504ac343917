package render

import (
	"time"

	"imagekit/internal/lru"
)

// recent holds values for a while within a bound on what they cost together. It is not safe for concurrent use.
type recent[K comparable, V any] struct {
	held *lru.Cache[K, timed[V]]
}

// timed is a value and when its time is over.
type timed[V any] struct {
	value V
	until time.Time
}

// newRecent returns an empty one. discard is told of every value that goes; it may be nil.
func newRecent[K comparable, V any](bound int64, discard func(V)) *recent[K, V] {
	var gone func(timed[V])
	if discard != nil {
		gone = func(t timed[V]) { discard(t.value) }
	}
	return &recent[K, V]{lru.New[K](bound, gone)}
}

// get returns the value under key, unless its time is over.
func (r *recent[K, V]) get(key K, now time.Time) (v V, ok bool) {
	t, ok := r.held.Get(key)
	if !ok {
		return v, false
	}
	if !now.Before(t.until) {
		r.remove(key)
		return v, false
	}
	return t.value, true
}

// put holds a value until then, in place of what was there.
func (r *recent[K, V]) put(key K, v V, cost int64, until time.Time) {
	r.held.Put(key, timed[V]{v, until}, cost)
}

// remove forgets what is held under key.
func (r *recent[K, V]) remove(key K) { r.held.Remove(key) }

// expire forgets everything whose time is over.
func (r *recent[K, V]) expire(now time.Time) {
	r.held.RemoveFunc(func(t timed[V]) bool { return !now.Before(t.until) })
}
