package avif

// #include "shim.h"
import "C"

import (
	"runtime"
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// CICP says what the samples mean, in the code points of ITU-T H.273.
type CICP struct{ Primaries, Transfer, Matrix uint8 }

// Settings says how Encode writes.
type Settings struct {
	Quality      int    // of the colours, 0…100; 100 is lossless
	AlphaQuality int    // of the alpha plane, 0…100; 100 is lossless
	Speed        int    // 0 = smallest file … 10 = fastest
	CICP         CICP   // zero: sRGB with BT.601 (1/13/6), or left to the profile (2/2/6) when there is one
	ICC          []byte // colour profile; nil = none
}

// cicp returns what is written for s.CICP.
func (s Settings) cicp() CICP {
	switch {
	case s.CICP != CICP{}:
		return s.CICP
	case len(s.ICC) > 0:
		return CICP{unspecified, unspecified, bt601}
	}
	return CICP{1, 13, bt601}
}

// Encode writes a Gray (4:0:0) or YCbCr (4:4:4, 4:2:2, 4:2:0) frame of 8, 10 or 12 bits and straight alpha, or none,
// as a still picture with libaom on one thread. Planes may be larger than the picture; they are not copied.
func Encode(f *frame.Frame, s Settings) ([]byte, error) {
	format, err := formatOf(f)
	if err != nil {
		return nil, err
	}
	img := C.avifImageCreate(C.uint32_t(f.Width), C.uint32_t(f.Height), C.uint32_t(f.Depth), format)
	if img == nil {
		return nil, failure(fault.Internal, C.AVIF_RESULT_OUT_OF_MEMORY, "image")
	}
	defer C.avifImageDestroy(img)
	describe(img, f, s.cicp())

	var pin runtime.Pinner // settings points at the profile
	defer pin.Unpin()
	settings := C.shim_settings{
		quality: C.int(s.Quality), alpha_quality: C.int(s.AlphaQuality), speed: C.int(s.Speed),
	}
	if tunesForImages(codecs()) {
		settings.tune_iq = 1
	}
	if len(s.ICC) > 0 {
		pin.Pin(unsafe.SliceData(s.ICC))
		settings.icc, settings.icc_size = (*C.uint8_t)(unsafe.SliceData(s.ICC)), C.size_t(len(s.ICC))
	}
	var out C.avifRWData
	defer C.avifRWDataFree(&out)
	if r := C.shim_encode(img, &settings, &out); r != C.AVIF_RESULT_OK {
		return nil, failure(fault.Internal, r, "encoder")
	}
	return C.GoBytes(unsafe.Pointer(out.data), C.int(out.size)), nil
}

// formatOf finds the least subsampled layout whose chroma the frame's planes can fill.
func formatOf(f *frame.Frame) (C.avifPixelFormat, error) {
	if f.Premultiplied || (f.Depth != 8 && f.Depth != 10 && f.Depth != 12) {
		return 0, fault.New(fault.Internal, "AVIF: want straight alpha and 8, 10 or 12 bits, got premultiplied %t and %d bits",
			f.Premultiplied, f.Depth)
	}
	switch f.Model {
	case frame.Gray:
		return C.AVIF_PIXEL_FORMAT_YUV400, nil
	case frame.YCbCr:
		for _, l := range layouts {
			need := l.chroma(f.Width, f.Height)
			if f.Planes[1].Width >= need.W && f.Planes[1].Height >= need.H {
				return l.format, nil
			}
		}
	}
	return 0, fault.New(fault.Internal, "AVIF: want Gray, or YCbCr of 4:4:4, 4:2:2 or 4:2:0, got model %d", f.Model)
}

// describe lends the frame's planes to img and says what they mean.
func describe(img *C.avifImage, f *frame.Frame, c CICP) {
	for i, p := range f.Planes {
		img.yuvPlanes[i], img.yuvRowBytes[i] = (*C.uint8_t)(p.Data), C.uint32_t(p.Stride)
	}
	img.imageOwnsYUVPlanes = C.AVIF_FALSE
	if f.HasAlpha() {
		img.alphaPlane, img.alphaRowBytes = (*C.uint8_t)(f.Alpha.Data), C.uint32_t(f.Alpha.Stride)
	}
	img.imageOwnsAlphaPlane = C.AVIF_FALSE
	img.yuvRange = C.AVIF_RANGE_LIMITED
	if f.FullRange {
		img.yuvRange = C.AVIF_RANGE_FULL
	}
	img.colorPrimaries = C.avifColorPrimaries(c.Primaries)
	img.transferCharacteristics = C.avifTransferCharacteristics(c.Transfer)
	img.matrixCoefficients = C.avifMatrixCoefficients(c.Matrix)
}
