package plan

import (
	"image"
	"math"

	"imagekit/internal/fault"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// micro is one pixel in the unit crops are computed in. Parameters have at most six decimals, so that every edge
// is a whole number of millionths and 0.7 of 10 pixels is 7, not 7.000000000000001 rounded up to 8.
const micro = 1_000_000

// cropStored returns the asked region in stored pixels, the whole picture when none is asked. Left and top are
// rounded down, right and bottom up, and it is cut to the picture; when nothing is left it fails with CropOutside.
func cropStored(info probe.Info, c param.Crop) (image.Rectangle, error) {
	whole := image.Rect(0, 0, info.Width, info.Height)
	if !c.Set {
		return whole, nil
	}
	upright := Turn(max(1, info.Orientation))
	shown := upright.Size(whole.Max)
	if c.Anchored {
		return anchored(c, upright, shown), nil
	}
	x0, x1 := span(c.X, c.W, shown.X)
	y0, y1 := span(c.Y, c.H, shown.Y)
	if x0 >= x1 || y0 >= y1 {
		return image.Rectangle{}, refuse("crop", fault.CropOutside, "the region lies outside the picture of %d × %d pixels",
			shown.X, shown.Y)
	}
	w := undo(upright, Window{float64(x0), float64(y0), float64(x1 - x0), float64(y1 - y0)}, shown)
	return image.Rect(int(w.X), int(w.Y), int(w.X+w.W), int(w.Y+w.H)), nil
}

// span returns the pixels from…to that a crop takes of a side, cut to it. from ≥ to means none.
func span(start, length param.Length, side int) (from, to int) {
	a, n := millionths(start, side), millionths(length, side)
	if n == 0 {
		return 0, 0
	}
	return int(a / micro), int(min((a+n+micro-1)/micro, int64(side)))
}

// millionths returns a length along a side in millionths of a pixel.
func millionths(l param.Length, side int) int64 {
	n := int64(math.Round(l.Value * micro))
	if l.Fraction {
		n *= int64(side)
	}
	return n
}
