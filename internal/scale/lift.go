package scale

import (
	"math"

	"imagekit/internal/frame"
)

// codes says which numbers of a plane mean what: v stands for (v − zero) / unit, chroma from −0.5 to +0.5, everything
// else from 0 to 1 (ITU-T H.273 §8.3).
type codes struct {
	depth      int
	zero, unit float64
	chroma     bool
}

// codesOf returns the codes of colour plane i of f.
func codesOf(f *frame.Frame, i int) codes {
	step := math.Exp2(float64(f.Depth - 8))
	c := codes{depth: f.Depth, unit: fullUnit(f.Depth), chroma: f.Model == frame.YCbCr && i > 0}
	switch {
	case c.chroma && f.FullRange:
		c.zero = 128 * step
	case c.chroma:
		c.zero, c.unit = 128*step, 224*step
	case !f.FullRange:
		c.zero, c.unit = 16*step, 219*step
	}
	return c
}

// alphaCodes returns the codes of f's alpha plane.
func alphaCodes(f *frame.Frame) codes { return codes{depth: f.Depth, unit: fullUnit(f.Depth)} }

// fullUnit is the largest code of a depth.
func fullUnit(depth int) float64 { return math.Exp2(float64(depth)) - 1 }

// full reports whether c are the codes of bytes in full range, which need no arithmetic but a shift.
func (c codes) full() bool {
	return c.depth == 8 && c.unit == 255
}

// lift is a plane as the filters are given it; alpha.Data == nil: nothing is multiplied.
type lift struct {
	plane, alpha frame.Plane // samples of the same size
	codes        codes       // of plane
	alphaUnit    float64     // the code of opaque
}

// drop is a plane as the filters' result is wanted: bytes, or words of full range.
type drop struct {
	plane frame.Plane
	codes codes
}
