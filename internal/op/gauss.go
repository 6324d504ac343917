package op

import (
	"math"
	"unsafe"
)

// gauss is the right half of a Gaussian's weights, the middle first, in 1/65536. Filters work on samples of 15 bits
// (see padded): two of them are added in the 16 bits of one, and their products with weights fit into the halves of a
// word.
type gauss []uint64

// unit and full are what the weights of a filter sum to: unit where samples of 15 bits become such samples, full where
// they become those of 16 bits, 32767 becoming 65535. half rounds the sums in the 32-bit halves of a word; with full
// there is no room for it.
const (
	unit = 1 << 16
	full = 2*unit + 4
	half = 1<<15 | 1<<47
)

// reach is how many sigmas of a Gaussian are kept on each side; what lies beyond is 0.3 % of it.
const reach = 3

// newGauss samples the Gaussian of a sigma in weights that sum to total.
func newGauss(sigma float64, total int) gauss {
	r := max(1, int(math.Ceil(reach*sigma)))
	weights, sum := make([]float64, r+1), 0.0
	for i := range weights {
		weights[i] = math.Exp(-float64(i*i) / (2 * sigma * sigma))
		sum += 2 * weights[i]
	}
	sum -= weights[0]
	g := make(gauss, r+1)
	rest := total
	for i := r; i > 0; i-- {
		g[i] = uint64(math.Round(weights[i] / sum * float64(total)))
		rest -= 2 * int(g[i])
	}
	g[0] = uint64(rest)
	return g
}

// even selects samples 0 and 2 of the four in a word; shifted by 16 bits, 1 and 3.
const even = 0x0000_ffff_0000_ffff

// pair is two samples at the same distance from the middle, and the weight of both.
type pair struct {
	before, after unsafe.Pointer
	weight        uint64
}

// pairs makes room for the pairs of a filter, nearest first.
func (g gauss) pairs() []pair {
	list := make([]pair, len(g)-1)
	for i := range list {
		list[i].weight = g[i+1]
	}
	return list
}

// mix writes the weighted sum of rows to dst, n samples rounded up to eight: middle has the weight w. It works on eight
// samples at a time, in the 32-bit halves of words: no sum leaves its half. round is half, or 0 for weights that sum
// to full.
func mix(dst, middle unsafe.Pointer, w uint64, pairs []pair, n int, round uint64) {
	for at := 0; at < 2*n; at += 16 {
		a, b := word(middle, at), word(middle, at+8)
		a0, a1, b0, b1 := (a&even)*w+round, (a>>16&even)*w+round, (b&even)*w+round, (b>>16&even)*w+round
		for _, p := range pairs {
			u, v := word(p.before, at)+word(p.after, at), word(p.before, at+8)+word(p.after, at+8)
			a0 += (u & even) * p.weight
			a1 += (u >> 16 & even) * p.weight
			b0 += (v & even) * p.weight
			b1 += (v >> 16 & even) * p.weight
		}
		*(*uint64)(unsafe.Add(dst, at)) = a0>>16&even | a1&^even
		*(*uint64)(unsafe.Add(dst, at+8)) = b0>>16&even | b1&^even
	}
}

// across filters row i of b along itself into dst. pairs are those of g.
func (g gauss) across(dst unsafe.Pointer, b padded, i int, pairs []pair) {
	middle := b.at(i)
	for k := range pairs {
		pairs[k].before, pairs[k].after = unsafe.Add(middle, -2*(k+1)), unsafe.Add(middle, 2*(k+1))
	}
	mix(dst, middle, g[0], pairs, b.width, half)
}

// mixFour writes the weighted sum of four rows to dst, n samples rounded up to four. The weights sum to full.
func mixFour(dst unsafe.Pointer, rows *[4]unsafe.Pointer, weights *[4]uint64, n int) {
	p0, p1, p2, p3 := rows[0], rows[1], rows[2], rows[3]
	w0, w1, w2, w3 := weights[0], weights[1], weights[2], weights[3]
	for at := 0; at < 2*n; at += 8 {
		a, b, c, d := word(p0, at), word(p1, at), word(p2, at), word(p3, at)
		evens := (a&even)*w0 + (b&even)*w1 + (c&even)*w2 + (d&even)*w3
		odds := (a>>16&even)*w0 + (b>>16&even)*w1 + (c>>16&even)*w2 + (d>>16&even)*w3
		*(*uint64)(unsafe.Add(dst, at)) = evens>>16&even | odds&^even
	}
}

func word(row unsafe.Pointer, at int) uint64 { return *(*uint64)(unsafe.Add(row, at)) }
