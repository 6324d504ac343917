package engine

import (
	"image"
	"math"

	"imagekit/internal/param"
	"imagekit/internal/testkit/imagetest"
)

// floats is a picture in premultiplied floats, 0…1, for the slow reference.
type floats struct {
	w, h int
	pix  [][4]float64
}

func (f floats) at(x, y int) *[4]float64 { return &f.pix[y*f.w+x] }

func blank(w, h int) floats { return floats{w, h, make([][4]float64, w*h)} }

// mapped returns a picture whose pixel x, y is f's at from(x, y).
func (f floats) mapped(w, h int, from func(x, y int) (int, int)) floats {
	out := blank(w, h)
	for y := range h {
		for x := range w {
			sx, sy := from(x, y)
			*out.at(x, y) = *f.at(sx, sy)
		}
	}
	return out
}

// reference makes of the stored picture what the contract says of p: orientation, crop, rotation, flip, box. It shares
// no code with plan or the engine. keep says that transparency stays.
func reference(stored *image.NRGBA, orientation int, p param.Params, keep bool) *image.NRGBA {
	f := load(stored)
	f = upright(f, orientation)
	if p.Crop.Set {
		r := cropRect(p.Crop, f.w, f.h)
		f = f.mapped(r.Dx(), r.Dy(), func(x, y int) (int, int) { return r.Min.X + x, r.Min.Y + y })
	}
	w, h := f.w, f.h
	switch p.Rotate {
	case 90:
		f = f.mapped(h, w, func(x, y int) (int, int) { return y, h - 1 - x })
	case 180:
		f = f.mapped(w, h, func(x, y int) (int, int) { return w - 1 - x, h - 1 - y })
	case 270:
		f = f.mapped(h, w, func(x, y int) (int, int) { return w - 1 - y, x })
	}
	w, h = f.w, f.h
	f = f.mapped(w, h, func(x, y int) (int, int) {
		if p.Flip&param.FlipHorizontal != 0 {
			x = w - 1 - x
		}
		if p.Flip&param.FlipVertical != 0 {
			y = h - 1 - y
		}
		return x, y
	})
	b := boxed(f.w, f.h, p)
	f = b.place(f.resample(b.win, b.w, b.h))
	return f.store(p.Background, keep && !p.Background.Set)
}

func load(img *image.NRGBA) floats {
	f := blank(img.Rect.Dx(), img.Rect.Dy())
	for i := range f.pix {
		a := float64(img.Pix[4*i+3]) / 255
		for k := range 3 {
			f.pix[i][k] = float64(img.Pix[4*i+k]) / 255 * a
		}
		f.pix[i][3] = a
	}
	return f
}

// store composes on the background (white unless set) or divides by alpha.
func (f floats) store(bg param.Color, keep bool) *image.NRGBA {
	under := [3]float64{1, 1, 1}
	if bg.Set {
		under = [3]float64{float64(bg.R) / 255, float64(bg.G) / 255, float64(bg.B) / 255}
	}
	img := image.NewNRGBA(image.Rect(0, 0, f.w, f.h))
	for i, p := range f.pix {
		a := min(max(p[3], 0), 1)
		var c [4]float64
		for k := range 3 {
			switch {
			case !keep:
				c[k] = p[k] + under[k]*(1-a)
			case a > 0:
				c[k] = p[k] / a
			}
		}
		if c[3] = 1; keep {
			c[3] = a
		}
		for k, v := range c {
			img.Pix[4*i+k] = uint8(math.Round(255 * min(max(v, 0), 1)))
		}
	}
	return img
}

// upright shows f as the EXIF orientation asks (EXIF 3.0 §4.6.5).
func upright(f floats, orientation int) floats {
	w, h := f.w, f.h
	from := [9]func(x, y int) (int, int){
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return y, h - 1 - x },
		7: func(x, y int) (int, int) { return w - 1 - y, h - 1 - x },
		8: func(x, y int) (int, int) { return w - 1 - y, x },
	}[orientation]
	switch {
	case from == nil:
		return f
	case orientation >= 5:
		return f.mapped(h, w, from)
	}
	return f.mapped(w, h, from)
}

