//go:build !cgo

package scale

import (
	"math"
	"sync"

	"imagekit/internal/lru"
)

// one is the sum of the weights of a sample.
const one = 1 << 16

// side is what the taps of one axis depend on.
type side struct {
	in, out       int     // samples
	start, length float64 // the window, in samples of the input
	kernel        Kernel
}

// taps says for each sample of a result which samples it is made of: from first[i] on, weights[at[i]:at[i+1]]. They are
// signed, as words that are multiplied modulo 2⁶⁴.
type taps struct {
	first   []int
	at      []int
	weights []uint64
}

func (t *taps) of(i int) (first int, weights []uint64) {
	return t.first[i], t.weights[t.at[i]:t.at[i+1]]
}

// maxWeights bounds the numbers of all taps that are kept: 2 MiB. Taps of more than a quarter of that are not kept.
const maxWeights = 1 << 18

// tables keeps taps for the next plane of the same shape.
var tables = struct {
	sync.Mutex
	*lru.Cache[side, *taps]
}{Cache: lru.New[side, *taps](maxWeights, nil)}

// tapsFor returns the taps of a side. They are not changed any more.
func tapsFor(s side) *taps {
	tables.Lock()
	t, ok := tables.Get(s)
	tables.Unlock()
	if ok {
		return t
	}
	t = newTaps(s)
	if len(t.weights) <= maxWeights/4 {
		tables.Lock()
		defer tables.Unlock()
		tables.Put(s, t, int64(len(t.weights)+2*len(t.first)))
	}
	return t
}

// lobes are the widths of the kernels to one side.
var lobes = [...]float64{Lanczos: 3, Cubic: 2, Linear: 1, Nearest: 0}

// newTaps computes taps as zimg does: the kernel is widened where the picture shrinks, what lies beyond an edge is
// mirrored at it.
func newTaps(s side) *taps {
	step := s.length / float64(s.out)
	wide := max(step, 1)
	n := max(1, 2*int(math.Ceil(lobes[s.kernel]*wide)))
	t := &taps{first: make([]int, s.out), at: make([]int, 1, s.out+1)}
	buf := make([]float64, n)
	for i := range s.out {
		centre := s.start + (float64(i)+0.5)*step
		begin := math.Floor(centre-float64(n)/2+0.5) + 0.5 // of the first sample's middle
		lo, hi := s.in, 0
		for k := range n {
			at := inside(begin+float64(k), s.in)
			lo, hi = min(lo, at), max(hi, at+1)
		}
		shares := buf[:hi-lo]
		clear(shares)
		for k := range n {
			at := begin + float64(k)
			shares[inside(at, s.in)-lo] += s.kernel.at((at - centre) / wide)
		}
		t.add(i, lo, shares)
	}
	return t
}

// inside returns the sample of n at a place, mirrored at the edges once and then held.
func inside(at float64, n int) int {
	if at < 0 {
		at = -at
	} else if at >= float64(n) {
		at = 2*float64(n) - at
	}
	return min(max(int(math.Floor(at)), 0), n-1)
}

// add appends the weights of sample i, which are shares of the samples from first on. The sums are rounded, not the
// weights: so all of them together are exactly one, and a thousand small ones are right together.
func (t *taps) add(i, first int, shares []float64) {
	total := 0.0
	for _, v := range shares {
		total += v
	}
	start, sum, before := len(t.weights), 0.0, 0.0
	for _, v := range shares {
		sum += v
		now := math.Round(sum / total * one)
		if w := int64(now - before); w != 0 || len(t.weights) > start {
			t.weights = append(t.weights, uint64(w))
		} else {
			first++
		}
		before = now
	}
	for t.weights[len(t.weights)-1] == 0 {
		t.weights = t.weights[:len(t.weights)-1]
	}
	t.first[i] = first
	t.at = append(t.at, len(t.weights))
}

// at returns the kernel at x, whose samples are 1 apart.
func (k Kernel) at(x float64) float64 {
	x = math.Abs(x)
	switch {
	case k == Nearest:
		return 1
	case x >= lobes[k]:
		return 0
	case k == Lanczos:
		return sinc(x) * sinc(x/3)
	case k == Linear:
		return 1 - x
	case x < 1: // Catmull and Rom
		return 1 + x*x*(1.5*x-2.5)
	}
	return 2 + x*(-4+x*(2.5-0.5*x))
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}
