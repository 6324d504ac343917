package jpeg

import (
	"imagekit/internal/cicp"
	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Settings are the encoder's own numbers.
type Settings struct {
	Quality     int    // 1…100, libjpeg's scale
	Progressive bool   // several scans, coarse to fine
	Optimize    bool   // Huffman tables made for this picture; always so when progressive
	ICC         []byte // profile to embed (ICC.1:2022 annex B.4), none when empty
}

// check refuses frames that hold no samples of a JPEG.
func check(f *frame.Frame) error {
	if f.Depth != 8 || !f.FullRange || f.HasAlpha() || f.Model != frame.Gray &&
		(f.Model != frame.YCbCr || f.Matrix != cicp.MatrixBT601) {
		return fault.New(fault.Internal, "want an opaque full range frame of 8 bits in grey or BT.601 for JPEG, "+
			"got model %d, %d bits, matrix %d", f.Model, f.Depth, f.Matrix)
	}
	return nil
}

// covers refuses a plane with fewer samples than the picture needs.
func covers(f *frame.Frame, plane, w, h int) error {
	if p := f.Planes[plane]; p.Width < w || p.Height < h {
		return fault.New(fault.Internal, "want plane %d of at least %d×%d samples for JPEG, got %d×%d", plane, w, h, p.Width,
			p.Height)
	}
	return nil
}

func ceil(n, unit int) int { return (n + unit - 1) / unit }
