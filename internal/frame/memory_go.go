//go:build !cgo

package frame

import "unsafe"

// defaultLimit is what a worker may use when nobody says otherwise. Go ends the process when memory runs out, so there
// has to be a bound.
const defaultLimit = 1 << 30

// allocate returns aligned memory of Go's heap. Its collector moves nothing, and a pointer anywhere into the memory
// keeps all of it.
func allocate(size int) unsafe.Pointer {
	b := make([]byte, size+alignment)
	p := unsafe.Pointer(unsafe.SliceData(b))
	return unsafe.Add(p, -uintptr(p)&(alignment-1))
}

// release has nothing to do: the collector finds what nobody points to.
func release(unsafe.Pointer) {}
