package frame

// #include <stdlib.h>
import "C"

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

// ErrMemory is in the chain of the error when the system has no memory left for this process.
var ErrMemory = errors.New("no memory")

// block is one piece of aligned C memory.
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
var pool struct {
	sync.Mutex
	free []*block
}

// live counts the blocks that frames hold.
var live atomic.Int64

// Live returns how many frames are not released yet: 0 between jobs. Tests find leaks by it.
func Live() int { return int(live.Load()) }

// obtain returns a block of at least size bytes, the smallest free one that is not more than twice as large.
func obtain(size int) (*block, error) {
	if size <= 0 {
		return nil, fmt.Errorf("frame: want a positive size, got %d bytes", size)
	}
	pool.Lock()
	best := -1
	for i, b := range pool.free {
		if b.size >= size && b.size <= 2*size && (best < 0 || b.size < pool.free[best].size) {
			best = i
		}
	}
	if best >= 0 {
		b := pool.free[best]
		pool.free = append(pool.free[:best], pool.free[best+1:]...)
		pool.Unlock()
		live.Add(1)
		return b, nil
	}
	pool.Unlock()
	size = align(size)
	p := C.aligned_alloc(alignment, C.size_t(size))
	if p == nil {
		return nil, fmt.Errorf("frame: %w for %d bytes", ErrMemory, size)
	}
	live.Add(1)
	return &block{data: p, size: size}, nil
}

// giveBack keeps the block for later, or frees it, or frees the oldest one kept.
func (b *block) giveBack() {
	live.Add(-1)
	if b.size > maxBlock {
		C.free(b.data)
		return
	}
	pool.Lock()
	defer pool.Unlock()
	pool.free = append(pool.free, b)
	if len(pool.free) > maxPooled {
		C.free(pool.free[0].data)
		pool.free = append(pool.free[:0], pool.free[1:]...)
	}
}
