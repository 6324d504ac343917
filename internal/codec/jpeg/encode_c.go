//go:build cgo

package jpeg

// #include <stdlib.h>
// #include "jpeg.h"
import "C"

import (
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Encode writes an opaque frame of 8 bits in full range: grey, or YCbCr in BT.601 whose chroma planes are full or
// half as wide and as high as the picture (4:4:4, 4:2:2, 4:4:0, 4:2:0), rounded up. Samples go in as they are.
// Any other frame is fault.Internal: the plan asked for the wrong planes. fault.TooMuchMemory without memory.
func Encode(f *frame.Frame, s Settings) ([]byte, error) { return encode(f, s, false) }

// encode leaves Huffman coding to libjpeg when plain, which gives the same bytes in more time.
func encode(f *frame.Frame, s Settings, plain bool) ([]byte, error) {
	if err := check(f); err != nil {
		return nil, err
	}
	settings := C.ikjpeg_settings{
		sub_x: 1, sub_y: 1,
		quality: C.int(s.Quality), progressive: C.bool(s.Progressive), optimize: C.bool(s.Optimize), plain: C.bool(plain),
	}
	if f.Model == frame.YCbCr {
		settings.sub_x = subsampling(f.Width, f.Planes[1].Width)
		settings.sub_y = subsampling(f.Height, f.Planes[1].Height)
	}
	picture, err := describe(f, int(settings.sub_x), int(settings.sub_y))
	if err != nil {
		return nil, err
	}
	var result C.ikjpeg_result
	status := C.ikjpeg_encode(&picture, &settings,
		(*C.uint8_t)(unsafe.SliceData(s.ICC)), C.size_t(len(s.ICC)), &result)
	if status != C.IKJPEG_OK {
		kind := fault.Internal
		if status == C.IKJPEG_NO_MEMORY {
			kind = fault.TooMuchMemory
		}
		return nil, fault.New(kind, "cannot write a JPEG of %d×%d pixels (%s)",
			f.Width, f.Height, C.GoString(&result.message[0]))
	}
	defer C.free(unsafe.Pointer(result.bytes))
	return C.GoBytes(unsafe.Pointer(result.bytes), C.int(result.len)), nil
}

// describe lists the frame's planes for C, cut to the samples that stand for the picture.
func describe(f *frame.Frame, subX, subY int) (C.ikjpeg_picture, error) {
	p := C.ikjpeg_picture{width: C.int(f.Width), height: C.int(f.Height), model: C.int(f.Model), count: C.int(len(f.Planes))}
	for i, from := range f.Planes {
		w, h := f.Width, f.Height
		if i > 0 {
			w, h = (w+subX-1)/subX, (h+subY-1)/subY
		}
		if err := covers(f, i, w, h); err != nil {
			return p, err
		}
		to := &p.planes[i]
		to.data, to.stride = (*C.uint8_t)(from.Data), C.size_t(from.Stride)
		to.width, to.height = C.int(w), C.int(h)
	}
	return p, nil
}

// subsampling returns how many pixels share a chroma sample: 1 when there is one for each, else 2.
func subsampling(pixels, samples int) C.int {
	if samples >= pixels {
		return 1
	}
	return 2
}

// Version returns the version of libjpeg-turbo this program was built with; the library itself does not tell.
func Version() string { return C.IKJPEG_VERSION }
