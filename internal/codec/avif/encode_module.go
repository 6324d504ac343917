//go:build !cgo && nodynamic

package avif

import (
	"bytes"
	"encoding/binary"
	"errors"

	"imagekit/internal/codec/wasm"
	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// libavif's numbers for how chroma is stored.
const (
	format444 = 1
	format422 = 2
	format420 = 3
	format400 = 4
)

// The largest picture of AV1's last level (specification, annex A.3): libaom writes larger ones that others do not read.
const (
	maxWidth  = 16384
	maxHeight = 8704
)

// Encode writes a Gray (4:0:0) or YCbCr (4:4:4, 4:2:2, 4:2:0) frame of 8 bits in full range and straight alpha, or none,
// as a still picture with libaom. The encoder takes R, G and B, so that samples may move by a level; nothing is
// lossless. fault.EngineLacks for more bits, a profile, and pictures beyond AV1's levels.
func Encode(f *frame.Frame, s Settings) ([]byte, error) {
	format, subX, subY, err := layoutOf(f)
	if err != nil {
		return nil, err
	}
	if s.CICP == (CICP{}) && len(s.ICC) > 0 {
		return nil, lack("the portable engine writes no colour profile into AVIF")
	}
	file, err := encoder.Encode(pack(f, subX, subY), f.Width, f.Height,
		uint64(s.Quality), uint64(s.AlphaQuality), uint64(s.Speed), uint64(format))
	if errors.Is(err, wasm.ErrTrap) { // besides what layoutOf rules out there is only want of memory
		return nil, fault.Wrap(fault.TooMuchMemory, err, "cannot write an AVIF of %d×%d pixels", f.Width, f.Height)
	}
	if err != nil {
		return nil, err
	}
	return s.describe(file)
}

// layoutOf finds the least subsampled layout whose chroma the frame's planes can fill.
func layoutOf(f *frame.Frame) (format, subX, subY int, err error) {
	switch {
	case f.Premultiplied || f.Model != frame.Gray && f.Model != frame.YCbCr:
		return 0, 0, 0, fault.New(fault.Internal, "AVIF: want Gray or YCbCr and straight alpha, got model %d, "+
			"premultiplied %t", f.Model, f.Premultiplied)
	case f.Depth != 8 || !f.FullRange:
		return 0, 0, 0, lack("the portable engine writes AVIF of 8 bits in full range alone")
	case f.Width > maxWidth || f.Height > maxHeight:
		return 0, 0, 0, lack("the portable engine writes AVIF of at most %d×%d pixels, want %d×%d",
			maxWidth, maxHeight, f.Width, f.Height)
	case f.Model == frame.Gray:
		return format400, 1, 1, nil
	}
	w, h := f.Planes[1].Width, f.Planes[1].Height
	switch halfW, halfH := (f.Width+1)/2, (f.Height+1)/2; {
	case w >= f.Width && h >= f.Height:
		return format444, 1, 1, nil
	case w >= halfW && h >= f.Height:
		return format422, 2, 1, nil
	case w >= halfW && h >= halfH:
		return format420, 2, 2, nil
	}
	return 0, 0, 0, fault.New(fault.Internal, "AVIF: want YCbCr of 4:4:4, 4:2:2 or 4:2:0")
}

// pack interleaves R, G, B and alpha, premultiplied. Chroma is not interpolated: the encoder takes the mean of what a
// sample was for, which is the sample.
func pack(f *frame.Frame, subX, subY int) []byte {
	out := make([]byte, 4*f.Width*f.Height)
	for y := range f.Height {
		row := out[4*y*f.Width:][:4*f.Width]
		luma := f.Planes[0].Row(y, 8)
		if f.Model == frame.Gray {
			for x := range f.Width {
				v := luma[x]
				row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = v, v, v, 255
			}
		} else {
			toRGB(row, luma, f.Planes[1].Row(y/subY, 8), f.Planes[2].Row(y/subY, 8), subX)
		}
		if f.HasAlpha() {
			premultiply(row, f.Alpha.Row(y, 8))
		}
	}
	return out
}

// toRGB converts a row of BT.601 in full range, in fixed point of 16 bits.
func toRGB(rgba, luma, cb, cr []byte, subX int) {
	for x := range len(rgba) / 4 {
		y := int(luma[x])<<16 + 1<<15
		b, r := int(cb[x/subX])-128, int(cr[x/subX])-128
		rgba[4*x] = clip((y + 91881*r) >> 16)
		rgba[4*x+1] = clip((y - 22554*b - 46802*r) >> 16)
		rgba[4*x+2] = clip((y + 116130*b) >> 16)
		rgba[4*x+3] = 255
	}
}

func clip(v int) byte { return byte(min(max(v, 0), 255)) }

func premultiply(rgba, alpha []byte) {
	for x := range len(rgba) / 4 {
		a := uint32(alpha[x])
		for c := range 3 {
			rgba[4*x+c] = byte((uint32(rgba[4*x+c])*a + 127) / 255)
		}
		rgba[4*x+3] = alpha[x]
	}
}

// describe writes what the samples mean into the place that libavif has left for it.
func (s Settings) describe(file []byte) ([]byte, error) {
	c := s.cicp()
	const name = "colrnclx"
	at := bytes.Index(file, []byte(name))
	if at < 0 || at+len(name)+6 > len(file) {
		return nil, fault.New(fault.Internal, "AVIF: the encoder wrote no colour information")
	}
	for i, v := range []uint8{c.Primaries, c.Transfer, c.Matrix} {
		binary.BigEndian.PutUint16(file[at+len(name)+2*i:], uint16(v))
	}
	return file, nil
}
