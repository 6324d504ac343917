package op

import (
	"math"

	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// gamma raises each colour to the power of 1/number. Colours are divided by alpha for it.
func gamma(f *frame.Frame, e effect.Effect) error {
	table := powers(1 / e.Number)
	for y := range f.Height {
		alpha := alphaRow(f, y)
		for i := range f.Planes {
			gammaRow(words(&f.Planes[i], y), alpha, table)
		}
	}
	return nil
}

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

func gammaRow(row, alpha []uint16, table *[opaque + 1]uint16) {
	if alpha == nil {
		for x, v := range row {
			row[x] = table[v]
		}
		return
	}
	alpha = alpha[:len(row)]
	for x, v := range row {
		switch a := uint32(alpha[x]); a {
		case 0:
			row[x] = 0
		case opaque:
			row[x] = table[v]
		default:
			straight := min((uint32(v)*opaque+a/2)/a, opaque)
			row[x] = uint16((uint32(table[straight])*a + opaque/2) / opaque)
		}
	}
}