// cropRect rounds outward and cuts to the picture.
func cropRect(c param.Crop, w, h int) image.Rectangle {
	px := func(l param.Length, side int) float64 {
		if l.Fraction {
			return l.Value * float64(side)
		}
		return l.Value
	}
	x, y := px(c.X, w), px(c.Y, h)
	const slack = 1e-6
	return image.Rect(int(x+slack), int(y+slack), int(math.Ceil(x+px(c.W, w)-slack)), int(math.Ceil(y+px(c.H, h)-slack))).
		Intersect(image.Rect(0, 0, w, h))
}

// box is where the picture goes: the part of it that is taken, its new size, and its place on the canvas.
type box struct {
	win            [4]float64 // x, y, w, h
	w, h           int
	canvas, offset image.Point
}

// boxed follows the contract's words on w, h, dpr, fit, g and up.
func boxed(sw, sh int, p param.Params) box {
	dpr := max(p.DPR, 1)
	bw, bh := float64(int(float64(p.Width)*dpr+0.5)), float64(int(float64(p.Height)*dpr+0.5))
	fw, fh := float64(sw), float64(sh)
	b := box{win: [4]float64{0, 0, fw, fh}}
	round := func(v float64) int { return max(1, int(v+0.5)) }
	scaled := func(k float64) {
		if k > 1 && !p.Up {
			k = 1
		}
		b.w, b.h = round(fw*k), round(fh*k)
		b.canvas = image.Pt(b.w, b.h)
	}
	kx, ky := bw/fw, bh/fh
	switch {
	case bw == 0 && bh == 0:
		scaled(1)
	case bw == 0:
		scaled(ky)
	case bh == 0:
		scaled(kx)
	case p.Fit == param.Cover || p.Fit == param.Fill:
		if shrink := max(kx, ky); shrink > 1 && !p.Up {
			bw, bh = bw/shrink, bh/shrink
		}
		b.w, b.h = round(bw), round(bh)
		b.canvas = image.Pt(b.w, b.h)
		if p.Fit == param.Cover {
			b.win = covering(fw, fh, b.w, b.h, p.Gravity)
		}
	case p.Fit == param.Outside:
		scaled(max(kx, ky))
	default:
		scaled(min(kx, ky))
	}
	if p.Fit == param.Pad && bw > 0 && bh > 0 {
		gx, gy := p.Gravity.Point()
		b.canvas = image.Pt(int(bw), int(bh))
		b.offset = image.Pt(int(math.Ceil(gx*float64(b.canvas.X-b.w)-0.5)), int(math.Ceil(gy*float64(b.canvas.Y-b.h)-0.5)))
	}
	return b
}

// covering is the largest window with this aspect ratio, centred on the gravity point and clamped. What is only cut, not
// scaled, is cut at whole pixels.
func covering(w, h float64, bw, bh int, g param.Gravity) [4]float64 {
	aspect := float64(bw) / float64(bh)
	cw, ch := w, w/aspect
	if ch > h {
		cw, ch = h*aspect, h
	}
	gx, gy := g.Point()
	x, y := min(max(gx*w-cw/2, 0), w-cw), min(max(gy*h-ch/2, 0), h-ch)
	if cw == float64(bw) && ch == float64(bh) {
		x, y = math.Floor(x), math.Floor(y)
	}
	return [4]float64{x, y, cw, ch}
}

func (b box) place(f floats) floats {
	out := blank(b.canvas.X, b.canvas.Y)
	for y := range f.h {
		for x := range f.w {
			*out.at(b.offset.X+x, b.offset.Y+y) = *f.at(x, y)
		}
	}
	return out
}

// resample is Lanczos of three lobes over the window, widened when it shrinks, mirrored at the edges.
func (f floats) resample(win [4]float64, w, h int) floats {
	across, down := imagetest.Lanczos(f.w, win[0], win[2], w), imagetest.Lanczos(f.h, win[1], win[3], h)
	mid := blank(w, f.h)
	for y := range f.h {
		for x, taps := range across {
			for _, t := range taps {
				for k := range 4 {
					mid.at(x, y)[k] += t.Weight * f.at(t.At, y)[k]
				}
			}
		}
	}
	out := blank(w, h)
	for y, taps := range down {
		for x := range w {
			for _, t := range taps {
				for k := range 4 {
					out.at(x, y)[k] += t.Weight * mid.at(x, t.At)[k]
				}
			}
		}
	}
	return out
}
