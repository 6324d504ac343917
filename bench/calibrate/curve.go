package main

import "math"

// knot is a distance at an encoder's number.
type knot struct{ number, distance float64 }

// curve is how the distance falls as the number rises.
type curve []knot

// falling returns the nearest curve that never rises, in the least squares sense of the distances' logarithms: where
// a metric wavers, neighbours share their mean (the pool adjacent violators algorithm).
func (c curve) falling() curve {
	type pool struct{ sum, n float64 }
	var pools []pool
	for _, k := range c {
		pools = append(pools, pool{math.Log(max(k.distance, 1e-6)), 1})
		for i := len(pools) - 1; i > 0 && pools[i-1].sum/pools[i-1].n < pools[i].sum/pools[i].n; i-- {
			pools[i-1] = pool{pools[i-1].sum + pools[i].sum, pools[i-1].n + pools[i].n}
			pools = pools[:i]
		}
	}
	out := make(curve, 0, len(c))
	for _, p := range pools {
		for range int(p.n) {
			out = append(out, knot{c[len(out)].number, math.Exp(p.sum / p.n)})
		}
	}
	return out
}

// at returns the distance at a number between the first and the last, linear in its logarithm.
func (c curve) at(number float64) float64 {
	for i := 1; i < len(c); i++ {
		if a, b := c[i-1], c[i]; number <= b.number {
			t := (number - a.number) / (b.number - a.number)
			return math.Exp(math.Log(a.distance)*(1-t) + math.Log(b.distance)*t)
		}
	}
	return c[len(c)-1].distance
}

// number returns where the curve comes down to a distance; the first or last number when it never does. On a level
// stretch of just this distance it is the stretch's beginning.
func (c curve) number(distance float64) float64 {
	if distance >= c[0].distance {
		return c[0].number
	}
	for i := 1; i < len(c); i++ {
		if a, b := c[i-1], c[i]; b.distance <= distance {
			t := math.Log(a.distance/distance) / math.Log(a.distance/b.distance)
			return a.number + t*(b.number-a.number)
		}
	}
	return c[len(c)-1].number
}
