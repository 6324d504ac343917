//go:build cgo

package webp

// #include "webp.h"
import "C"

import (
	"io"
	"runtime"
	"time"
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Animation gives the pictures of an animation one after the other, as its canvas shows them. Its memory does not grow
// with their number.
type Animation struct {
	c      *C.ikwebp_sequence
	source runtime.Pinner // C keeps a pointer to it
	frame  *frame.Frame
	until  time.Duration // the end of the last picture
}

// NewAnimation opens a file whose canvas has this size. The source must not change until Release, which ends the
// animation and with it the frames it gave.
func NewAnimation(src []byte, width, height int) (*Animation, error) {
	f, err := frame.New(frame.RGB, 8, width, height, frame.Full(canvasPlanes, width, height)...)
	if err != nil {
		return nil, fault.Wrap(fault.TooMuchMemory, err, "no memory for a WebP of %d×%d pixels", width, height)
	}
	a := &Animation{frame: f}
	a.source.Pin(unsafe.SliceData(src))
	a.c = C.ikwebp_open((*C.uint8_t)(unsafe.SliceData(src)), C.size_t(len(src)))
	if a.c == nil {
		a.Release()
		return nil, refusal(C.IKWEBP_DAMAGED)
	}
	return a, nil
}

// canvasPlanes are the planes of a canvas: red, green, blue and alpha.
const canvasPlanes = C.IKWEBP_PLANES

// Next returns the canvas with the next picture, R, G, B and alpha, and how long it is shown; io.EOF behind the last. The
// canvas stays the animation's, and valid until the next call.
func (a *Animation) Next() (*frame.Frame, time.Duration, error) {
	planes := describe(a.frame)
	var until C.int
	switch status := C.ikwebp_next(a.c, &planes[0], &until); status {
	case C.IKWEBP_OK:
	case C.IKWEBP_TRUNCATED:
		return nil, 0, io.EOF
	default:
		return nil, 0, refusal(status)
	}
	end := time.Duration(until) * time.Millisecond
	delay := end - a.until
	a.until = end
	return a.frame.Lend(), delay, nil
}

// Release ends the animation.
func (a *Animation) Release() {
	if a.c != nil {
		C.ikwebp_close(a.c)
		a.c = nil
	}
	a.source.Unpin()
	a.frame.Release()
}
