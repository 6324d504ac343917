// Package noise is what pictures made by code are painted with: numbers that look random and depend on the place alone.
// The quality scale (bench/calibrate) was fitted on pictures painted with Value: what it returns stays as it is.
package noise

import "math"

// At is a number of 0…1 for a place.
func At(x, y int, seed uint32) float64 {
	h := uint32(x)*0x8da6b343 ^ uint32(y)*0xd8163841 ^ seed*0xcb1ab31f
	h = (h ^ h>>15) * 0x2c1b3c6d
	h = (h ^ h>>12) * 0x297a2d39
	return float64(h^h>>15) / math.MaxUint32
}

// Value is smooth value noise of 0…1 with one lump per unit: the numbers of the corners, blended by Hermite curves.
func Value(x, y float64, seed uint32) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	u, v := Step(0, 1, x-fx), Step(0, 1, y-fy)
	i, j := int(fx), int(fy)
	top := At(i, j, seed)*(1-u) + At(i+1, j, seed)*u
	bottom := At(i, j+1, seed)*(1-u) + At(i+1, j+1, seed)*u
	return top*(1-v) + bottom*v
}

// Fractal adds octaves of Value, each twice as fine and weaker by gain: 0.5 gives the spectrum of most scenes, more
// gives foliage and gravel, less gives clouds. The result is about 0…1 around 0.5.
func Fractal(x, y float64, octaves int, gain float64, seed uint32) float64 {
	sum, weight, total := 0.0, 1.0, 0.0
	for i := range octaves {
		sum += weight * Value(x, y, seed+uint32(i))
		total += weight
		weight *= gain
		x, y = 2*x+17.3, 2*y+9.1
	}
	return sum / total
}

// Cells is the distance of 0…1 to the nearest of points strewn one per unit square, and a number of 0…1 that belongs
// to that point (Worley noise).
func Cells(x, y float64, seed uint32) (distance, which float64) {
	ix, iy := int(math.Floor(x)), int(math.Floor(y))
	distance = 9
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			cx, cy := ix+dx, iy+dy
			px := float64(cx) + At(cx, cy, seed) - x
			py := float64(cy) + At(cx, cy, seed+101) - y
			if d := px*px + py*py; d < distance {
				distance, which = d, At(cx, cy, seed+202)
			}
		}
	}
	return min(math.Sqrt(distance), 1), which
}

// Grain is bell-shaped noise of a sensor, deviation 1.
func Grain(x, y int, seed uint32) float64 {
	sum := 0.0
	for i := range uint32(3) {
		sum += At(x, y, seed+i)
	}
	return 2 * (sum - 1.5)
}

// Step goes from 0 at from to 1 at to, level at both ends.
func Step(from, to, v float64) float64 {
	t := min(max((v-from)/(to-from), 0), 1)
	return t * t * (3 - 2*t)
}
