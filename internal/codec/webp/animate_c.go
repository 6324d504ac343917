//go:build cgo

package webp

// #cgo pkg-config: libwebpmux
// #include "webp.h"
// #include <webp/encode.h>
import "C"

import (
	"bytes"
	"encoding/binary"
	"time"
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Writer writes a moving picture, frame by frame: libwebp keeps the last canvas and what it made of the others.
type Writer struct {
	c        *C.ikwebp_animation
	settings Settings
	size     frame.Size
	at       time.Duration // the end of the last frame
}

// NewWriter begins a picture of this size that is shown so many times, 0 for without end. Settings.Lossless is not used:
// with mixed each frame is coded both ways and the smaller one taken. Release ends it.
func NewWriter(width, height, plays int, mixed bool, s Settings) (*Writer, error) {
	job := C.ikwebp_job{
		width: C.int(width), height: C.int(height), quality: C.int(s.Quality), method: C.int(s.Method), shaping: shaping, filter: filter,
	}
	const most = 1<<16 - 1
	c := C.ikwebp_animate(&job, C.int(min(plays, most)), C.bool(mixed))
	if c == nil {
		return nil, fault.New(fault.TooMuchMemory, "no memory for a moving WebP of %d×%d pixels", width, height)
	}
	return &Writer{c: c, settings: s, size: frame.Size{W: width, H: height}}, nil
}

// Add adds a frame of R, G and B, full range, with straight alpha or none, that is shown for so long.
func (w *Writer) Add(f *frame.Frame, delay time.Duration) error {
	if err := check(f, true); err != nil {
		return err
	}
	if f.Width != w.size.W || f.Height != w.size.H {
		return fault.New(fault.Internal, "want frames of %v, got %d×%d", w.size, f.Width, f.Height)
	}
	job := C.ikwebp_job{width: C.int(f.Width), height: C.int(f.Height), planes: describe(f)}
	var code C.int
	if C.ikwebp_add(w.c, &job, C.int(w.at.Milliseconds()), &code) != C.IKWEBP_OK {
		return fault.New(kindOf(code), "cannot write a frame of a WebP of %d×%d pixels (libwebp's error %d)", f.Width,
			f.Height, int(code))
	}
	w.at += delay
	return nil
}

// Close returns the file.
func (w *Writer) Close() ([]byte, error) {
	var m made
	if C.ikwebp_assemble(w.c, C.int(w.at.Milliseconds()), &m.result) != C.IKWEBP_OK {
		return nil, fault.New(fault.TooMuchMemory, "no memory for a moving WebP of %d×%d pixels", w.size.W, w.size.H)
	}
	defer m.free()
	return embed(unsafe.Slice((*byte)(m.result.bytes), m.result.len), w.size.W, w.size.H, w.settings.ICC), nil
}

// Release ends the writing.
func (w *Writer) Release() {
	C.ikwebp_end(w.c)
	w.c = nil
}

// embed puts a profile, unless it is empty, into a file that libwebp wrote: behind its VP8X chunk, which a picture in the
// simple file format gets.
func embed(file []byte, width, height int, icc []byte) []byte {
	const head, extended = 12, 12 + 18
	if len(icc) == 0 {
		return bytes.Clone(file)
	}
	if string(file[head:head+4]) != "VP8X" {
		return assemble(file, width, height, string(file[head:head+4]) == "VP8L", nil, icc)
	}
	out := make([]byte, 0, len(file)+len(icc)+9)
	out = append(out, file[:extended]...)
	out[head+8] |= hasICC
	out = append(appendChunk(out, "ICCP", icc), file[extended:]...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}
