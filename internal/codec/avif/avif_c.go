//go:build cgo

// Package avif reads and writes AVIF (AV1 Image File Format v1.1) with libavif, as planes: YCbCr stays YCbCr.
package avif

// #cgo pkg-config: libavif
// #cgo CFLAGS: -std=c11 -O2 -Wall -Wextra
// #include "avif.h"
import "C"

import (
	"strconv"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// maxPixels and maxSide are this decoder's own ceilings, libavif's defaults; the operator's limits are enforced
// long before.
const (
	maxPixels = C.AVIF_DEFAULT_IMAGE_SIZE_LIMIT
	maxSide   = C.AVIF_DEFAULT_IMAGE_DIMENSION_LIMIT
)

// Version returns libavif's version and names the AV1 codecs it was built with.
func Version() string { return C.GoString(C.avifVersion()) + " (" + codecs() + ")" }

// codecs returns libavif's own list, like "dav1d [dec]:1.0.0, aom [enc/dec]:v3.6.0".
func codecs() string {
	var buf [256]C.char
	C.avifCodecVersions(&buf[0])
	return C.GoString(&buf[0])
}

// TunesForImages reports whether the encoder is libaom with tune=iq, which Encode then uses.
func TunesForImages() bool { return tunesForImages(codecs()) }

// tunesForImages reports whether a list of codecs has a libaom that knows tune=iq (3.12 and later): the same
// time, fewer bytes.
func tunesForImages(codecs string) bool {
	for _, c := range strings.Split(codecs, ", ") {
		name, version, _ := strings.Cut(c, ":")
		if !strings.HasPrefix(name, "aom ") {
			continue
		}
		major, rest, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
		minor, _, _ := strings.Cut(rest, ".")
		a, errA := strconv.Atoi(major)
		b, errB := strconv.Atoi(minor)
		return errA == nil && errB == nil && (a > 3 || a == 3 && b >= 12)
	}
	return false
}

// faultOf turns libavif's result into a fault: want of memory, or else of the given kind.
func faultOf(kind fault.Kind, r C.avifResult, doing string) error {
	if r == C.AVIF_RESULT_OUT_OF_MEMORY {
		kind = fault.TooMuchMemory
	}
	return fault.New(kind, "AVIF: %s: %s", doing, C.GoString(C.avifResultToString(r)))
}

// layout is how a frame's planes are arranged, in libavif's words.
type layout struct {
	format     C.avifPixelFormat
	subX, subY int // how many pixels share a chroma sample, across and down
}

var layouts = [...]layout{
	{C.AVIF_PIXEL_FORMAT_YUV444, 1, 1},
	{C.AVIF_PIXEL_FORMAT_YUV422, 2, 1},
	{C.AVIF_PIXEL_FORMAT_YUV420, 2, 2},
}

// chroma returns the size of a chroma plane for a picture of this size (AV1 specification §5.9.2: rounded up).
func (l layout) chroma(width, height int) frame.Size {
	return frame.Size{W: (width + l.subX - 1) / l.subX, H: (height + l.subY - 1) / l.subY}
}
