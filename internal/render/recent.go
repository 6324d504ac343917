package render

import (
	"container/list"
	"time"
)

// recent holds values for a while within a bound on what they cost together; what was used longest ago goes first. It
// is not safe for concurrent use.
type recent[V any] struct {
	bound   int64
	discard func(V) // told of every value that goes; may be nil

	items   map[sourceKey]*list.Element
	order   list.List // used last first; *item[V]
	cost    int64
	evicted uint64 // gone for lack of room
}

type item[V any] struct {
	key   sourceKey
	value V
	cost  int64
	until time.Time
}

func newRecent[V any](bound int64, discard func(V)) *recent[V] {
	return &recent[V]{bound: bound, discard: discard, items: map[sourceKey]*list.Element{}}
}

// get returns the value under key, unless its time is over.
func (r *recent[V]) get(key sourceKey, now time.Time) (v V, ok bool) {
	e, ok := r.items[key]
	if !ok {
		return v, false
	}
	it := e.Value.(*item[V])
	if !now.Before(it.until) {
		r.remove(key)
		return v, false
	}
	r.order.MoveToFront(e)
	return it.value, true
}

// put holds a value until then, in place of what was there.
func (r *recent[V]) put(key sourceKey, v V, cost int64, until time.Time) {
	r.remove(key)
	r.items[key] = r.order.PushFront(&item[V]{key, v, cost, until})
	r.cost += cost
	for r.cost > r.bound {
		r.remove(r.order.Back().Value.(*item[V]).key)
		r.evicted++
	}
}

// remove forgets what is held under key.
func (r *recent[V]) remove(key sourceKey) {
	e, ok := r.items[key]
	if !ok {
		return
	}
	it := r.order.Remove(e).(*item[V])
	delete(r.items, key)
	r.cost -= it.cost
	if r.discard != nil {
		r.discard(it.value)
	}
}

// clear forgets everything.
func (r *recent[V]) clear() {
	for key := range r.items {
		r.remove(key)
	}
}

// expire forgets everything whose time is over.
func (r *recent[V]) expire(now time.Time) {
	for key, e := range r.items {
		if !now.Before(e.Value.(*item[V]).until) {
			r.remove(key)
		}
	}
}
