//go:build cgo

package webp

// #include "webp.h"
// #include <webp/encode.h>
import "C"

import (
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// made is what libwebp has written, in memory of its own.
type made struct{ result C.ikwebp_result }

func (m made) bytes() []byte { return unsafe.Slice((*byte)(m.result.bytes), m.result.len) }
func (m made) free()         { C.ikwebp_free(m.result.bytes) }

// encode lets libwebp write all but alpha of a lossy frame, and the profile. The result is to be freed.
func (s Settings) encode(f *frame.Frame) (made, error) {
	job := C.ikwebp_job{
		width: C.int(f.Width), height: C.int(f.Height), planes: describe(f),
		quality: C.int(s.Quality), method: C.int(s.Method), shaping: shaping, filter: filter,
		lossless: C.bool(s.Lossless), loss: C.int(s.Loss),
	}
	var m made
	if C.ikwebp_encode(&job, &m.result) != C.IKWEBP_OK {
		return m, fault.New(kindOf(m.result.error), "cannot write a WebP of %d×%d pixels (libwebp's error %d)",
			f.Width, f.Height, int(m.result.error))
	}
	return m, nil
}

// libwebp's strengths, 0…100, of spatial noise shaping, which takes bits from busy squares for smooth ones, and of the
// loop filter. Its own are 50 and 60; at method 2 these are nearer to the original by Butteraugli and by DSSIM in
// fewer bytes.
const (
	shaping = 70
	filter  = 90
)

// kindOf says what kind of fault an error of libwebp's encoder is. Besides what a plan rules out there is only want of
// memory, which has several codes, among them none at all when the alpha plane met it.
func kindOf(code C.int) fault.Kind {
	switch code {
	case C.VP8_ENC_ERROR_INVALID_CONFIGURATION, C.VP8_ENC_ERROR_BAD_DIMENSION, C.VP8_ENC_ERROR_PARTITION0_OVERFLOW,
		C.VP8_ENC_ERROR_PARTITION_OVERFLOW, C.VP8_ENC_ERROR_FILE_TOO_BIG:
		return fault.Internal
	}
	return fault.TooMuchMemory
}
