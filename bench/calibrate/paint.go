package main

import (
	"image"
	"image/color"
	"math"

	"imagekit/internal/testkit/noise"
)

// rgb is a colour, each channel about 0…1.
type rgb [3]float64

func mix(a, b rgb, t float64) rgb {
	for k := range a {
		a[k] += (b[k] - a[k]) * t
	}
	return a
}

// paint makes a picture of 1280 × 854 from the colour at each pixel, with a photo's grain.
func paint(grain float64, at func(x, y float64) rgb) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 1280, 854))
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			c := at(float64(x), float64(y))
			for k := range c {
				c[k] += grain * (noise.At(x, y, uint32(k)+7) - 0.5)
				c[k] = math.Round(255 * min(max(c[k], 0), 1))
			}
			img.SetNRGBA(x, y, color.NRGBA{uint8(c[0]), uint8(c[1]), uint8(c[2]), 255})
		}
	}
	return img
}

// foliage is fine detail everywhere: leaves in three depths, lit from above.
func foliage() *image.NRGBA {
	return paint(0.03, func(x, y float64) rgb {
		c := mix(rgb{0.05, 0.09, 0.05}, rgb{0.12, 0.17, 0.09}, fractal(x/90, y/90, 1))
		for depth, size := range []float64{14, 24, 42} {
			seed := uint32(10 * (depth + 1))
			leaf := noise.Value(x/size+3*noise.Value(y/size, x/size, seed), y/size*1.7, seed+1)
			if leaf > 0.52 {
				light := (0.35 + 0.25*float64(depth)) * (1.2 - y/1400) * (0.5 + fractal(x/size, y/size, seed+2))
				tint := mix(rgb{0.35, 0.55, 0.18}, rgb{0.72, 0.62, 0.2}, noise.Value(x/260, y/260, seed+3))
				c = mix(c, mix(rgb{}, tint, light), min((leaf-0.52)*40, 1))
			}
		}
		return c
	})
}

// stillLife is smooth shading with soft shadows: balls of skin-like and saturated colours on a table before a wall.
func stillLife() *image.NRGBA {
	balls := []struct {
		x, y, r float64
		c       rgb
	}{
		{330, 520, 190, rgb{0.86, 0.62, 0.5}},
		{720, 600, 140, rgb{0.75, 0.12, 0.1}},
		{980, 480, 220, rgb{0.2, 0.35, 0.6}},
		{560, 690, 80, rgb{0.9, 0.75, 0.2}},
	}
	return paint(0.025, func(x, y float64) rgb {
		c := mix(rgb{0.75, 0.72, 0.66}, rgb{0.42, 0.42, 0.45}, x/1280)
		if y > 560 {
			c = mix(rgb{0.45, 0.3, 0.2}, rgb{0.3, 0.19, 0.12}, fractal(x/300, y/14, 5))
		}
		for _, b := range balls {
			shadow := math.Hypot((x-b.x-b.r*0.5)/1.6, y-b.y-b.r*0.9) / b.r
			c = mix(c, rgb{0.05, 0.04, 0.05}, 0.7*noise.Step(1, 0.2, shadow))
		}
		for _, b := range balls {
			dx, dy := (x-b.x)/b.r, (y-b.y)/b.r
			if d := dx*dx + dy*dy; d < 1 {
				lit := max(0, -0.5*dx-0.6*dy+0.62*math.Sqrt(1-d))
				shaded := mix(mix(rgb{}, b.c, 0.15), b.c, lit)
				c = mix(c, mix(shaded, rgb{1, 1, 1}, 0.8*math.Pow(lit, 40)), noise.Step(1, 0.97, d))
			}
		}
		return c
	})
}

// chart is a drawing: flat bars, thin lines, hatching and blocks like words on white.
func chart() *image.NRGBA {
	bars := []rgb{
		{0.12, 0.47, 0.71},
		{1, 0.5, 0.05},
		{0.17, 0.63, 0.17},
		{0.84, 0.15, 0.16},
		{0.58, 0.4, 0.74},
		{0.1, 0.1, 0.1},
	}
	return paint(0, func(x, y float64) rgb {
		i := int(x-120) / 190
		inBar := x > 120 && i < len(bars) && math.Mod(x-120, 190) > 60
		curve := 300 + 180*math.Sin(x/170)
		switch {
		case math.Abs(y-curve) < 2.5*math.Hypot(1, 180.0/170*math.Cos(x/170)) && x > 120:
			return rgb{0.8, 0, 0.5}
		case math.Abs(x-118) < 2 || math.Abs(y-740) < 2:
			return rgb{}
		case inBar && y < 740 && y > 250+80*float64(i*7%5):
			if i == 2 && math.Mod(x+y, 14) < 4 {
				return rgb{1, 1, 1}
			}
			return bars[i]
		case inBar && y > 760 && y < 800 || x > 400 && x < 900 && y > 40 && y < 90:
			return glyph(x, y)
		case x > 118 && y < 740 && math.Mod(y, 80) < 2:
			return rgb{0.8, 0.8, 0.8}
		}
		return rgb{1, 1, 1}
	})
}

// glyph is black strokes of letter size on white.
func glyph(x, y float64) rgb {
	cell, row := int(x)/22, int(y)/22
	u, v := math.Mod(x, 22), math.Mod(y, 22)
	stem := noise.At(cell, row, 3) > 0.3 && math.Abs(u-5) < 2
	bowl := noise.At(cell, row, 4) > 0.4 && math.Abs(math.Hypot(u-10, v-11)-6) < 1.8
	bar := noise.At(cell, row, 5) > 0.5 && math.Abs(v-11) < 1.6 && u < 16
	if stem || bowl || bar {
		return rgb{0.1, 0.1, 0.1}
	}
	return rgb{1, 1, 1}
}

// fractal is five octaves of noise, 0…1.
func fractal(x, y float64, seed uint32) (sum float64) {
	weight := 0.5
	for octave := range uint32(5) {
		sum += weight * noise.Value(x, y, seed+octave)
		x, y, weight = 2*x, 2*y, weight/2
	}
	return sum
}
