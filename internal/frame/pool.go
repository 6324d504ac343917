package frame

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"unsafe"
)

// ErrMemory is in the chain of the error when there is no memory left for frames.
var ErrMemory = errors.New("no memory")

// block is one piece of aligned memory: C's with cgo, Go's without.
type block struct {
	data unsafe.Pointer
	size int
}

const (
	maxPooled = 8       // blocks kept for the next job
	maxBlock  = 8 << 20 // bytes; larger blocks go back to the system, so a giant job leaves nothing behind
)

// pool holds blocks that are not in use. A worker does one job at a time and asks for the same sizes again and
// again; without the pool every plane would be fresh pages to fault in.
var pool = struct {
	sync.Mutex
	free  []*block
	live  int // blocks that frames hold
	held  int // bytes of all blocks, free or not
	limit int // of held
}{limit: defaultLimit}

// Live returns how many frames are not released yet: 0 between jobs. Tests find leaks by it.
func Live() int {
	pool.Lock()
	defer pool.Unlock()
	return pool.live
}

// SetLimit bounds the bytes of all frames together and returns the bound until now; beyond it New fails with
// ErrMemory. It stands for the system's limit of a process where that would end the process: Go has no way to be told
// that memory has run out. C memory has no bound of its own, as the system's is enough there.
func SetLimit(bytes int) (before int) {
	pool.Lock()
	defer pool.Unlock()
	before, pool.limit = pool.limit, bytes
	return before
}

// obtain returns a block of at least size bytes, the smallest free one that is not more than twice as large.
func obtain(size int) (*block, error) {
	if size <= 0 {
		return nil, fmt.Errorf("frame: want a positive size, got %d bytes", size)
	}
	pool.Lock()
	defer pool.Unlock()
	best := -1
	for i, b := range pool.free {
		if b.size >= size && b.size <= 2*size && (best < 0 || b.size < pool.free[best].size) {
			best = i
		}
	}
	if best >= 0 {
		b := pool.free[best]
		pool.free = slices.Delete(pool.free, best, best+1)
		pool.live++
		return b, nil
	}
	size = align(size)
	for len(pool.free) > 0 && size > pool.limit-pool.held {
		dropOldest()
	}
	if size > pool.limit-pool.held {
		return nil, fmt.Errorf("frame: %w for %d bytes: %d of %d are in use", ErrMemory, size, pool.held, pool.limit)
	}
	p := allocate(size)
	if p == nil {
		return nil, fmt.Errorf("frame: %w for %d bytes", ErrMemory, size)
	}
	pool.live++
	pool.held += size
	return &block{data: p, size: size}, nil
}

// giveBack keeps the block for later, or frees it, or frees the oldest one kept.
func (b *block) giveBack() {
	pool.Lock()
	defer pool.Unlock()
	pool.live--
	if b.size > maxBlock {
		b.drop()
		return
	}
	pool.free = append(pool.free, b)
	if len(pool.free) > maxPooled {
		dropOldest()
	}
}

// dropOldest frees the block that is in the pool for longest. The pool is locked.
func dropOldest() {
	pool.free[0].drop()
	pool.free = slices.Delete(pool.free, 0, 1)
}

// drop frees the block's memory. The pool is locked.
func (b *block) drop() {
	pool.held -= b.size
	release(b.data, b.size)
	b.data = nil // a frame that is used after its release must not keep Go's memory
}
