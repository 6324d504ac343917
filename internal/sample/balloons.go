package sample

import (
	"image"
	"math"
)

const (
	uprightWidth  = 800
	uprightHeight = 1200
)

// balloon is a hot-air balloon. Its envelope is a sphere above and a cone below.
type balloon struct {
	x, y, r float64 // centre and radius of the sphere in pixels
	gores   float64 // stripes seen from the front
	colors  []rgb
	haze    float64 // 0 near, 1 lost in the air
}

const (
	mouth    = 1.32 // where the envelope ends below the centre, in radii
	tangent  = 0.55 // where the sphere becomes a cone
	opening  = 0.2  // half width of the mouth
	basketAt = 1.62
)

// balloons paints a morning over hills with three balloons, 800×1200.
func balloons() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, uprightWidth, uprightHeight))
	paintMorning(img)
	paintHills(img)
	warm := []rgb{hex(0xd8352b), hex(0xf6b02c), hex(0xf4ead2), hex(0xf6b02c)}
	cool := []rgb{hex(0x1f6f8b), hex(0xe8eef0)}
	green := []rgb{hex(0x3f7d4e), hex(0xe7c14d), hex(0x8d3b72)}
	for _, b := range []balloon{
		{x: 648, y: 620, r: 46, gores: 6, colors: green, haze: 0.42},
		{x: 142, y: 742, r: 72, gores: 7, colors: cool, haze: 0.26},
		{x: 410, y: 370, r: 235, gores: 12, colors: warm},
	} {
		b.paint(img)
	}
	return img
}

func paintMorning(img *image.RGBA) {
	top, low := hex(0x3a7cc4), hex(0xf9e3c4)
	for y := range uprightHeight {
		v := float64(y) / uprightHeight
		sky := mix(top, low, smooth(0.05, 0.85, v))
		thin := 0.75 * (1 - smooth(0.55, 0.8, v))
		clouds := everyFourth(uprightWidth, func(x float64) float64 {
			return thin * smooth(0.52, 0.8, fractal(x/260, float64(y)/120+v*4, 5, 17))
		})
		for x, cover := range clouds {
			set(img, x, y, mix(sky, hex(0xfdfaf6), cover), grain(x, y))
		}
	}
}

func paintHills(img *image.RGBA) {
	for i, color := range []rgb{hex(0xa9b7c4), hex(0x8aa29a), hex(0x6d8a63), hex(0x47663c)} {
		seed, near := uint32(200+10*i), float64(i)
		base := 930 + 75*near
		for x := range uprightWidth {
			top := base - 130*(fractal(float64(x)/(330-40*near), 0.3, 4, seed)-0.3)
			for y := int(top); y < uprightHeight; y++ {
				fx, fy := float64(x), float64(y)
				meadow := smooth(0.4, 0.6, noise(fx/130-fy/60, fy/26, seed+5))
				trees := noise(fx/(3+near), fy/(2+near), seed+6) - 0.5
				c := mix(color, hex(0xc9cf8f), 0.35*meadow).times(1 + (0.1+0.12*near)*(1-meadow)*trees)
				c = mix(c, hex(0xf3e6cf), 0.45*smooth(0, 150, fy-top)*(1-0.3*near))
				set(img, x, y, mix(get(img, x, y), c, clamp(float64(y)+1-top, 0, 1)), grain(x, y))
			}
		}
	}
}

// paint draws the balloon with four samples per pixel: stripes have hard edges.
func (b balloon) paint(img *image.RGBA) {
	const samples = 4
	for y := int(b.y - b.r - 1); y < int(b.y+2*b.r); y++ {
		for x := int(b.x - b.r - 1); x < int(b.x+b.r+1); x++ {
			c := get(img, x, y).times(0)
			for s := range samples {
				u := (float64(x) + 0.25 + 0.5*float64(s%2) - b.x) / b.r
				v := (float64(y) + 0.25 + 0.5*float64(s/2) - b.y) / b.r
				part, ok := b.at(u, v)
				if !ok {
					part = get(img, x, y)
				}
				c = c.plus(part.times(1.0 / samples))
			}
			set(img, x, y, c, 0.5*grain(x, y))
		}
	}
}

// at returns the colour at a point in radii from the centre; false = beside the balloon.
func (b balloon) at(u, v float64) (rgb, bool) {
	c, ok := b.envelope(u, v)
	if !ok {
		c, ok = gondola(u, v)
	}
	return mix(c, hex(0xe9e4dc), b.haze), ok
}

// width returns half the width of the envelope at a height.
func width(v float64) float64 {
	if v <= tangent {
		return math.Sqrt(max(0, 1-v*v))
	}
	start := math.Sqrt(1 - tangent*tangent)
	t := (v - tangent) / (mouth - tangent)
	return start + (opening-start)*t*(0.8+0.2*t) // leaves the sphere in its direction
}

func (b balloon) envelope(u, v float64) (rgb, bool) {
	w := width(v)
	if v < -1 || v > mouth || math.Abs(u) >= w {
		return rgb{}, false
	}
	longitude := math.Asin(u/w)/math.Pi + 0.5
	stripe, within := math.Modf(longitude * b.gores)
	c := b.colors[int(stripe)%len(b.colors)]
	if band := math.Abs(v - 0.18); band < 0.12 { // a band around the belly
		c = b.colors[(int(stripe)+1)%len(b.colors)]
	}
	facing := math.Sqrt(max(0, 1-u*u/(w*w)))
	light := 0.38 + 0.5*facing - 0.28*u - 0.22*v // the sun stands on the left
	puff := 0.82 + 0.18*math.Sin(within*math.Pi)
	shine := math.Exp(-((u+0.42)*(u+0.42) + (v+0.45)*(v+0.45)) / 0.06)
	return c.times(clamp(light, 0.12, 1.15) * puff).plus(hex(0xfff2d8).times(0.22 * shine)), true
}

// gondola is the basket with its ropes.
func gondola(u, v float64) (rgb, bool) {
	const half, height = 0.13, 0.17
	switch {
	case v > basketAt && v < basketAt+height && math.Abs(u) < half-0.1*(v-basketAt):
		weave := 0.8 + 0.2*math.Sin(u*260)*math.Sin(v*200)
		return hex(0x7a4a24).times(weave * (1 - 1.6*u)), true
	case v > basketAt-0.02 && v <= basketAt && math.Abs(u) < half+0.012:
		return hex(0x3d2513), true
	case v >= mouth && v <= basketAt:
		t := (v - mouth) / (basketAt - mouth)
		for _, side := range []float64{-1, -0.4, 0.4, 1} {
			if math.Abs(u-side*(opening+(half-opening)*t)) < 0.006 {
				return hex(0x3b3b3d), true
			}
		}
	}
	return rgb{}, false
}
