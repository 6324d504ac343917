package sample

import (
	"image"
	"math"
)

// rgb is a colour with channels from 0 to 1, sRGB-encoded. Values outside are cut when stored.
type rgb struct{ r, g, b float64 }

// hex returns the colour 0xRRGGBB.
func hex(v uint32) rgb {
	return rgb{float64(v>>16&0xff) / 255, float64(v>>8&0xff) / 255, float64(v&0xff) / 255}
}

// mix goes from a to b as t goes from 0 to 1.
func mix(a, b rgb, t float64) rgb {
	return rgb{a.r + (b.r-a.r)*t, a.g + (b.g-a.g)*t, a.b + (b.b-a.b)*t}
}

func (c rgb) times(k float64) rgb { return rgb{c.r * k, c.g * k, c.b * k} }

func (c rgb) plus(o rgb) rgb { return rgb{c.r + o.r, c.g + o.g, c.b + o.b} }

// set stores an opaque pixel. grain is noise around 0 in 8-bit steps, which also hides the bands of smooth
// gradients.
func set(img *image.RGBA, x, y int, c rgb, grain float64) {
	i := img.PixOffset(x, y)
	p := img.Pix[i : i+4 : i+4]
	p[0], p[1], p[2], p[3] = byteOf(c.r, grain), byteOf(c.g, grain), byteOf(c.b, grain), 255
}

// get returns a stored pixel; positions outside mean the nearest inside.
func get(img *image.RGBA, x, y int) rgb {
	x = min(max(x, 0), img.Rect.Dx()-1)
	y = min(max(y, 0), img.Rect.Dy()-1)
	p := img.Pix[img.PixOffset(x, y):]
	return rgb{float64(p[0]) / 255, float64(p[1]) / 255, float64(p[2]) / 255}
}

func byteOf(v, grain float64) uint8 { return uint8(clamp(v*255+grain+0.5, 0, 255)) }

func clamp(v, low, high float64) float64 { return min(max(v, low), high) }

// smooth goes from 0 at low to 1 at high, level at both ends.
func smooth(low, high, v float64) float64 {
	t := clamp((v-low)/(high-low), 0, 1)
	return t * t * (3 - 2*t)
}

// random returns a number from 0 to 1 that depends on the arguments alone: an integer hash of the kind
// Bob Jenkins and Thomas Wang describe, good enough for the eye.
func random(x, y int, seed uint32) float64 {
	h := uint32(x)*0x8da6b343 ^ uint32(y)*0xd8163841 ^ seed*0xcb1ab31f
	h = (h ^ h>>15) * 0x2c1b3c6d
	h = (h ^ h>>12) * 0x297a2d39
	return float64(h^h>>15) / math.MaxUint32
}

// noise is value noise: smooth, from 0 to 1, with features of size 1.
func noise(x, y float64, seed uint32) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int(fx), int(fy)
	tx, ty := x-fx, y-fy
	tx, ty = tx*tx*(3-2*tx), ty*ty*(3-2*ty)
	top := random(ix, iy, seed)
	top += (random(ix+1, iy, seed) - top) * tx
	bottom := random(ix, iy+1, seed)
	bottom += (random(ix+1, iy+1, seed) - bottom) * tx
	return top + (bottom-top)*ty
}

// fractal adds octaves of noise, each half as large and half as strong as the one before (fractional Brownian
// motion); 0 to 1, mostly around 0.5.
func fractal(x, y float64, octaves int, seed uint32) float64 {
	sum, weight, total := 0.0, 1.0, 0.0
	for o := range octaves {
		sum += weight * noise(x, y, seed+uint32(o))
		total += weight
		x, y, weight = 2*x, 2*y, weight/2
	}
	return sum / total
}
