//go:build !cgo

package frame

import (
	"runtime/debug"
	"unsafe"
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

// allocate returns aligned memory of Go's heap. Its collector moves nothing, and a pointer anywhere into the memory
// keeps all of it.
func allocate(size int) unsafe.Pointer {
	b := make([]byte, size+alignment)
	p := unsafe.Pointer(unsafe.SliceData(b))
	return unsafe.Add(p, -uintptr(p)&(alignment-1))
}

// release has nothing to do: the collector finds what nobody points to.
func release(unsafe.Pointer) {}
