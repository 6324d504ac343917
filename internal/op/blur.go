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
		blurPlane(p, e.Number)
	}
	return nil
}

// blurPlane blurs one plane in place. A Gaussian of a large sigma is that of a small one on a smaller picture: halving
// a picture and enlarging it again are blurs as well, nearly Gaussian ones, whose variances are taken off.
func blurPlane(p *frame.Plane, sigma float64) {
	if sigma < 2 {
		fine(p, sigma)
		return
	}
	n, halvings := 2, 1 // the smaller picture is 1/n of p
	for ; sigma >= float64(2*n) && n < maxShrink; n *= 2 {
		halvings++
	}
	k := float64(n * n)
	variance := sigma*sigma/k - halveVariance*(k-1)/3/k - splineVariance
	newGauss(math.Sqrt(variance), unit).coarse(p, halvings)
}

// maxShrink bounds how small the smaller picture gets: the largest sigma that is asked for, 250 · 4, needs no less.
const maxShrink = 512

// fine filters the whole plane: each row along itself into a ring of rows, and the rows of the ring into the plane.
func fine(p *frame.Plane, sigma float64) {
	g, last := newGauss(sigma, unit), newGauss(sigma, full)
	r := len(g) - 1
	along, down := g.pairs(), last.pairs()
	line := newPadded(p.Width, 1, r)
	ring := newPadded(p.Width, 2*r+2, 0)
	row := func(y int) unsafe.Pointer { return ring.at(min(max(y, 0), p.Height-1) % (2*r + 2)) }
	next := 0 // the first row that the ring lacks
	for y := range p.Height {
		for ; next <= min(y+r, p.Height-1); next++ {
			line.fill(0, words(p, next))
			g.across(row(next), line, 0, along)
		}
		for k := range down {
			down[k].before, down[k].after = row(y-k-1), row(y+k+1)
		}
		mix(unsafe.Add(p.Data, y*p.Stride), row(y), last[0], down, p.Width, 0)
	}
}

// coarse filters a picture that is halved so many times, and enlarges it to what it was.
func (g gauss) coarse(p *frame.Plane, halvings int) {
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
	ring := newPadded(p.Width, 4, 0) // the rows, filtered and enlarged along themselves, that an enlarged row lies between
	next := -2
	for y := range p.Height {
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
		mixFour(unsafe.Add(p.Data, y*p.Stride), &four, &last[phase], p.Width)
	}
}
