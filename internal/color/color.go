// Package color brings pixels to sRGB: by curves and a matrix where a profile or code points say no more, through
// lcms2 where a profile has tables. It works on the resized picture, so it costs by the size of the result. Without cgo
// the curves are Go's and tables are refused (fault.EngineLacks).
package color

import (
	"fmt"
	"unsafe"

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
		naiveCMYK(f, dst)
	}
	f.Release()
	return dst, nil
}

// naiveCMYK is what is done without a usable profile.
func naiveCMYK(f, dst *frame.Frame) {
	for y := range f.Height {
		black := samples(&f.Planes[3], y)
		for i := range dst.Planes {
			ink := samples(&f.Planes[i], y)[:len(black)]
			for x, to := 0, samples(&dst.Planes[i], y)[:len(black)]; x < len(to); x++ {
				to[x] = uint16((uint32(65535-ink[x])*uint32(65535-black[x]) + 32767) / 65535)
			}
		}
	}
}

// samples returns row y of a 16-bit plane.
func samples(p *frame.Plane, y int) []uint16 {
	return unsafe.Slice((*uint16)(unsafe.Add(p.Data, y*p.Stride)), p.Width)
}
