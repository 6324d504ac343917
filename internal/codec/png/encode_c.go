//go:build cgo

package png

// #include <stdlib.h>
// #include <spng.h>
// #include "png.h"
import "C"

import (
	"runtime"
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
	picture := pictureOf(f)
	var pin runtime.Pinner // settings points at the profile
	defer pin.Unpin()
	settings := C.ikpng_settings{level: C.int(s.Level), filters: C.int(s.Filters)}
	if len(s.ICC) > 0 {
		pin.Pin(unsafe.SliceData(s.ICC))
		settings.icc, settings.icc_size = (*C.uint8_t)(unsafe.SliceData(s.ICC)), C.size_t(len(s.ICC))
	}
	var result C.ikpng_result
	if code := C.ikpng_encode(&picture, &settings, &result); code != 0 {
		return nil, faultOf(fault.Internal, code)
	}
	defer C.free(unsafe.Pointer(result.bytes))
	return C.GoBytes(unsafe.Pointer(result.bytes), C.int(result.len)), nil
}
