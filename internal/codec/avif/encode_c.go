//go:build cgo

package avif

// #include "avif.h"
import "C"

import (
	"runtime"
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// How libaom spends the bits of the colour planes: see avif.h.
const (
	tuningNone = C.IKAVIF_TUNING_NONE
	tuningQM   = C.IKAVIF_TUNING_QM
	tuningIQ   = C.IKAVIF_TUNING_IQ
)

// Encode writes a Gray (4:0:0) or YCbCr (4:4:4, 4:2:2, 4:2:0) frame of 8, 10 or 12 bits and straight alpha, or none,
// as a still picture with libaom. Planes may be larger than the picture; they are not copied. Unless the
// quality is 100, the colours that alpha hides entirely are written over, in f as well.
func Encode(f *frame.Frame, s Settings) ([]byte, error) {
	l, err := layoutOf(f)
	if err != nil {
		return nil, err
	}
	if f.HasAlpha() && s.Quality < 100 {
		hide(f, l)
	}
	tuning := tuningFor(codecs())
	if s.Quality == 100 {
		tuning = tuningNone // libaom refuses the others for lossless pictures
	}
	return encode(f, l.format, s, tuning)
}

// tuningFor returns the best tuning that a libaom in a list of codecs knows.
func tuningFor(codecs string) C.ikavif_tuning {
	if tunesForImages(codecs) {
		return tuningIQ
	}
	return tuningQM
}

// encode tunes as told, or not at all when libaom does not know one of the options.
func encode(f *frame.Frame, format C.avifPixelFormat, s Settings, tuning C.ikavif_tuning) ([]byte, error) {
	img := C.avifImageCreate(C.uint32_t(f.Width), C.uint32_t(f.Height), C.uint32_t(f.Depth), format)
	if img == nil {
		return nil, faultOf(fault.Internal, C.AVIF_RESULT_OUT_OF_MEMORY, "image")
	}
	defer C.avifImageDestroy(img)
	describe(img, f, s.cicp())

	var pin runtime.Pinner // settings points at the profile
	defer pin.Unpin()
	settings := C.ikavif_settings{
		quality: C.int(s.Quality), alpha_quality: C.int(s.AlphaQuality), speed: C.int(s.Speed),
		threads: C.int(max(1, s.Threads)), tuning: tuning,
		tile_columns: C.int(tileColumns(f.Width, f.Height)),
	}
	if len(s.ICC) > 0 {
		pin.Pin(unsafe.SliceData(s.ICC))
		settings.icc, settings.icc_size = (*C.uint8_t)(unsafe.SliceData(s.ICC)), C.size_t(len(s.ICC))
	}
	var out C.avifRWData
	defer C.avifRWDataFree(&out)
	r := C.ikavif_encode(img, &settings, &out)
	if r == C.AVIF_RESULT_INVALID_CODEC_SPECIFIC_OPTION && tuning != tuningNone {
		return encode(f, format, s, tuningNone)
	}
	if r != C.AVIF_RESULT_OK {
		return nil, faultOf(fault.Internal, r, "encoder")
	}
	return C.GoBytes(unsafe.Pointer(out.data), C.int(out.size)), nil
}

// layoutOf finds the least subsampled layout whose chroma the frame's planes can fill.
func layoutOf(f *frame.Frame) (layout, error) {
	if f.Premultiplied || (f.Depth != 8 && f.Depth != 10 && f.Depth != 12) {
		return layout{}, fault.New(fault.Internal, "AVIF: want straight alpha and 8, 10 or 12 bits, got premultiplied %t "+
			"and %d bits",
			f.Premultiplied, f.Depth)
	}
	switch f.Model {
	case frame.Gray:
		return layout{C.AVIF_PIXEL_FORMAT_YUV400, 1, 1}, nil
	case frame.YCbCr:
		for _, l := range layouts {
			need := l.chroma(f.Width, f.Height)
			if f.Planes[1].Width >= need.W && f.Planes[1].Height >= need.H {
				return l, nil
			}
		}
	}
	return layout{}, fault.New(fault.Internal, "AVIF: want Gray, or YCbCr of 4:4:4, 4:2:2 or 4:2:0, got model %d", f.Model)
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
