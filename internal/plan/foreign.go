package plan

import (
	"image"
	"math"

	"imagekit/internal/param"
)

// What URLs of other servers ask for and no parameter of ours says: their arithmetic, so that their pages keep their sizes.

// settled returns the parameters with what only the region of the source could tell: AutoCrop and the dpr.
func settled(p param.Params, region image.Point) param.Params {
	if p.Fit == param.AutoCrop {
		p.Fit = param.Inside
		if (region.X >= region.Y) == (p.Width >= p.Height) {
			p.Fit = param.CropTo
		}
	}
	if p.Foreign.BoxDPR && !p.Up && p.DPR > 1 {
		p.DPR = min(p.DPR, max(1, spareScale(p, region)))
	}
	return p
}

// spareScale returns how much larger than its box before dpr the picture is: so much dpr enlarges nothing.
func spareScale(p param.Params, region image.Point) float64 {
	x, y := float64(region.X)/float64(p.Width), float64(region.Y)/float64(p.Height)
	switch {
	case p.Width == 0 && p.Height == 0:
		return 1
	case p.Width == 0:
		return y
	case p.Height == 0:
		return x
	case p.Fitting() == param.Inside:
		return max(x, y)
	}
	return min(x, y)
}

// asked returns the box that is sure to be meant: with a dpr that gives way, the one without it.
func asked(p param.Params) image.Point {
	if p.Foreign.BoxDPR && !p.Up {
		p.DPR = 0
	}
	return boxOf(p)
}

// cropTo covers the box, enlarged only with up, and cuts each side to the box's.
func cropTo(region, box image.Point, p param.Params) (Window, image.Point) {
	full := notEnlarged(region, outside(region, box), p.Up)
	size := image.Pt(min(full.X, box.X), min(full.Y, box.Y))
	scale := max(float64(box.X)/float64(region.X), float64(box.Y)/float64(region.Y))
	if full == region {
		scale = 1
	}
	w := Window{W: min(float64(region.X), float64(size.X)/scale), H: min(float64(region.Y), float64(size.Y)/scale)}
	gx, gy := p.Gravity.Point()
	w.X, w.Y = slide(gx, region.X, w.W), slide(gy, region.Y, w.H)
	if full == region {
		w.X, w.Y = math.Floor(w.X), math.Floor(w.Y)
	}
	return displaced(w, region, size, p), size
}

// displaced moves a window of the region by the gravity's own displacement, as far as the region goes.
func displaced(w Window, region, size image.Point, p param.Params) Window {
	dpr := float64(dprOf(p)) / micro
	move := func(at, length float64, side, pixels int, by param.Length) float64 {
		d := by.Value * float64(side)
		if !by.Fraction {
			d = by.Value * dpr * length / float64(pixels)
		}
		return min(max(0, at+d), max(0, float64(side)-length))
	}
	w.X = move(w.X, w.W, region.X, size.X, p.Gravity.Right)
	w.Y = move(w.Y, w.H, region.Y, size.Y, p.Gravity.Down)
	return w
}

// extended returns the canvas around a picture of this size.
func extended(size, box image.Point, e param.Extend) image.Point {
	if e == param.ExtendBox {
		return image.Pt(max(size.X, box.X), max(size.Y, box.Y))
	}
	if box.X == 0 || box.Y == 0 {
		return size
	}
	canvas := outside(box, size)
	return image.Pt(max(size.X, canvas.X), max(size.Y, canvas.Y))
}

// anchored returns the stored pixels of a crop that its gravity places.
func anchored(c param.Crop, upright Turn, shown image.Point) image.Rectangle {
	gx, gy := c.Anchor.Point()
	x0, w := place(gx, c.Anchor.Right, c.W, shown.X)
	y0, h := place(gy, c.Anchor.Down, c.H, shown.Y)
	r := undo(upright, Window{float64(x0), float64(y0), float64(w), float64(h)}, shown)
	return image.Rect(int(r.X), int(r.Y), int(r.X+r.W), int(r.Y+r.H))
}

// place returns where a crop of this length starts on a side, and its pixels.
func place(at float64, by, length param.Length, side int) (start, n int) {
	n = int(length.Value)
	if length.Fraction {
		n = max(1, int(math.Round(length.Value*float64(side))))
	}
	if n == 0 || n > side {
		n = side
	}
	d := by.Value
	if by.Fraction {
		d *= float64(side)
	}
	start = int(math.Floor(slide(at, side, float64(n))+0.5)) + int(math.Round(d))
	return min(max(0, start), side-n), n
}
