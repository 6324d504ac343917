package sample

import (
	"image"
	"math"
)

const (
	drawWidth  = 1200
	drawHeight = 800
)

// shape returns the signed distance of a point from the edge in pixels, negative inside.
type shape func(x, y float64) float64

// drawing paints a logo, a word, bars, thin lines and translucent discs on nothing.
func drawing() *image.NRGBA {
	img := image.NewRGBA(image.Rect(0, 0, drawWidth, drawHeight))
	paintIcon(img)
	for _, stroke := range word(450, 270, 88) {
		fill(img, stroke, hex(0x1d2b4f), 1)
	}
	for i, c := range []uint32{0xe4572e, 0xf3a712, 0x76b041, 0x17bebb, 0x2e86ab} {
		h := []float64{70, 120, 95, 170, 140}[i]
		x := 440 + 70*float64(i)
		fill(img, box(x, 650-h, x+46, 650, 6), hex(c), 1)
	}
	for i := range 8 { // from a hair to 4 pixels
		x := 840 + 30*float64(i)
		fill(img, line(x, 480, x+90, 650, 0.25+0.25*float64(i)), hex(0x1d2b4f), 1)
	}
	for i, c := range []uint32{0xff0000, 0x00c800, 0x0000ff} {
		a := float64(i) * 2 * math.Pi / 3
		fill(img, disc(215+55*math.Sin(a), 590-55*math.Cos(a), 85), hex(c), 0.55)
	}
	fill(img, box(440, 690, 1140, 698, 4), hex(0x9aa5b8), 1)
	return straight(img)
}

// paintIcon paints a picture frame with sun and mountains.
func paintIcon(img *image.RGBA) {
	fill(img, box(80, 90, 360, 370, 56), hex(0x1d2b4f), 1)
	inside := box(100, 110, 340, 350, 38)
	fill(img, inside, hex(0xbfe3f5), 1)
	fill(img, disc(285, 170, 30), hex(0xf9c22e), 1)
	fill(img, both(inside, triangle(60, 420, 185, 190, 310, 420)), hex(0x53b3cb), 1)
	fill(img, both(inside, triangle(180, 420, 275, 245, 400, 420)), hex(0x2f7f9e), 1)
}

// fill paints a shape with an edge one pixel wide, over what is there. Pixels are premultiplied.
func fill(img *image.RGBA, s shape, c rgb, opacity float64) {
	for y := range drawHeight {
		// Distances change by at most one per pixel, so far from the shape whole runs can be skipped.
		for x := 0; x < drawWidth; {
			d := s(float64(x)+0.5, float64(y)+0.5)
			if d >= 0.5 {
				x += max(1, int(d))
				continue
			}
			over(img.Pix[img.PixOffset(x, y):], c, opacity*clamp(0.5-d, 0, 1))
			x++
		}
	}
}

func over(p []uint8, c rgb, a float64) {
	for i, v := range [4]float64{c.r, c.g, c.b, 1} {
		p[i] = uint8(v*a*255 + float64(p[i])*(1-a) + 0.5)
	}
}

// straight returns the picture as PNG stores it, with colours not multiplied by alpha.
func straight(img *image.RGBA) *image.NRGBA {
	out := image.NewNRGBA(img.Rect)
	for i := 0; i < len(img.Pix); i += 4 {
		a := uint32(img.Pix[i+3])
		if a == 0 {
			continue
		}
		for c := range 3 {
			out.Pix[i+c] = uint8(min(255, (uint32(img.Pix[i+c])*255+a/2)/a))
		}
		out.Pix[i+3] = uint8(a)
	}
	return out
}

func disc(cx, cy, r float64) shape {
	return func(x, y float64) float64 { return math.Hypot(x-cx, y-cy) - r }
}

// box is a rectangle with round corners of radius r.
func box(x0, y0, x1, y1, r float64) shape {
	cx, cy, hx, hy := (x0+x1)/2, (y0+y1)/2, (x1-x0)/2-r, (y1-y0)/2-r
	return func(x, y float64) float64 {
		dx, dy := math.Abs(x-cx)-hx, math.Abs(y-cy)-hy
		return math.Hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - r
	}
}

// line is a stroke with round ends; r is half its width.
func line(x0, y0, x1, y1, r float64) shape {
	dx, dy := x1-x0, y1-y0
	length := dx*dx + dy*dy
	return func(x, y float64) float64 {
		t := clamp(((x-x0)*dx+(y-y0)*dy)/length, 0, 1)
		return math.Hypot(x-x0-t*dx, y-y0-t*dy) - r
	}
}

// arc is a stroke along a circle, clockwise from one angle to another in turns, 0 = right; r is half its width.
func arc(cx, cy, radius, from, to, r float64) shape {
	end := func(a float64) shape {
		return disc(cx+radius*math.Cos(2*math.Pi*a), cy+radius*math.Sin(2*math.Pi*a), r)
	}
	first, last := end(from), end(to)
	return func(x, y float64) float64 {
		a := math.Atan2(y-cy, x-cx)/(2*math.Pi) - from
		if a -= math.Floor(a); a <= to-from {
			return math.Abs(math.Hypot(x-cx, y-cy)-radius) - r
		}
		return min(first(x, y), last(x, y))
	}
}

// triangle has its corners clockwise.
func triangle(x0, y0, x1, y1, x2, y2 float64) shape {
	return both(side(x0, y0, x1, y1), both(side(x1, y1, x2, y2), side(x2, y2, x0, y0)))
}

// side is the half plane to the right of a line from one point to another.
func side(x0, y0, x1, y1 float64) shape {
	dx, dy := x1-x0, y1-y0
	l := math.Hypot(dx, dy)
	return func(x, y float64) float64 { return ((x-x0)*-dy + (y-y0)*dx) / -l }
}

// both is what two shapes have in common.
func both(a, b shape) shape {
	return func(x, y float64) float64 { return max(a(x, y), b(x, y)) }
}
