//go:build cgo

package scale

// #include "resample.h"
import "C"

import "math"

// c describes the lift to C: every code becomes one of bytes in full range, chroma in the middle at 128.
func (l lift) c(r ring) C.ikscale_lift {
	out := C.ikscale_lift{
		data: l.plane.Data, stride: C.ptrdiff_t(l.plane.Stride), depth: C.int(l.codes.depth), ring: r.c(),
		zero: C.float(l.codes.zero), gain: C.float(255 * C.IKSCALE_STEP / l.codes.unit),
	}
	if l.codes.chroma {
		out.base = 128 * C.IKSCALE_STEP
	}
	if l.alpha.Data != nil {
		out.alpha, out.alpha_stride = l.alpha.Data, C.ptrdiff_t(l.alpha.Stride)
		out.gain /= C.float(l.alphaUnit)
	}
	if l.codes.full() && (l.alpha.Data == nil || !l.codes.chroma) {
		out.plain = 1
	}
	return out
}

// c describes the drop to C.
func (d drop) c(r ring) C.ikscale_drop {
	out := C.ikscale_drop{data: d.plane.Data, stride: C.ptrdiff_t(d.plane.Stride), depth: C.int(d.codes.depth), ring: r.c()}
	middle := 0.0 // of the filters' codes
	if d.codes.chroma {
		middle = 128 * C.IKSCALE_STEP
	}
	switch gain := d.codes.unit / 255; {
	case d.codes.depth > 8:
		out.base = C.int(d.codes.zero - middle*257/128)
	case !d.codes.full():
		out.gain, out.base = C.int(math.Round(gain*65536)), C.int(math.Round(d.codes.zero*C.IKSCALE_STEP-middle*gain))
	}
	return out
}
