//go:build cgo

package color

// #cgo CFLAGS: -std=c11 -O3 -Wall -Wextra
// #cgo LDFLAGS: -lm
// #include "shape.h"
import "C"

import (
	"runtime"

	"imagekit/internal/frame"
)

// run works on a frame in place.
func (s shaper) run(f *frame.Frame) {
	var pin runtime.Pinner
	defer pin.Unpin()
	c := C.ikcolor_shaper{encode: pinned(&pin, s.encoding()), to_srgb: cRows(s.toSRGB)}
	for i, t := range s.curves {
		c.curve[i] = pinned(&pin, t)
	}
	if t := s.tone; t != nil {
		x, y := t.middle()
		c.tone, c.to_wide, c.hlg = 1, cRows(t.toWide), C.float(t.display())
		c.peak, c.white, c.mid_x, c.mid_y = C.float(t.peak), C.float(t.white()), C.float(x), C.float(y)
	}
	p := planes(f)
	C.ikcolor_shape(&p, C.int(f.Width), C.int(f.Height), &c)
}

// pinned returns a table as C is given it.
func pinned(pin *runtime.Pinner, t *table) *C.float {
	pin.Pin(t)
	return (*C.float)(&t[0])
}

func cRows(m matrix) (r [9]C.float) {
	for i, v := range rows(m) {
		r[i] = C.float(v)
	}
	return r
}

func planes(f *frame.Frame) C.ikcolor_planes {
	p := C.ikcolor_planes{colors: C.int(len(f.Planes))}
	for i, q := range f.Planes {
		p.plane[i], p.stride[i] = (*C.uint16_t)(q.Data), C.ptrdiff_t(q.Stride)
	}
	if f.HasAlpha() {
		n := len(f.Planes)
		p.plane[n], p.stride[n] = (*C.uint16_t)(f.Alpha.Data), C.ptrdiff_t(f.Alpha.Stride)
	}
	return p
}
