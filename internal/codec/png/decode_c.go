//go:build cgo

// Package png reads and writes PNG (W3C PNG third edition, ISO/IEC 15948) with libspng, row by row, straight
// between the file and planes.
package png

// #cgo pkg-config: spng
// #cgo CFLAGS: -std=c11 -O3 -Wall -Wextra
// #include <spng.h>
// #include <stdlib.h>
// #include "png.h"
import "C"

import (
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Version returns libspng's version.
func Version() string { return C.GoString(C.spng_version_string()) }

// Decode reads a PNG into Gray or RGB planes, with an alpha plane when the file has an alpha channel or tRNS.
// Depths below 8 and palettes become 8 bits, 16 bits stay. Of an animated PNG it reads the still picture. Gamma and
// profiles are not applied. Rows outside h.Crop may be left undefined.
//
// Rows that are missing, pixels cut short and pixels whose checksums fail are a DamagedImage; what is missing, cut or
// stray behind them is accepted, and a checksum of a chunk where that of the zlib stream in it is right.
func Decode(src []byte, h frame.Hint) (*frame.Frame, error) {
	head, file, err := strip(src)
	if err != nil {
		return nil, err
	}
	f, err := newFrame(head)
	if err != nil {
		return nil, err
	}
	top, bottom := 0, head.height
	if !h.Crop.Empty() {
		top, bottom = max(h.Crop.Min.Y, 0), min(h.Crop.Max.Y, head.height)
	}
	picture := pictureOf(f)
	code := C.ikpng_decode((*C.uint8_t)(unsafe.SliceData(file)), C.size_t(len(file)),
		&picture, C.uint32_t(top), C.uint32_t(bottom))
	if code != 0 {
		f.Release()
		return nil, faultOf(fault.DamagedImage, code)
	}
	return f, nil
}

// pictureOf describes a frame to C.
func pictureOf(f *frame.Frame) C.ikpng_picture {
	all := channels(f)
	picture := C.ikpng_picture{width: C.uint32_t(f.Width), height: C.uint32_t(f.Height), count: C.int(len(all))}
	for i, p := range all {
		picture.planes[i] = C.ikpng_plane{data: (*C.uint8_t)(p.Data), stride: C.size_t(p.Stride)}
	}
	return picture
}

// faultOf turns libspng's code into a fault: want of memory, or else of the given kind.
func faultOf(kind fault.Kind, code C.int) error {
	if code == C.SPNG_EMEM {
		kind = fault.TooMuchMemory
	}
	return fault.New(kind, "PNG: %s", C.GoString(C.spng_strerror(code)))
}
