//go:build cgo

package avif

// #include <stdint.h>
// #include "avif.h"
import "C"

import (
	"runtime"
	"unsafe"

	"imagekit/internal/cicp"
	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Decode reads an AVIF, or the first frame of a sequence, into the planes that are in it: YCbCr with its own
// subsampling, Gray for 4:0:0, RGB for the identity matrix; 8, 10 or 12 bits; its own range and matrix (unspecified
// is taken as BT.601, as browsers do). Alpha is full range whatever the file says; Premultiplied says whether the
// colours are multiplied by it. Grids are put together. irot, imir and clap are not applied: package probe reads them.
// The hint is not used.
//
// What common encoders get wrong is accepted: no pixi, no ispe for alpha, a bad clap. Data that is missing or that
// the AV1 decoder refuses is a DamagedImage, a codec or feature that is not there an UnsupportedFormat.
func Decode(src []byte, _ frame.Hint) (*frame.Frame, error) {
	if len(src) == 0 {
		return nil, fault.New(fault.NotAnImage, "AVIF: want bytes, got none")
	}
	decoder := C.avifDecoderCreate()
	if decoder == nil {
		return nil, faultOf(fault.Internal, C.AVIF_RESULT_OUT_OF_MEMORY, "decoder")
	}
	defer C.avifDecoderDestroy(decoder)
	decoder.maxThreads = 1
	decoder.ignoreExif = C.AVIF_TRUE
	decoder.ignoreXMP = C.AVIF_TRUE
	decoder.imageSizeLimit = maxPixels
	decoder.imageDimensionLimit = maxSide
	decoder.strictFlags = C.AVIF_STRICT_DISABLED

	var pin runtime.Pinner // the decoder holds src between the calls
	defer pin.Unpin()
	pin.Pin(unsafe.SliceData(src))
	if r := C.avifDecoderSetIOMemory(decoder, (*C.uint8_t)(unsafe.SliceData(src)),
		C.size_t(len(src))); r != C.AVIF_RESULT_OK {
		return nil, faultOf(kindOf(r), r, "input")
	}
	if r := C.avifDecoderParse(decoder); r != C.AVIF_RESULT_OK {
		return nil, faultOf(kindOf(r), r, "container")
	}
	if r := C.avifDecoderNextImage(decoder); r != C.AVIF_RESULT_OK {
		return nil, faultOf(kindOf(r), r, "picture")
	}
	return newFrame(decoder.image)
}

// kindOf says what kind of fault a result of the decoder is.
func kindOf(r C.avifResult) fault.Kind {
	switch r {
	case C.AVIF_RESULT_INVALID_FTYP:
		return fault.NotAnImage
	case C.AVIF_RESULT_NO_CODEC_AVAILABLE, C.AVIF_RESULT_NOT_IMPLEMENTED, C.AVIF_RESULT_UNSUPPORTED_DEPTH:
		return fault.UnsupportedFormat
	}
	return fault.DamagedImage
}

// newFrame copies the decoder's planes, which die with it, into a frame.
func newFrame(img *C.avifImage) (*frame.Frame, error) {
	w, h, depth := int(img.width), int(img.height), int(img.depth)
	model, sizes, from := frame.Gray, frame.Full(1, w, h), []int{0}
	sub := layout{subX: 1, subY: 1}
	if img.yuvFormat != C.AVIF_PIXEL_FORMAT_YUV400 {
		var err error
		if sub, err = find(img.yuvFormat); err != nil {
			return nil, err
		}
		model, from = frame.YCbCr, []int{0, 1, 2}
		sizes = append(sizes, sub.chroma(w, h), sub.chroma(w, h))
		if img.matrixCoefficients == cicp.MatrixIdentity {
			model, from = frame.RGB, []int{2, 0, 1}
		}
	}
	if model == frame.RGB && sub.subX != 1 {
		return nil, fault.New(fault.DamagedImage, "AVIF: want 4:4:4 with the identity matrix")
	}
	alpha := img.alphaPlane != nil
	if alpha {
		sizes = append(sizes, frame.Size{W: w, H: h})
	}
	f, err := frame.New(model, depth, w, h, sizes...)
	if err != nil {
		return nil, fault.Wrap(fault.TooMuchMemory, err, "AVIF of %d×%d pixels", w, h)
	}
	for i := range f.Planes {
		copyPlane(&f.Planes[i], depth, img.yuvPlanes[from[i]], img.yuvRowBytes[from[i]])
		if model == frame.YCbCr && i > 0 {
			place(&f.Planes[i], sub, img.yuvChromaSamplePosition)
		}
	}
	if alpha {
		copyPlane(&f.Alpha, depth, img.alphaPlane, img.alphaRowBytes)
	}
	f.Premultiplied = alpha && img.alphaPremultiplied != 0
	f.FullRange = img.yuvRange == C.AVIF_RANGE_FULL
	f.Matrix = uint8(img.matrixCoefficients)
	if img.matrixCoefficients == cicp.Unspecified {
		f.Matrix = cicp.MatrixBT601
	}
	return f, nil
}

func find(format C.avifPixelFormat) (layout, error) {
	for _, l := range layouts {
		if l.format == format {
			return l, nil
		}
	}
	return layout{}, fault.New(fault.DamagedImage, "AVIF: no colour planes")
}

// place says where the chroma samples stand. Only 4:2:0 has a position in AV1 (§6.4.2); unknown is taken as centred,
// which is what encoders make of RGB.
func place(p *frame.Plane, l layout, position C.avifChromaSamplePosition) {
	p.PitchX, p.PitchY = 1/float64(l.subX), 1/float64(l.subY)
	if l.subY != 2 {
		return
	}
	const onLuma = -0.25
	switch position {
	case C.AVIF_CHROMA_SAMPLE_POSITION_VERTICAL:
		p.ShiftX = onLuma
	case C.AVIF_CHROMA_SAMPLE_POSITION_COLOCATED:
		p.ShiftX, p.ShiftY = onLuma, onLuma
	}
}

func copyPlane(p *frame.Plane, depth int, data *C.uint8_t, stride C.uint32_t) {
	for y := range p.Height {
		row := p.Row(y, depth)
		copy(row, unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(data), y*int(stride))), len(row)))
	}
}
