//go:build cgo

// Package webp reads and writes WebP (RFC 9649) as planes, through libwebp.
package webp

// #cgo CFLAGS: -std=c11 -O3 -Wall -Wextra
// #cgo pkg-config: libwebp libwebpdemux
// #include "webp.h"
// #include <webp/decode.h>
import "C"

import (
	"fmt"
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Decode returns the picture, or the first frame of an animation on its canvas.
//
// An opaque lossy picture stays what it is, 4:2:0 planes in BT.601 and limited range. Everything else becomes R, G, B
// and, where the file says so or the first frame leaves some of the canvas free, alpha. The hint is not used: libwebp
// scales after it has decoded everything, which saves nothing below 50 megapixels, it does not weigh chroma by alpha,
// and it moves odd crops to even places.
//
// Errors: fault.DamagedImage for what is cut short or not WebP; fault.UnsupportedFormat for bitstreams libwebp does
// not read; fault.TooMuchMemory without memory. The caller releases the frame.
func Decode(src []byte, _ frame.Hint) (*frame.Frame, error) {
	info, err := inspect(src)
	if err != nil {
		return nil, err
	}
	f, err := allocate(&info)
	if err != nil {
		return nil, fault.Wrap(fault.TooMuchMemory, err, "no memory for a WebP of %d×%d pixels", int(info.width),
			int(info.height))
	}
	planes := describe(f)
	data := (*C.uint8_t)(unsafe.SliceData(src))
	var status C.int
	if info.yuv {
		status = C.ikwebp_read_yuv(data, &info, &planes[0])
	} else {
		status = C.ikwebp_read_rgb(data, &info, &planes[0])
	}
	if status != C.IKWEBP_OK {
		f.Release()
		if status == C.IKWEBP_FAILED && info.alpha {
			status = C.IKWEBP_DAMAGED // libwebp 1.5 says so too of an alpha chunk with a bad header
		}
		return nil, refusal(status)
	}
	return f, nil
}

// inspect reads the headers.
func inspect(src []byte) (info C.ikwebp_info, err error) {
	if len(src) == 0 {
		return info, fault.New(fault.DamagedImage, "want a WebP, got 0 bytes")
	}
	if status := C.ikwebp_inspect((*C.uint8_t)(unsafe.SliceData(src)), C.size_t(len(src)), &info); status != C.IKWEBP_OK {
		return info, refusal(status)
	}
	return info, nil
}

// allocate makes the frame that a picture is decoded into.
func allocate(info *C.ikwebp_info) (*frame.Frame, error) {
	width, height := int(info.width), int(info.height)
	if !info.yuv {
		n := 3
		if info.alpha {
			n = 4
		}
		return frame.New(frame.RGB, 8, width, height, frame.Full(n, width, height)...)
	}
	chroma := frame.Size{W: ceil(width, 2), H: ceil(height, 2)}
	f, err := frame.New(frame.YCbCr, 8, width, height, frame.Size{W: width, H: height}, chroma, chroma)
	if err != nil {
		return nil, err
	}
	f.FullRange = false
	for i := range f.Planes[1:] {
		p := &f.Planes[1+i]
		p.PitchX, p.PitchY = 0.5, 0.5 // of an odd side, the last sample stands half outside of the picture
	}
	return f, nil
}

// describe lists the frame's planes for C, alpha last.
func describe(f *frame.Frame) (planes [C.IKWEBP_PLANES]C.ikwebp_plane) {
	for i, p := range f.Planes {
		planes[i] = plane(p)
	}
	if f.HasAlpha() {
		planes[C.IKWEBP_ALPHA] = plane(f.Alpha)
	}
	return planes
}

func plane(p frame.Plane) C.ikwebp_plane {
	return C.ikwebp_plane{
		data: (*C.uint8_t)(p.Data), stride: C.size_t(p.Stride), width: C.int(p.Width), height: C.int(p.Height),
	}
}

// refusal turns the shim's status into an error.
func refusal(status C.int) error {
	switch status {
	case C.IKWEBP_TRUNCATED:
		return fault.New(fault.DamagedImage, "want a complete WebP, got one that is cut short")
	case C.IKWEBP_DAMAGED:
		return fault.New(fault.DamagedImage, "want a WebP, got one that cannot be decoded")
	case C.IKWEBP_UNSUPPORTED:
		return fault.New(fault.UnsupportedFormat, "want a WebP of a known kind, got another")
	}
	return fault.New(fault.TooMuchMemory, "no memory for decoding a WebP")
}

// Version returns the version of libwebp in use.
func Version() string {
	v := C.WebPGetDecoderVersion()
	return fmt.Sprintf("%d.%d.%d", v>>16, v>>8&0xff, v&0xff)
}
