//go:build !cgo

package jpeg

import (
	"bytes"
	"encoding/binary"
	"image"
	stdjpeg "image/jpeg"
	"runtime"
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Encode writes an opaque frame of 8 bits in full range: grey, or YCbCr in BT.601 with chroma planes half as wide and as
// high as the picture (4:2:0), rounded up. Samples go in as they are. It writes one scan with the tables of T.81
// annex K whatever s asks for; any other chroma is fault.EngineLacks. Any other frame is fault.Internal: the plan asked
// for the wrong planes.
func Encode(f *frame.Frame, s Settings) ([]byte, error) {
	if err := check(f); err != nil {
		return nil, err
	}
	img, err := picture(f)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := stdjpeg.Encode(&b, img, &stdjpeg.Options{Quality: s.Quality}); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "cannot write a JPEG of %d×%d pixels", f.Width, f.Height)
	}
	runtime.KeepAlive(f)
	return assemble(b.Bytes(), s.ICC), nil
}

// picture lends the frame's planes to the standard library.
func picture(f *frame.Frame) (image.Image, error) {
	bounds := image.Rect(0, 0, f.Width, f.Height)
	if err := covers(f, 0, f.Width, f.Height); err != nil {
		return nil, err
	}
	if f.Model == frame.Gray {
		return &image.Gray{Pix: samples(&f.Planes[0], f.Height), Stride: f.Planes[0].Stride, Rect: bounds}, nil
	}
	w, h := ceil(f.Width, 2), ceil(f.Height, 2)
	for i := range f.Planes[1:] {
		p := &f.Planes[1+i]
		if f.Width > 1 && p.Width >= f.Width || f.Height > 1 && p.Height >= f.Height {
			return nil, fault.New(fault.EngineLacks, "the portable engine writes JPEG with 4:2:0 chroma alone")
		}
		if err := covers(f, 1+i, w, h); err != nil {
			return nil, err
		}
	}
	if f.Planes[1].Stride != f.Planes[2].Stride {
		return nil, fault.New(fault.Internal, "want chroma planes of one stride for JPEG")
	}
	return &image.YCbCr{
		Y: samples(&f.Planes[0], f.Height), YStride: f.Planes[0].Stride,
		Cb: samples(&f.Planes[1], h), Cr: samples(&f.Planes[2], h), CStride: f.Planes[1].Stride,
		SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: bounds,
	}, nil
}

// samples is a plane down to a row, with what lies between its rows.
func samples(p *frame.Plane, rows int) []byte {
	return unsafe.Slice((*byte)(p.Data), p.Stride*(rows-1)+p.Width)
}

// jfif says: version 1.1, square pixels, no thumbnail. Without it nobody but the samples' names says that they are YCbCr.
const jfif = "\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"

// assemble puts what the standard library does not write behind the start marker: JFIF's segment and a profile.
func assemble(file, icc []byte) []byte {
	const (
		head    = "ICC_PROFILE\x00"
		segment = 65533 - len(head) - 2 // bytes of a profile that one segment holds
	)
	out := make([]byte, 0, len(file)+len(jfif)+len(icc)+32*(len(icc)/segment+1))
	out = append(append(out, file[:2]...), jfif...)
	for n, count := 1, ceil(len(icc), segment); len(icc) > 0; n++ {
		part := icc[:min(len(icc), segment)]
		icc = icc[len(part):]
		out = append(out, 0xFF, 0xE2)
		out = binary.BigEndian.AppendUint16(out, uint16(2+len(head)+2+len(part)))
		out = append(append(out, head...), byte(n), byte(count))
		out = append(out, part...)
	}
	return append(out, file[2:]...)
}

// Version says what reads and writes here.
func Version() string { return "imagekit for one scan, image/jpeg of " + runtime.Version() }
