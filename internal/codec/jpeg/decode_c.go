//go:build cgo

// Package jpeg reads and writes JPEG (ITU-T T.81) as planes, through libjpeg's own interface: samples leave and
// enter the library as they are stored, without upsampling or colour conversion.
package jpeg

// #cgo CFLAGS: -std=c11 -O2 -Wall -Wextra
// #cgo pkg-config: libjpeg
// #include "jpeg.h"
import "C"

import (
	"runtime"
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Decode returns the planes of a JPEG as they are stored, scaled by 1/h.Shrink in the DCT domain, down to the
// bottom of h.Crop at least. Width, Height and pitch are each plane's own: at 1/2 of a 4:2:0 file libjpeg scales
// luma alone, which leaves chroma at luma's size.
//
// Grey, YCbCr and RGB files keep their model and any sampling factors. CMYK and YCCK become CMYK planes of one
// size with 0 = no ink; files store the opposite, with Adobe's marker or without.
//
// Pixels that are missing make a damaged file: data that ends too early, a segment cut short at a marker, a
// component or (at the end of the data) a refinement without its scan, and everything libjpeg calls fatal. A
// missing end marker, stray bytes and warnings that cost no pixel are accepted. A flipped bit in the entropy-coded
// data is accepted when the codes after it still fill the picture, as browsers show it, and damage when they run
// out before. Below the crop nothing is read, except of a file with several scans.
//
// Errors: fault.DamagedImage; fault.UnsupportedFormat for 12 bits, lossless JPEG and unknown colour spaces;
// fault.TooMuchMemory without memory. The caller releases the frame.
func Decode(src []byte, h frame.Hint) (*frame.Frame, error) { return decode(src, h, false) }

// decode leaves Huffman decoding to libjpeg when plain, which gives the same in more time.
func decode(src []byte, h frame.Hint, plain bool) (*frame.Frame, error) {
	if len(src) == 0 {
		return nil, fault.New(fault.DamagedImage, "want a JPEG, got 0 bytes")
	}
	var pin runtime.Pinner // libjpeg reads src in two calls
	pin.Pin(unsafe.SliceData(src))
	defer pin.Unpin()
	var picture C.ikjpeg_picture
	var status C.int
	d := C.ikjpeg_open((*C.uint8_t)(unsafe.SliceData(src)), C.size_t(len(src)), C.int(max(h.Shrink, 1)), C.bool(plain),
		&picture, &status)
	if d == nil {
		return nil, fault.New(fault.TooMuchMemory, "no memory for a JPEG decoder")
	}
	defer C.ikjpeg_close(d)
	if status != C.IKJPEG_OK {
		return nil, refusal(status, C.GoString(C.ikjpeg_message(d)))
	}
	f, err := allocate(&picture)
	if err != nil {
		return nil, err
	}
	bottom := f.Height
	if !h.Crop.Empty() {
		bottom = min(bottom, h.Crop.Max.Y)
	}
	if status = C.ikjpeg_read(d, &picture, C.int(bottom)); status != C.IKJPEG_OK {
		f.Release()
		return nil, refusal(status, C.GoString(C.ikjpeg_message(d)))
	}
	return f, nil
}

// allocate makes the frame for a picture and lets the picture's planes point into it.
func allocate(p *C.ikjpeg_picture) (*frame.Frame, error) {
	planes := p.planes[:p.count]
	sizes := make([]frame.Size, len(planes))
	for i, c := range planes {
		sizes[i] = frame.Size{W: int(c.padded_width), H: int(c.padded_height)}
	}
	f, err := frame.New(frame.Model(p.model), 8, int(p.width), int(p.height), sizes...)
	if err != nil {
		return nil, fault.Wrap(fault.TooMuchMemory, err, "no memory for a JPEG of %d×%d pixels", int(p.width), int(p.height))
	}
	for i := range planes {
		c, to := &planes[i], &f.Planes[i]
		to.Width, to.Height = int(c.width), int(c.height)
		to.PitchX, to.PitchY = float64(c.pitch_x), float64(c.pitch_y)
		c.data, c.stride = (*C.uint8_t)(to.Data), C.size_t(to.Stride)
	}
	return f, nil
}

// refusal turns the shim's status and libjpeg's words about the file into an error.
func refusal(status C.int, words string) error {
	switch status {
	case C.IKJPEG_TRUNCATED:
		return fault.New(fault.DamagedImage, "want a complete JPEG, got one with pixels missing (%s)", words)
	case C.IKJPEG_UNSUPPORTED:
		return fault.New(fault.UnsupportedFormat, "want a JPEG of 8 bits in grey, YCbCr, RGB, CMYK or YCCK, got another (%s)", words)
	case C.IKJPEG_NO_MEMORY:
		return fault.New(fault.TooMuchMemory, "no memory for decoding a JPEG (%s)", words)
	}
	return fault.New(fault.DamagedImage, "want a JPEG, got one that cannot be decoded (%s)", words)
}
