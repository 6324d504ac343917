package plan

import (
	"cmp"
	"image"
	"math"

	"imagekit/internal/format"
	"imagekit/internal/param"
)

// layout is where things go, in the frame of the final picture.
type layout struct {
	window Window      // what is taken of the region
	size   image.Point // what it is resized to
	canvas image.Point // the final picture
	offset image.Point // where the resized part stands on the canvas
}

// boxOf returns the asked box in pixels, dpr included, rounded half up; 0 for a side that was not given.
func boxOf(p param.Params) image.Point {
	dpr := dprOf(p)
	side := func(n int) int {
		if n == 0 {
			return 0
		}
		return max(1, times(n, dpr))
	}
	box := image.Pt(side(p.Width), side(p.Height))
	if ratio := image.Pt(p.Aspect.W, p.Aspect.H); ratio.X > 0 && box != (image.Point{}) {
		box = oneSide(ratio, box)
	}
	return box
}

// dprOf returns the device pixel ratio in millionths.
func dprOf(p param.Params) int64 {
	if p.DPR == 0 {
		return micro
	}
	return int64(math.Round(p.DPR * micro))
}

// arrange decides the sizes for a region of the source, both in the final frame.
func arrange(region image.Point, p param.Params, out format.Format, srcAlpha bool, lim Limits) layout {
	box := boxOf(p)
	free := box == image.Point{}
	if ratio := image.Pt(p.Aspect.W, p.Aspect.H); free && ratio.X > 0 {
		box = inside(ratio, region)
	}
	if free {
		f, _ := resolve(out, p.Background.Set, srcAlpha)
		box = withinLimits(cmp.Or(box, region), f.MaxSide(), lim.MaxOutputPixels)
	}
	l := layout{window: Window{W: float64(region.X), H: float64(region.Y)}, size: box}
	fit := p.Fitting()
	switch {
	case free && p.Aspect == param.Aspect{}: // the size of the region
	case box.X == 0 || box.Y == 0:
		l.size = notEnlarged(region, oneSide(region, box), p.Up)
	case fit == param.Cover:
		l.size = notEnlargedBox(region, box, p.Up)
		l.window = displaced(coverWindow(region, l.size, p.Gravity), region, l.size, p)
	case fit == param.CropTo:
		l.window, l.size = cropTo(region, box, p)
	case fit == param.Fill:
		l.size = notEnlargedBox(region, box, p.Up)
	case fit == param.Outside:
		l.size = notEnlarged(region, outside(region, box), p.Up)
	default:
		l.size = notEnlarged(region, inside(region, box), p.Up)
	}
	l.canvas = l.size
	if fit == param.Pad && box.X > 0 && box.Y > 0 && (!free || p.Aspect != param.Aspect{}) {
		l.canvas, l.offset = box, padOffset(box.Sub(l.size), p.Gravity)
	}
	if p.Foreign.Extend != param.ExtendNone {
		l.canvas = extended(l.size, box, p.Foreign.Extend)
		l.offset = padOffset(l.canvas.Sub(l.size), p.Foreign.Anchor)
	}
	return l
}

// scaled returns side × num / den rounded half up, at least 1.
func scaled(side, num, den int) int {
	return max(1, (2*side*num+den)/(2*den))
}

// oneSide returns the size with the given side of box, the other following the aspect ratio of src.
func oneSide(src, box image.Point) image.Point {
	if box.X > 0 {
		return image.Pt(box.X, scaled(src.Y, box.X, src.X))
	}
	return image.Pt(scaled(src.X, box.Y, src.Y), box.Y)
}

// inside returns the largest size with the aspect ratio of src that fits into box.
func inside(src, box image.Point) image.Point {
	if box.X*src.Y <= box.Y*src.X {
		return oneSide(src, image.Pt(box.X, 0))
	}
	return oneSide(src, image.Pt(0, box.Y))
}

// outside returns the smallest size with the aspect ratio of src that covers box.
func outside(src, box image.Point) image.Point {
	if box.X*src.Y <= box.Y*src.X {
		return oneSide(src, image.Pt(0, box.Y))
	}
	return oneSide(src, image.Pt(box.X, 0))
}

// notEnlarged returns size, or src itself when size is larger and up does not allow that.
func notEnlarged(src, size image.Point, up bool) image.Point {
	if !up && (size.X > src.X || size.Y > src.Y) {
		return src
	}
	return size
}

// notEnlargedBox returns box, or, when a pixel of src would have to be enlarged to fill it and up does not allow
// that, the largest box of the same aspect ratio that needs none.
func notEnlargedBox(src, box image.Point, up bool) image.Point {
	if !up && (box.X > src.X || box.Y > src.Y) {
		return inside(box, src)
	}
	return box
}

// withinLimits scales a size down, keeping its aspect ratio, until it has no side above maxSide and not more than
// maxPixels.
func withinLimits(src image.Point, maxSide int, maxPixels int64) image.Point {
	size := src
	if max(src.X, src.Y) > maxSide {
		size = inside(src, image.Pt(maxSide, maxSide))
	}
	if int64(size.X)*int64(size.Y) <= maxPixels {
		return size
	}
	k := math.Sqrt(float64(maxPixels) / (float64(src.X) * float64(src.Y)))
	size = image.Pt(max(1, int(float64(src.X)*k)), max(1, int(float64(src.Y)*k)))
	// A side that would be below 1 leaves the other one longer than the budget.
	most := int(min(maxPixels, int64(maxSide)))
	return image.Pt(min(size.X, most), min(size.Y, most))
}

// coverWindow returns the largest part of src with exactly the aspect ratio of size, centred on the gravity point
// as far as src allows. The part is real-valued; only where it is taken pixel by pixel, without scaling, does it
// stand on whole pixels, since half a pixel of shift would blur the picture for nothing.
func coverWindow(src, size image.Point, g param.Gravity) Window {
	w := Window{W: float64(src.X), H: float64(src.Y)}
	if src.X*size.Y <= src.Y*size.X {
		w.H = w.W * float64(size.Y) / float64(size.X)
	} else {
		w.W = w.H * float64(size.X) / float64(size.Y)
	}
	gx, gy := g.Point()
	w.X = slide(gx, src.X, w.W)
	w.Y = slide(gy, src.Y, w.H)
	if w.W == float64(size.X) && w.H == float64(size.Y) {
		w.X, w.Y = math.Floor(w.X), math.Floor(w.Y)
	}
	return w
}

// slide returns where a window of this length starts on a side so that its centre comes closest to the fraction at.
func slide(at float64, side int, length float64) float64 {
	free := max(0, float64(side)-length)
	return min(max(0, at*float64(side)-length/2), free)
}

// padOffset splits the free space before and behind the picture at : 1−at. Half a pixel goes behind.
func padOffset(free image.Point, g param.Gravity) image.Point {
	gx, gy := g.Point()
	before := func(n int, at float64) int { return int(math.Ceil(float64(n)*at - 0.5)) }
	return image.Pt(before(free.X, gx), before(free.Y, gy))
}
