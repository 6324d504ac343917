package scale

// #include "resample.h"
// #include <zimg.h>
import "C"

import (
	"fmt"

	"imagekit/internal/frame"
)

// Gamut states primaries and transfer by their H.273 code points; the zero value leaves both alone.
type Gamut struct{ Primaries, Transfer uint8 }

// SRGB is the gamut results are converted to: BT.709 primaries and the sRGB transfer (IEC 61966-2-1).
var SRGB = Gamut{Primaries: 1, Transfer: 13}

// Convert changes a working frame (16 bits, 4:4:4, full range) to another model; YCbCr results have BT.601's matrix
// (H.273 code 6), what JPEG and WebP mean. When from is set, colours go from that gamut to sRGB on the way.
// A frame that is already right is returned as it is; otherwise f is released and a new frame returned.
// Premultiplied frames stay premultiplied: the matrices are linear.
func Convert(f *frame.Frame, model frame.Model, from Gamut) (*frame.Frame, error) {
	sameMatrix := model != frame.YCbCr || f.Matrix == bt601
	if f.Model == model && sameMatrix && from == (Gamut{}) {
		return f, nil
	}
	if f.Model == frame.Gray && model != frame.Gray {
		return fromGray(f, model)
	}
	if f.Model == frame.CMYK || model == frame.CMYK || model == frame.Gray {
		return nil, fmt.Errorf("scale: no conversion from model %d to %d", f.Model, model)
	}
	n := 3
	if f.HasAlpha() {
		n = 4
	}
	dst, err := frame.New(model, 16, f.Width, f.Height, frame.Full(n, f.Width, f.Height)...)
	if err != nil {
		return nil, err
	}
	dst.Premultiplied = f.Premultiplied
	side := format{width: cInt(f.Width), height: cInt(f.Height), depth: 16, full_range: 1, transfer: 2, primaries: 2}
	in, out := side, side
	in.family, in.matrix = family(f.Model), cInt(int(f.Matrix))
	out.family, out.matrix = family(model), bt601
	if from != (Gamut{}) {
		in.primaries, in.transfer = cInt(int(from.Primaries)), cInt(int(from.Transfer))
		out.primaries, out.transfer = cInt(int(SRGB.Primaries)), cInt(int(SRGB.Transfer))
	}
	var s, d [4]frame.Plane
	copy(s[:], f.Planes)
	copy(d[:], dst.Planes)
	if err := run(in, out, s, d); err != nil {
		dst.Release()
		return nil, err
	}
	if f.HasAlpha() {
		copyPlane(dst.Alpha, f.Alpha)
	}
	f.Release()
	return dst, nil
}

const bt601 = 6

// fromGray gives a grey working frame the planes of model: neutral chroma, or three equal ones.
func fromGray(f *frame.Frame, model frame.Model) (*frame.Frame, error) {
	n := 3
	if f.HasAlpha() {
		n = 4
	}
	dst, err := frame.New(model, 16, f.Width, f.Height, frame.Full(n, f.Width, f.Height)...)
	if err != nil {
		return nil, err
	}
	dst.Premultiplied = f.Premultiplied
	copyPlane(dst.Planes[0], f.Planes[0])
	for _, p := range dst.Planes[1:] {
		if model == frame.RGB {
			copyPlane(p, f.Planes[0])
		} else {
			affine(f.Planes[0], p, 16, 0, 0, 1<<15)
		}
	}
	if f.HasAlpha() {
		copyPlane(dst.Alpha, f.Alpha)
	}
	f.Release()
	return dst, nil
}

func copyPlane(dst, src frame.Plane) {
	for y := range dst.Height {
		copy(dst.Row(y, 16), src.Row(y, 16))
	}
}

func family(m frame.Model) C.int {
	switch m {
	case frame.RGB:
		return familyRGB
	case frame.YCbCr:
		return familyYUV
	}
	return familyGrey
}

func cInt(n int) C.int { return C.int(n) }

func cDouble(v float64) C.double { return C.double(v) }

func cBool(b bool) C.int {
	if b {
		return 1
	}
	return 0
}

// Version returns zimg's version.
func Version() string {
	var v [3]C.uint
	C.zimg_get_version_info(&v[0], &v[1], &v[2])
	return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2])
}
