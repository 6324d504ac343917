package imagetest

import "math"

// Tap is a source sample and its share of a result.
type Tap struct {
	At     int
	Weight float64
}

// Lanczos returns the taps of each of size samples that stand for start…start+length of n source samples: Lanczos of three
// lobes (Duchon 1979), widened by the factor when it shrinks, mirrored at the edges, the weights adding up to 1.
func Lanczos(n int, start, length float64, size int) [][]Tap {
	step := length / float64(size)
	wide := max(step, 1)
	list := make([][]Tap, size)
	for i := range list {
		centre := start + (float64(i)+0.5)*step
		sum := 0.0
		for j := int(math.Floor(centre - 3*wide)); j <= int(math.Ceil(centre+3*wide)); j++ {
			d := (float64(j) + 0.5 - centre) / wide
			if math.Abs(d) >= 3 {
				continue
			}
			weight := sinc(d) * sinc(d/3)
			list[i] = append(list[i], Tap{mirrored(j, n), weight})
			sum += weight
		}
		for k := range list[i] {
			list[i][k].Weight /= sum
		}
	}
	return list
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// mirrored brings a place beyond the edges back, as if the picture went on in a mirror.
func mirrored(i, n int) int {
	for i < 0 || i >= n {
		if i < 0 {
			i = -1 - i
		} else {
			i = 2*n - 1 - i
		}
	}
	return i
}
