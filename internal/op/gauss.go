package op

import (
	"math"
	"unsafe"
)

// gauss is the right half of a Gaussian's weights, the middle first. In units of 1/65536 the whole sums to 1, so that
// two products of samples of 16 bits fit into the halves of a word.
type gauss []uint64

// reach is how many sigmas of a Gaussian are kept on each side; what lies beyond is 0.3 % of it.
const reach = 3

// newGauss samples the Gaussian of a sigma.
func newGauss(sigma float64) gauss {
	r := max(1, int(math.Ceil(reach*sigma)))
	weights, sum := make([]float64, r+1), 0.0
	for i := range weights {
		weights[i] = math.Exp(-float64(i*i) / (2 * sigma * sigma))
		sum += 2 * weights[i]
	}
	sum -= weights[0]
	g := make(gauss, r+1)
	rest := 1 << 16
	for i := r; i > 0; i-- {
		g[i] = uint64(math.Round(weights[i] / sum * (1 << 16)))
		rest -= 2 * int(g[i])
	}
	g[0] = uint64(rest)
	return g
}

// even selects samples 0 and 2 of the four in a word; shifted by 16 bits, 1 and 3.
const even = 0x0000_ffff_0000_ffff

// half rounds the sums in the 32-bit halves of a word.
const half = 1<<15 | 1<<47

// mix writes the weighted sum of rows to dst, n samples rounded up to eight: rows[len(g)−1] is the middle. It works on
// eight samples at a time, in the 32-bit halves of words: no sum leaves its half.
func (g gauss) mix(dst unsafe.Pointer, rows []unsafe.Pointer, n int) {
	r := len(g) - 1
	middle, before, after := rows[r], rows[:r], rows[r+1:2*r+1]
	for at := 0; at < 2*n; at += 16 {
		a, b := word(middle, at), word(middle, at+8)
		w := g[0]
		a0, a1, b0, b1 := (a&even)*w+half, (a>>16&even)*w+half, (b&even)*w+half, (b>>16&even)*w+half
		for i, w := range g[1:] {
			p, q := before[r-1-i], after[i]
			u, v := word(p, at), word(q, at)
			a0 += (u&even + v&even) * w
			a1 += (u>>16&even + v>>16&even) * w
			u, v = word(p, at+8), word(q, at+8)
			b0 += (u&even + v&even) * w
			b1 += (u>>16&even + v>>16&even) * w
		}
		*(*uint64)(unsafe.Add(dst, at)) = a0>>16&even | a1&^even
		*(*uint64)(unsafe.Add(dst, at+8)) = b0>>16&even | b1&^even
	}
}

// across filters row i of b along itself into dst. taps is room for its pointers.
func (g gauss) across(dst unsafe.Pointer, b padded, i int, taps []unsafe.Pointer) {
	first := unsafe.Add(b.at(i), -2*(len(g)-1))
	for k := range taps {
		taps[k] = unsafe.Add(first, 2*k)
	}
	g.mix(dst, taps, b.width)
}

// mixFour writes the weighted sum of four rows to dst, n samples rounded up to four. The weights sum to 65536.
func mixFour(dst unsafe.Pointer, rows *[4]unsafe.Pointer, weights *[4]uint64, n int) {
	p0, p1, p2, p3 := rows[0], rows[1], rows[2], rows[3]
	w0, w1, w2, w3 := weights[0], weights[1], weights[2], weights[3]
	for at := 0; at < 2*n; at += 8 {
		a, b, c, d := word(p0, at), word(p1, at), word(p2, at), word(p3, at)
		evens := (a&even)*w0 + (b&even)*w1 + (c&even)*w2 + (d&even)*w3 + half
		odds := (a>>16&even)*w0 + (b>>16&even)*w1 + (c>>16&even)*w2 + (d>>16&even)*w3 + half
		*(*uint64)(unsafe.Add(dst, at)) = evens>>16&even | odds&^even
	}
}

func word(row unsafe.Pointer, at int) uint64 { return *(*uint64)(unsafe.Add(row, at)) }
