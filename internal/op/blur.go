package op

import (
	"math"
	"unsafe"

	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// blur is a Gaussian whose sigma is e.Number pixels, the edges extended. It is one of premultiplied colours and alpha,
// so that hidden colours never show.
func blur(f *frame.Frame, e effect.Effect) error {
	for _, p := range channels(f) {
		rowsOf(p, p).blur(e.Number)
	}
	return nil
}

// rows is a picture that is blurred row by row: what comes in, and where it goes. Its rows have room for words behind
// their ends, as those of planes have.
type rows struct {
	width, height int
	in            func(y int) []uint16       // each is asked for once, in order, and read before the next
	out           func(y int) unsafe.Pointer // where row y goes, when no row up to y will be asked for again
	done          func(y int)                // row y is there
}

// rowsOf blurs one plane into another of the same size, which may be the same.
func rowsOf(from, to *frame.Plane) rows {
	return rows{
		width: from.Width, height: from.Height,
		in:   func(y int) []uint16 { return words(from, y) },
		out:  func(y int) unsafe.Pointer { return unsafe.Add(to.Data, y*to.Stride) },
		done: func(int) {},
	}
}

// blur is the Gaussian. One of a large sigma is that of a small one on a smaller picture: halving a picture and enlarging
// it again are blurs as well, nearly Gaussian ones, whose variances are taken off.
func (p rows) blur(sigma float64) {
	if sigma < 2 {
		p.fine(sigma)
		return
	}
	n, halvings := 2, 1 // the smaller picture is 1/n of p
	for ; sigma >= float64(2*n) && n < maxShrink; n *= 2 {
		halvings++
	}
	k := float64(n * n)
	variance := sigma*sigma/k - halveVariance*(k-1)/3/k - splineVariance
	p.coarse(newGauss(math.Sqrt(variance), unit), halvings)
}

// maxShrink bounds how small the smaller picture gets: the largest sigma that is asked for, 250 · 4, needs no less.
const maxShrink = 512

// fine filters the whole picture: each row along itself into a ring of rows, and the rows of the ring into the result.
func (p rows) fine(sigma float64) {
	g, last := newGauss(sigma, unit), newGauss(sigma, full)
	r := len(g) - 1
	along, down := g.pairs(), last.pairs()
	line := newPadded(p.width, 1, r)
	ring := newPadded(p.width, 2*r+2, 0)
	row := func(y int) unsafe.Pointer { return ring.at(min(max(y, 0), p.height-1) % (2*r + 2)) }
	next := 0 // the first row that the ring lacks
	for y := range p.height {
		for ; next <= min(y+r, p.height-1); next++ {
			line.fill(0, p.in(next))
			g.across(row(next), line, 0, along)
		}
		for k := range down {
			down[k].before, down[k].after = row(y-k-1), row(y+k+1)
		}
		mix(p.out(y), row(y), last[0], down, p.width, 0)
		p.done(y)
	}
}

// coarse filters a picture that is halved so many times, and enlarges it to what it was.
func (p rows) coarse(g gauss, halvings int) {
	r := len(g) - 1
	small := halve(p, halvings, r+2) // the filter looks r samples beyond the edges, the enlargement two
	pairs := g.pairs()
	wide := padded{small.samples, small.width + 4, small.height, small.stride, small.margin - 2}
	line := newPadded(wide.width, 1, 0)
	for i := -small.margin; i < small.height+small.margin; i++ {
		g.across(line.at(0), wide, i, pairs)
		copy(wide.row(i), line.row(0))
	}
	n := 1 << halvings
	weights, last := spline(n, unit), spline(n, full)
	ring := newPadded(p.width, 4, 0) // the rows, filtered and enlarged along themselves, that an enlarged row lies between
	next := -2
	for y := range p.height {
		above, phase := (y+n/2)/n-1, (y+n/2)%n // the row of the smaller picture above y, and how far below it y lies
		for ; next <= above+2; next++ {
			for k := range pairs {
				pairs[k].before, pairs[k].after = wide.at(next-k-1), wide.at(next+k+1)
			}
			mix(line.at(0), wide.at(next), g[0], pairs, wide.width, half)
			enlarge(ring.row((next+4)%4), line.row(0), n, weights)
		}
		var four [4]unsafe.Pointer
		for k := range four {
			four[k] = ring.at((above + k + 3) % 4)
		}
		mixFour(p.out(y), &four, &last[phase], p.width)
		p.done(y)
	}
}
