package plan

import (
	"imagekit/internal/format"
	"imagekit/internal/param"
)

// spare is the factor the resize must still have to do after shrink-on-load. A decoder's scaling is a box filter;
// when it hits the size exactly nothing is left for the sharper Lanczos step, and it shows. A finer scale costs
// little, since entropy decoding takes most of the time.
const spare = 1.25

// shrink returns the coarsest scale a JPEG may be decoded at (only 1/2, 1/4 and 1/8 of the DCT scales have SIMD
// code): the resize keeps a factor of spare in both axes, and every edge of the crop that is not an edge of the
// picture stands on the coarser grid, so that no pixel beyond it is mixed in. Other formats are decoded as they are, and so is what the nearest pixel is taken of.
func shrink(p Plan) int {
	if p.Source.Format != format.JPEG || p.Kernel == param.Nearest {
		return 1
	}
	factor := min(p.Window.W/float64(p.Width), p.Window.H/float64(p.Height))
	for _, n := range [...]int{8, 4, 2} {
		if factor >= spare*float64(n) && onGrid(p, n) {
			return n
		}
	}
	return 1
}

// onGrid reports whether the crop can be cut out of the picture shrunk by n.
func onGrid(p Plan, n int) bool {
	edge := func(at, end int) bool { return at%n == 0 || at == end }
	return edge(p.Crop.Min.X, 0) && edge(p.Crop.Min.Y, 0) &&
		edge(p.Crop.Max.X, p.Source.Width) && edge(p.Crop.Max.Y, p.Source.Height)
}
