package main

import "math"

// noise is smooth value noise of 0…1 with one lump per unit: hashed corners, blended by Hermite curves.
func noise(x, y float64, seed uint32) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int32(fx), int32(fy)
	u, v := ease(x-fx), ease(y-fy)
	top := lerp(hash(ix, iy, seed), hash(ix+1, iy, seed), u)
	return lerp(top, lerp(hash(ix, iy+1, seed), hash(ix+1, iy+1, seed), u), v)
}

// fractal adds octaves of noise, each twice as fine and weaker by gain: 0.5 gives the spectrum of most scenes, more
// gives foliage and gravel, less gives clouds. The result is about 0…1 around 0.5.
func fractal(x, y float64, octaves int, gain float64, seed uint32) float64 {
	sum, weight, total := 0.0, 1.0, 0.0
	for i := range octaves {
		sum += weight * noise(x, y, seed+uint32(i))
		total += weight
		weight *= gain
		x, y = 2*x+17.3, 2*y+9.1
	}
	return sum / total
}

// cells is the distance of 0…1 to the nearest of points strewn one per unit square, and a number of 0…1 that belongs
// to that point (Worley noise).
func cells(x, y float64, seed uint32) (distance, which float64) {
	ix, iy := int32(math.Floor(x)), int32(math.Floor(y))
	distance = 9
	for dy := int32(-1); dy <= 1; dy++ {
		for dx := int32(-1); dx <= 1; dx++ {
			cx, cy := ix+dx, iy+dy
			px := float64(cx) + hash(cx, cy, seed) - x
			py := float64(cy) + hash(cx, cy, seed+101) - y
			if d := px*px + py*py; d < distance {
				distance, which = d, hash(cx, cy, seed+202)
			}
		}
	}
	return min(math.Sqrt(distance), 1), which
}

// grain is bell-shaped noise of a sensor, deviation 1, that depends on the place alone.
func grain(x, y int, seed uint32) float64 {
	sum := 0.0
	for i := range uint32(3) {
		sum += hash(int32(x), int32(y), seed+i)
	}
	return 2 * (sum - 1.5)
}

// hash gives a number of 0…1 for a place.
func hash(x, y int32, seed uint32) float64 {
	h := uint32(x)*0x8da6b343 ^ uint32(y)*0xd8163841 ^ seed*0xcb1ab31f
	h = (h ^ h>>15) * 0x2c1b3c6d
	h = (h ^ h>>12) * 0x297a2d39
	return float64(h^h>>15) / (1 << 32)
}

func ease(t float64) float64 { return t * t * (3 - 2*t) }

func lerp(a, b, t float64) float64 { return a + (b-a)*t }

// step rises from 0 to 1 between a and b.
func step(a, b, v float64) float64 { return ease(min(max((v-a)/(b-a), 0), 1)) }
