package png

import (
	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Filters is a set of row filters (PNG third edition §9.2). Of several, each row gets the one with the smallest sum of
// absolute differences (§12.7).
type Filters uint8

// The filters, numbered as libspng numbers them; Unfiltered is the empty set.
const (
	None  Filters = 0x08
	Sub   Filters = 0x10
	Up    Filters = 0x20
	Avg   Filters = 0x40
	Paeth Filters = 0x80

	Unfiltered Filters = 0
	AllFilters         = None | Sub | Up | Avg | Paeth
)

// Settings says how Encode writes.
type Settings struct {
	Level   int     // zlib's compression level, 0…9
	Filters Filters // of pictures that are neither paletted nor of less than 8 bits: those are never filtered
	ICC     []byte  // the colour profile for an iCCP chunk; nil = none, which means sRGB
}

// check refuses frames that hold no samples of a PNG.
func check(f *frame.Frame) error {
	if f.Depth != 8 || f.Premultiplied || (f.Model != frame.Gray && f.Model != frame.RGB) {
		return fault.New(fault.Internal, "PNG: want straight Gray or RGB of 8 bits, got model %d, %d bits, premultiplied %t",
			f.Model, f.Depth, f.Premultiplied)
	}
	return nil
}

// newFrame makes room for what the header announces.
func newFrame(h header) (*frame.Frame, error) {
	model, depth := frame.RGB, 8
	if h.color == gray || h.color == grayAlpha {
		model = frame.Gray
	}
	if h.depth == 16 {
		depth = 16
	}
	n := model.Colors()
	if h.alpha() {
		n++
	}
	f, err := frame.New(model, depth, h.width, h.height, frame.Full(n, h.width, h.height)...)
	if err != nil {
		return nil, fault.Wrap(fault.TooMuchMemory, err, "PNG of %d×%d pixels", h.width, h.height)
	}
	return f, nil
}

// channels lists the planes of a frame: colours, then alpha.
func channels(f *frame.Frame) []frame.Plane {
	all := f.Planes
	if f.HasAlpha() {
		all = append(all[:len(all):len(all)], f.Alpha)
	}
	return all
}
