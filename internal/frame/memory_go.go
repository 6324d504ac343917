//go:build !cgo

package frame

import (
	"runtime/debug"
	"unsafe"

	"imagekit/internal/mmap"
)

// defaultLimit is what a worker may use when nobody says otherwise. Go ends the process when memory runs out, so there
// has to be a bound.
const defaultLimit = 1 << 30

// Within fits frames and the collector into a process that may have so many bytes in all. Half of them are the
// frames': what was given up stays until the collector has run, and sources, results and codecs need the rest.
func Within(bytes int64) {
	SetLimit(int(bytes / 2))
	debug.SetMemoryLimit(bytes / 4 * 3)
}

// allocate returns aligned memory of Go's heap, nil when there is none. The collector moves nothing, and a pointer
// anywhere into the memory keeps all of it. What goes back to the system when it is released is none of the heap's, which
// would keep it for minutes.
func allocate(size int) unsafe.Pointer {
	if size > maxBlock {
		b, err := mmap.Map(size)
		if err != nil {
			return nil
		}
		return unsafe.Pointer(unsafe.SliceData(b))
	}
	b := make([]byte, size+alignment)
	p := unsafe.Pointer(unsafe.SliceData(b))
	return unsafe.Add(p, -uintptr(p)&(alignment-1))
}

// release gives memory back that is not the collector's to find.
func release(p unsafe.Pointer, size int) {
	if size > maxBlock {
		mmap.Unmap(unsafe.Slice((*byte)(p), size))
	}
}
