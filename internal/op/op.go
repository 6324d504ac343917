// Package op holds the operations on planes after the resize: turns, padding, flattening, and the last step that
// makes of the working form what an encoder takes. One file per operation; pure Go, on the small result.
//
// The working form is 16 bits, 4:4:4, full range, premultiplied when there is alpha (package scale, Working).
package op

import (
	"fmt"
	"unsafe"

	"imagekit/internal/frame"
)

// Color is an opaque sRGB colour.
type Color [3]uint8

// words returns row y of a 16-bit plane.
func words(p *frame.Plane, y int) []uint16 {
	return unsafe.Slice((*uint16)(unsafe.Add(p.Data, y*p.Stride)), p.Width)
}

// samples returns the 16-bit full-range codes of c in the working form of model, one per colour plane.
// YCbCr follows BT.601 (ITU-R BT.601-7 §2.5.1). Grey takes the colour's luma.
func (c Color) samples(m frame.Model) []uint16 {
	r, g, b := float64(c[0])*257, float64(c[1])*257, float64(c[2])*257
	y := 0.299*r + 0.587*g + 0.114*b
	switch m {
	case frame.RGB:
		return []uint16{uint16(r), uint16(g), uint16(b)}
	case frame.Gray:
		return []uint16{uint16(y + 0.5)}
	}
	return []uint16{uint16(y + 0.5), chroma((b - y) / 1.772), chroma((r - y) / 1.402)}
}

// chroma is the 16-bit code of a colour difference.
func chroma(v float64) uint16 { return uint16(min(max(v+1<<15+0.5, 0), 65535)) }

// Neutral reports whether c has no hue, so that it can stand in a grey picture.
func (c Color) Neutral() bool { return c[0] == c[1] && c[1] == c[2] }

// zero is the offset of plane i in model: what stands for "no colour" and is left out when multiplying by alpha.
func zero(m frame.Model, i int) int {
	if m == frame.YCbCr && i > 0 {
		return 1 << 15
	}
	return 0
}

// channels lists the planes of f, alpha last.
func channels(f *frame.Frame) []*frame.Plane {
	var list []*frame.Plane
	for i := range f.Planes {
		list = append(list, &f.Planes[i])
	}
	if f.HasAlpha() {
		list = append(list, &f.Alpha)
	}
	return list
}

// wantWorking refuses a frame that is not in the working form: a mistake of the caller, never of the picture.
func wantWorking(f *frame.Frame) error {
	if f.Depth != 16 || !f.FullRange || (f.HasAlpha() && !f.Premultiplied) {
		return fmt.Errorf("op: want the working form, got depth %d, full range %t, premultiplied %t", f.Depth, f.FullRange,
			f.Premultiplied)
	}
	return nil
}

// fill sets the rectangle [x0,x1) × [y0,y1) of p to v.
func fill(p *frame.Plane, x0, y0, x1, y1 int, v uint16) {
	for y := y0; y < y1; y++ {
		row := words(p, y)[x0:x1]
		for x := range row {
			row[x] = v
		}
	}
}
