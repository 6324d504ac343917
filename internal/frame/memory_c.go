//go:build cgo

package frame

// #include <stdlib.h>
import "C"

import (
	"math"
	"unsafe"
)

// defaultLimit is no bound: aligned_alloc says when the process may have no more.
const defaultLimit = math.MaxInt

// Within has nothing to do: the system's limit holds for C memory, too, and is told by aligned_alloc.
func Within(int64) {}

// allocate returns aligned C memory, nil when there is none.
func allocate(size int) unsafe.Pointer { return C.aligned_alloc(alignment, C.size_t(size)) }

func release(p unsafe.Pointer, _ int) { C.free(p) }
