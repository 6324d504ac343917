//go:build cgo

package png

// #include <stdlib.h>
// #include <spng.h>
// #include "shim.h"
import "C"

import (
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Encode writes a Gray or RGB frame of 8 bits with straight alpha, or none. At most 256 colours, alpha included, become
// a palette, or grey of fewer bits where that holds them. Besides the pixels only the profile is written.
func Encode(f *frame.Frame, s Settings) ([]byte, error) {
	if err := check(f); err != nil {
		return nil, err
	}
	planes := planesOf(f)
	var out *C.uint8_t
	var size C.size_t
	code := C.png_encode(&planes[0], C.int(len(planes)), C.uint32_t(f.Width), C.uint32_t(f.Height), C.int(s.Level), C.int(s.Filters),
		(*C.uint8_t)(unsafe.SliceData(s.ICC)), C.size_t(len(s.ICC)), &out, &size)
	if code != 0 {
		return nil, failure(fault.Internal, code)
	}
	defer C.free(unsafe.Pointer(out))
	return C.GoBytes(unsafe.Pointer(out), C.int(size)), nil
}
