package gif

import (
	"cmp"
	"math"
	"slices"
)

// quantizer chooses colours by X. Wu's method (Color Quantization by Dynamic Programming and Principal Analysis, 1992;
// Graphics Gems II, "Efficient Statistical Computations"): colours are counted in a cube, with the sums of their values
// and squares, summed up from a corner, so that those of any box are a few additions. The box with the largest variance is
// cut where that leaves the least, until there are enough.
type quantizer struct {
	cube  []moments // side³, summed up
	boxes []box
	total int64 // pixels
}

// side is that of the cube: five bits of each channel, and a plane of nothing in front.
const side = 33

// moments are sums over pixels: how many, of each channel, and of the squares of all.
type moments struct {
	n       int64
	r, g, b int64
	squares int64
}

func (m *moments) add(o *moments, sign int64) {
	m.n += sign * o.n
	m.r += sign * o.r
	m.g += sign * o.g
	m.b += sign * o.b
	m.squares += sign * o.squares
}

// variance is the sum of the squares of the distances from the mean.
func (m *moments) variance() float64 {
	if m.n == 0 {
		return 0
	}
	return float64(m.squares) - m.spread()
}

// spread is the square of the sums over the count: where the parts of a cut have most of it, they vary least.
func (m *moments) spread() float64 {
	r, g, b := float64(m.r), float64(m.g), float64(m.b)
	return (r*r + g*g + b*b) / float64(m.n)
}

// box is a part of the cube: of each axis, red first, the cells above low up to high.
type box struct {
	low, high [3]int
	moments   moments
	variance  float64
}

func cell(r, g, b int) int { return (r*side+g)*side + b }

// count counts pixels, whose palette is asked for next.
func (q *quantizer) count(list []pixel) {
	if q.cube == nil {
		q.cube = make([]moments, side*side*side)
	}
	clear(q.cube)
	q.total = int64(len(list))
	for _, c := range list {
		r, g, b := int64(c&0xff), int64(c>>8&0xff), int64(c>>16&0xff)
		m := &q.cube[cell(int(r>>3)+1, int(g>>3)+1, int(b>>3)+1)]
		m.n++
		m.r += r
		m.g += g
		m.b += b
		m.squares += r*r + g*g + b*b
	}
	q.sumUp()
}

// sumUp makes of each cell the sum of all that are not above it in any channel.
func (q *quantizer) sumUp() {
	for r := 1; r < side; r++ {
		var area [side]moments
		for g := 1; g < side; g++ {
			var line moments
			for b := 1; b < side; b++ {
				here := &q.cube[cell(r, g, b)]
				line.add(here, 1)
				area[b].add(&line, 1)
				*here = area[b]
				here.add(&q.cube[cell(r-1, g, b)], 1)
			}
		}
	}
}

// sum returns the moments of a box.
func (q *quantizer) sum(low, high [3]int) (m moments) {
	for corner := range 8 {
		at, sign := high, int64(1)
		for axis := range 3 {
			if corner>>axis&1 != 0 {
				at[axis], sign = low[axis], -sign
			}
		}
		m.add(&q.cube[cell(at[0], at[1], at[2])], sign)
	}
	return m
}

// colors returns at most n colours, the most frequent first.
func (q *quantizer) colors(n int) []pixel {
	q.boxes = append(q.boxes[:0], q.box([3]int{}, [3]int{side - 1, side - 1, side - 1}))
	for len(q.boxes) < n {
		widest := 0
		for i := range q.boxes {
			if q.boxes[i].variance > q.boxes[widest].variance {
				widest = i
			}
		}
		if q.boxes[widest].variance <= 0 {
			break
		}
		a, b, ok := q.cut(&q.boxes[widest])
		if !ok {
			q.boxes[widest].variance = 0 // one cell
			continue
		}
		q.boxes[widest] = a
		q.boxes = append(q.boxes, b)
	}
	slices.SortStableFunc(q.boxes, func(a, b box) int { return cmp.Compare(b.moments.n, a.moments.n) })
	list := make([]pixel, len(q.boxes))
	for i := range q.boxes {
		m := &q.boxes[i].moments
		mean := func(sum int64) pixel { return pixel((sum + m.n/2) / m.n) }
		list[i] = opaque | mean(m.r) | mean(m.g)<<8 | mean(m.b)<<16
	}
	return list
}

func (q *quantizer) box(low, high [3]int) box {
	m := q.sum(low, high)
	return box{low, high, m, m.variance()}
}

// cut divides a box where its parts vary least, each with pixels.
func (q *quantizer) cut(x *box) (a, b box, ok bool) {
	best, axis, at := 0.0, 0, 0
	for i := range 3 {
		high := x.high
		for c := x.low[i] + 1; c < x.high[i]; c++ {
			high[i] = c
			first := q.sum(x.low, high)
			rest := x.moments
			rest.add(&first, -1)
			if first.n == 0 || rest.n == 0 {
				continue
			}
			if s := first.spread() + rest.spread(); s > best {
				best, axis, at, ok = s, i, c, true
			}
		}
	}
	if !ok {
		return a, b, false
	}
	high, low := x.high, x.low
	high[axis], low[axis] = at, at
	return q.box(x.low, high), q.box(low, x.high), true
}

// dithered is how much of the distance between colours is dithered: all of it shows as a pattern before it shows colours
// better, and costs bytes.
const dithered = 0.7

// spread is about how far the colours chosen last lie from each other in each channel: that of steps which are off by as
// much.
func (q *quantizer) spread() float64 {
	sum := 0.0
	for i := range q.boxes {
		sum += q.boxes[i].moments.variance()
	}
	return dithered * math.Sqrt(12*sum/float64(3*max(1, q.total)))
}
