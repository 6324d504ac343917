package look

import "math"

// waves are the values of cosines: waves[n][i] is the n-th one at sample i of a side.
type waves [][]float64

// newWaves returns n cosines over a side of so many samples: the k-th goes through k half turns from its beginning to its
// end. at says where in a sample its value is taken: 0 = at its beginning, 0.5 = in its middle.
func newWaves(n, side int, at float64) waves {
	w := make(waves, n)
	for k := range w {
		w[k] = make([]float64, side)
		for i := range w[k] {
			w[k][i] = math.Cos(math.Pi * float64(k) * (float64(i) + at) / float64(side))
		}
	}
	return w
}

// nothing is what is left by rounding where a factor should be zero. It is taken for zero, so that every machine says the
// same of a grey picture.
const nothing = 1e-12

// project returns how much of each product of a cosine across and one down is in a channel: factors[y][x], the mean of the
// products.
func project(channel []float64, across, down waves) [][]float64 {
	width, height := len(across[0]), len(down[0])
	rows := make([][]float64, len(across)) // by the cosine across, for each row
	for k, wave := range across {
		rows[k] = make([]float64, height)
		for y := range rows[k] {
			rows[k][y] = dot(channel[y*width:], wave)
		}
	}
	factors := make([][]float64, len(down))
	for j, wave := range down {
		factors[j] = make([]float64, len(across))
		for k := range factors[j] {
			if f := dot(rows[k], wave) / float64(width*height); math.Abs(f) > nothing {
				factors[j][k] = f
			}
		}
	}
	return factors
}

func dot(a, b []float64) (sum float64) {
	a = a[:len(b)]
	for i, v := range b {
		sum += a[i] * v
	}
	return sum
}
