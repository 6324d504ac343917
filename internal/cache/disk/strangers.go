package disk

import (
	"iter"
	"slices"

	"imagekit/internal/cache"
)

// strangers are entries that a scan finds and the index does not know. There may be millions, for a moment: in a slice that
// grows on the heap they would leave five times their bytes behind for the collector.
type strangers struct{ slots } // seen is the last use in seconds since the Unix epoch

func (l *strangers) add(id cache.ID, size int64, used uint32) {
	*l.at(l.grow()) = slot{id: id, blocks: uint32((size + blockSize - 1) / blockSize), seen: used}
}

// lastUsedFirst lists them in the order of their last use.
func (l *strangers) lastUsedFirst() iter.Seq[*slot] {
	order := make([]uint64, l.n) // the last use, then the number
	for i := range order {
		order[i] = uint64(l.at(int32(i)).seen)<<32 | uint64(i)
	}
	slices.Sort(order)
	return func(yield func(*slot) bool) {
		for _, o := range slices.Backward(order) {
			if !yield(l.at(int32(uint32(o)))) {
				return
			}
		}
	}
}
