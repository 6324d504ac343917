// Package imagetest makes pictures by code, writes them in every format that is read here, reads results back with
// decoders that are not ours, and compares them. Only tests, rigs and benchmarks import it.
package imagetest

import (
	"image"
	"image/color"
	"math"
)

// Photo paints a picture with what photos have: smooth gradients, a hard slanted edge, fine texture, thin strokes like
// text, saturated and grey parts. It is opaque and has no symmetry, so that turns and flips show.
func Photo(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			img.SetNRGBA(x, y, scene(u, v, grain(x, y)))
		}
	}
	return img
}

// scene is the colour at (u, v), both 0…1.
func scene(u, v, noise float64) color.NRGBA {
	r, g, b := 110+90*u, 150+50*v, 230-90*v // sky
	hill := 0.55 + 0.12*math.Sin(5*u+1) - 0.15*u
	switch {
	case v > hill:
		r, g, b = 60+50*u+noise, 110-40*v+noise, 50+noise
	case math.Hypot(u-0.78, v-0.2) < 0.1:
		r, g, b = 240, 215, 90 // sun
	}
	if u > 0.08 && u < 0.4 && v > 0.62 && v < 0.88 { // a sign with strokes
		r, g, b = 225, 222, 215
		if math.Mod(v*60, 3) < 1 && math.Mod(u*70+v*9, 2) < 0.9 {
			r, g, b = 40, 42, 48
		}
	}
	if u > 0.62 && u < 0.74 && v > 0.6 && v < 0.9 {
		r, g, b = 180, 40, 45 // a door
	}
	return color.NRGBA{clip(r), clip(g), clip(b), 255}
}

// grain is noise of ±8 that depends on the place alone.
func grain(x, y int) float64 {
	h := uint32(x)*0x8da6b343 ^ uint32(y)*0xd8163841
	h = (h ^ h>>15) * 0x2c1b3c6d
	return float64(h>>16&15) - 8
}

func clip(v float64) uint8 { return uint8(math.Round(min(max(v, 0), 255))) }

// WithAlpha returns img with alpha that falls smoothly from left to right and is cut hard at the bottom.
func WithAlpha(img *image.NRGBA) *image.NRGBA {
	out := image.NewNRGBA(img.Rect)
	copy(out.Pix, img.Pix)
	size := img.Rect.Size()
	for y := range size.Y {
		for x := range size.X {
			a := clip(320 - 300*float64(x)/float64(size.X))
			if y > size.Y*9/10 {
				a = 0
			}
			out.Pix[out.PixOffset(x, y)+3] = a
		}
	}
	return out
}

// Gray returns the luma of img (BT.601).
func Gray(img *image.NRGBA) *image.Gray {
	out := image.NewGray(img.Rect)
	for i := range out.Pix {
		p := img.Pix[4*i:]
		out.Pix[i] = clip(0.299*float64(p[0]) + 0.587*float64(p[1]) + 0.114*float64(p[2]))
	}
	return out
}

// Chart paints dark vertical lines of the given width around the given centres, in pixels, on white. Its samples are the
// share of each pixel that is covered, so a line's centre of mass stands exactly where it was asked for.
func Chart(w, h int, width float64, centres ...float64) *image.NRGBA {
	row := make([]uint8, w)
	for x := range row {
		dark := 0.0
		for _, c := range centres {
			dark += max(0, min(float64(x+1), c+width/2)-max(float64(x), c-width/2))
		}
		row[x] = clip(255 - 235*dark)
	}
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x, v := range row {
			img.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
		}
	}
	return img
}

// Centre returns the centre of mass of what is clearly darker than white between columns from and to, in pixels.
func Centre(img *image.NRGBA, from, to int) float64 {
	var mass, moment float64
	for y := img.Rect.Min.Y; y < img.Rect.Max.Y; y++ {
		for x := from; x < to; x++ {
			dark := 255 - float64(img.NRGBAAt(x, y).G)
			if dark < 8 {
				continue // an encoder's noise
			}
			mass += dark
			moment += dark * (float64(x) + 0.5)
		}
	}
	return moment / mass
}

// Colors are the patches of Patches, in rows of four: greys, primaries, their mixtures, and skin and leaf tones.
func Colors() []color.NRGBA {
	return []color.NRGBA{
		{0, 0, 0, 255},
		{255, 255, 255, 255},
		{128, 128, 128, 255},
		{40, 40, 40, 255},
		{230, 20, 20, 255},
		{20, 200, 30, 255},
		{25, 30, 220, 255},
		{240, 220, 30, 255},
		{30, 200, 210, 255},
		{200, 40, 190, 255},
		{120, 70, 30, 255},
		{250, 240, 200, 255},
		{224, 172, 140, 255},
		{60, 100, 40, 255},
		{90, 60, 130, 255},
		{180, 200, 220, 255},
	}
}

// Patches paints Colors as a grid of 4 × 4 squares with this side.
func Patches(side int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 4*side, 4*side))
	for y := range 4 * side {
		for x := range 4 * side {
			img.SetNRGBA(x, y, Colors()[y/side*4+x/side])
		}
	}
	return img
}

// PatchError returns the largest distance of a channel, over all of Colors, between want's colour and the mean of the
// middle of its patch in img, whatever img's size.
func PatchError(img *image.NRGBA, want []color.NRGBA) float64 {
	worst := 0.0
	size := img.Rect.Size()
	for i, c := range want {
		box := image.Rect((4*(i%4)+1)*size.X/16, (4*(i/4)+1)*size.Y/16, (4*(i%4)+3)*size.X/16, (4*(i/4)+3)*size.Y/16)
		m := mean(img, box)
		for k, v := range [3]uint8{c.R, c.G, c.B} {
			worst = max(worst, math.Abs(m[k]-float64(v)))
		}
	}
	return worst
}

// mean returns the mean R, G, B and alpha in box.
func mean(img *image.NRGBA, box image.Rectangle) (m [4]float64) {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			p := img.Pix[img.PixOffset(x, y):]
			for k := range m {
				m[k] += float64(p[k])
			}
		}
	}
	for k := range m {
		m[k] /= float64(box.Dx() * box.Dy())
	}
	return m
}

// Disc paints a hard-edged red disc over transparent cyan: whoever mixes hidden colours in shows it at the edge.
func Disc(side int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			c := color.NRGBA{0, 255, 255, 0}
			if math.Hypot(float64(x)+0.5-float64(side)/2, float64(y)+0.5-float64(side)/2) < 0.4*float64(side) {
				c = color.NRGBA{255, 0, 0, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}
