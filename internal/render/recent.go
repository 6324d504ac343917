package render

import (
	"container/list"
	"time"
)

// recent holds values for a while within a bound on what they cost together; what was used longest ago goes first. It
// is not safe for concurrent use.
type recent[K comparable, V any] struct {
	bound   int64
	discard func(V) // told of every value that goes; may be nil

	items   map[K]*list.Element
	order   list.List // used last first; *item[K, V]
	cost    int64
	evicted uint64 // gone for lack of room
}

type item[K comparable, V any] struct {
	key   K
	value V
	cost  int64
	until time.Time
}

func newRecent[K comparable, V any](bound int64, discard func(V)) *recent[K, V] {
	return &recent[K, V]{bound: bound, discard: discard, items: map[K]*list.Element{}}
}

// get returns the value under key, unless its time is over.
func (r *recent[K, V]) get(key K, now time.Time) (v V, ok bool) {
	e, ok := r.items[key]
	if !ok {
		return v, false
	}
	it := e.Value.(*item[K, V])
	if !now.Before(it.until) {
		r.remove(key)
		return v, false
	}
	r.order.MoveToFront(e)
	return it.value, true
}

// put holds a value until then, in place of what was there.
func (r *recent[K, V]) put(key K, v V, cost int64, until time.Time) {
	r.remove(key)
	r.items[key] = r.order.PushFront(&item[K, V]{key, v, cost, until})
	r.cost += cost
	for r.cost > r.bound {
		r.remove(r.order.Back().Value.(*item[K, V]).key)
		r.evicted++
	}
}

// remove forgets what is held under key.
func (r *recent[K, V]) remove(key K) {
	e, ok := r.items[key]
	if !ok {
		return
	}
	it := r.order.Remove(e).(*item[K, V])
	delete(r.items, key)
	r.cost -= it.cost
	if r.discard != nil {
		r.discard(it.value)
	}
}

// expire forgets everything whose time is over.
func (r *recent[K, V]) expire(now time.Time) {
	for key, e := range r.items {
		if !now.Before(e.Value.(*item[K, V]).until) {
			r.remove(key)
		}
	}
}
