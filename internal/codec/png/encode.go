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

// Filters is a set of row filters (PNG third edition §9.2). Of several, each row gets the one with the smallest sum of
// absolute differences (§12.7).
type Filters uint8

// The filters; Unfiltered is the empty set.
const (
	Sub   Filters = C.SPNG_FILTER_CHOICE_SUB
	Up    Filters = C.SPNG_FILTER_CHOICE_UP
	Avg   Filters = C.SPNG_FILTER_CHOICE_AVG
	Paeth Filters = C.SPNG_FILTER_CHOICE_PAETH

	Unfiltered Filters = C.SPNG_DISABLE_FILTERING
	AllFilters Filters = C.SPNG_FILTER_CHOICE_ALL
)

// Settings says how Encode writes.
type Settings struct {
	Level   int     // zlib's compression level, 0…9
	Filters Filters // of pictures that are neither paletted nor of less than 8 bits: those are never filtered
	ICC     []byte  // the colour profile for an iCCP chunk; nil = none, which means sRGB
}

// Encode writes a Gray or RGB frame of 8 bits with straight alpha, or none. At most 256 colours, alpha included, become
// a palette, or grey of fewer bits where that holds them. Besides the pixels only the profile is written.
func Encode(f *frame.Frame, s Settings) ([]byte, error) {
	if f.Depth != 8 || f.Premultiplied || (f.Model != frame.Gray && f.Model != frame.RGB) {
		return nil, fault.New(fault.Internal, "PNG: want straight Gray or RGB of 8 bits, got model %d, %d bits, premultiplied %t",
			f.Model, f.Depth, f.Premultiplied)
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
