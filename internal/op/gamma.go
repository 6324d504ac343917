package op

import (
	"math"

	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// gamma raises each colour to the power of 1/number. Colours are divided by alpha for it: by a factor for each pixel,
// that all its colours share.
func gamma(f *frame.Frame, e effect.Effect) error {
	table := powers(1 / e.Number)
	factors := make([]uint64, f.Width)
	for y := range f.Height {
		alpha := alphaRow(f, y)
		for x, a := range alpha {
			factors[x] = uint64(opaque << factorBits / float32(max(1, a)))
		}
		for i := range f.Planes {
			gammaRow(words(&f.Planes[i], y), alpha, factors, table)
		}
	}
	return nil
}

// factorBits is how many bits of a factor stand behind the point.
const factorBits = 24

// powers tabulates v ↦ v^exponent for samples of 16 bits, exact where the curve may be steep, else at every 16th.
func powers(exponent float64) *[opaque + 1]uint16 {
	const steep, step = 1024, 16
	table := new([opaque + 1]uint16)
	at := func(v int) float64 { return opaque * math.Pow(float64(v)/opaque, exponent) }
	for v := range steep {
		table[v] = uint16(at(v) + 0.5)
	}
	for v := steep; v <= opaque; v += step {
		a, b := at(v), at(v+step)
		for i := range step {
			table[v+i] = uint16(min(a+(b-a)*float64(i)/step+0.5, opaque))
		}
	}
	return table
}

func gammaRow(row, alpha []uint16, factors []uint64, table *[opaque + 1]uint16) {
	if alpha == nil {
		for x, v := range row {
			row[x] = table[v]
		}
		return
	}
	alpha, factors = alpha[:len(row)], factors[:len(row)]
	for x, v := range row {
		straight := min((uint64(v)*factors[x]+1<<(factorBits-1))>>factorBits, opaque)
		row[x] = uint16(uint32(table[straight]) * (uint32(alpha[x]) + 1) >> 16) // exact for 0 and opaque, never above alpha
	}
}
