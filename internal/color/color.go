// Package color brings pixels to sRGB: by curves and a matrix where a profile or code points say no more, through
// lcms2 where a profile has tables, or grey a curve of its own. It works on the resized picture, so it costs by the size
// of the result.
package color

// #cgo CFLAGS: -O3
// #cgo pkg-config: lcms2
// #cgo LDFLAGS: -lm
// #include "lcms.h"
import "C"

import (
	"fmt"
	"runtime"
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// ToSRGB transforms a working frame (16 bits, 4:4:4; RGB, grey or CMYK) through its ICC profile to sRGB: in place, or
// into a new frame, and then it releases f. CMYK and RGB become RGB, grey stays grey. A profile that cannot be used is ignored, as browsers do: RGB and
// grey are taken for sRGB, CMYK is converted by R = (1−C)(1−K).
func ToSRGB(f *frame.Frame, profile []byte) (*frame.Frame, error) {
	if s, ok := shaperOf(f.Model, profile); ok {
		s.run(f)
		return f, nil
	}
	model := f.Model
	switch model {
	case frame.YCbCr:
		return nil, fmt.Errorf("color: want RGB, grey or CMYK, got YCbCr")
	case frame.CMYK:
		model = frame.RGB
	}
	n := model.Colors()
	if f.HasAlpha() {
		n++
	}
	dst, err := frame.New(model, 16, f.Width, f.Height, frame.Full(n, f.Width, f.Height)...)
	if err != nil {
		return nil, err
	}
	dst.Premultiplied = f.Premultiplied
	for y := range dst.Alpha.Height {
		copy(dst.Alpha.Row(y, 16), f.Alpha.Row(y, 16))
	}
	done, err := transform(f, dst, profile)
	if err != nil {
		dst.Release()
		return nil, err
	}
	if !done && f.Model != frame.CMYK {
		dst.Release()
		return f, nil
	}
	if !done {
		in, out := planes(f), planes(dst)
		C.ik_naive_cmyk(&in, &out, C.int(f.Width), C.int(f.Height))
	}
	f.Release()
	return dst, nil
}

// transform reports false when the profile cannot be used.
func transform(f, dst *frame.Frame, profile []byte) (bool, error) {
	if len(profile) == 0 {
		return false, nil
	}
	in, out := planes(f), planes(dst)
	inv, _ := bt709.toXYZ().inverse()
	srgb := C.ik_srgb{matrix: rows(inv), encode: &encoded()[0]}
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(srgb.encode)
	status := C.ik_to_srgb(unsafe.Pointer(&profile[0]), C.size_t(len(profile)), &in, &out, C.int(f.Width), C.int(f.Height), &srgb)
	runtime.KeepAlive(profile)
	if status == C.IK_COLOR_NO_MEMORY {
		return false, fault.New(fault.TooMuchMemory, "no memory for the colour transform of %d×%d pixels", f.Width, f.Height)
	}
	return status == C.IK_COLOR_OK, nil
}

func planes(f *frame.Frame) C.ik_planes {
	p := C.ik_planes{colors: C.int(len(f.Planes))}
	for i, q := range f.Planes {
		p.plane[i], p.stride[i] = (*C.uint16_t)(q.Data), C.ptrdiff_t(q.Stride)
	}
	if f.HasAlpha() {
		n := len(f.Planes)
		p.plane[n], p.stride[n] = (*C.uint16_t)(f.Alpha.Data), C.ptrdiff_t(f.Alpha.Stride)
	}
	return p
}

// Version returns lcms2's version.
func Version() string {
	v := int(C.ik_lcms_version())
	return fmt.Sprintf("%d.%d", v/1000, v%1000/10)
}
