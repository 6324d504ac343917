package op

import (
	"math"
	"unsafe"
)

// halveVariance is the variance of the weights 1, 3, 3, 1 by which a picture is halved.
const halveVariance = 0.75

// halve returns p halved so many times, with a margin around it that shows what lies there when p goes on with its
// edges. Each sample is the mean of four by four, weighted 1, 3, 3, 1: little of what is finer comes through as moiré.
func halve(p rows, times, margin int) padded {
	margin += margin & 1 // halveRows wants an even one
	in := newPadded(p.width, 4, margin)
	next := 0
	// Row i of the full picture; four in a row are there at any time. Beyond the edges it is the first or the last.
	full := func(i int) unsafe.Pointer {
		i = min(max(i, 0), p.height-1)
		for ; next <= i; next++ {
			in.fill(next%4, p.in(next))
		}
		return in.at(i % 4)
	}
	b := halveRows(full, p.width, p.height, margin)
	for range times - 1 {
		from := b
		b = halveRows(func(i int) unsafe.Pointer {
			return from.at(min(max(i, -from.margin), from.height+from.margin-1))
		}, from.width, from.height, margin)
	}
	return b
}

// halveRows halves a picture of width × height whose rows have a margin of the same even size.
func halveRows(row func(i int) unsafe.Pointer, width, height, margin int) padded {
	b := newFramed((width+1)/2, (height+1)/2, margin)
	pairs := (width + 2*margin) / 2 // of samples in a row with its margins; an odd last one is like the one before
	evens, odds := make([]uint32, pairs+1), make([]uint32, pairs+1)
	for i := -margin; i < b.height+margin; i++ {
		var four [4]unsafe.Pointer
		for k := range four {
			four[k] = unsafe.Add(row(2*i-1+k), -2*margin)
		}
		addRows(evens, odds, &four, pairs)
		b.halveRow(i, evens[:pairs], odds[:pairs])
	}
	return b
}

// addRows sums four rows, weighted 1, 3, 3, 1: samples 0, 2, 4… to evens, the others to odds.
func addRows(evens, odds []uint32, rows *[4]unsafe.Pointer, pairs int) {
	e, o := unsafe.Pointer(unsafe.SliceData(evens)), unsafe.Pointer(unsafe.SliceData(odds))
	for at := 0; at < 4*pairs; at += 8 { // bytes: four samples of a row, two of evens and odds
		a, b, c, d := word(rows[0], at), word(rows[1], at), word(rows[2], at), word(rows[3], at)
		*(*uint64)(unsafe.Add(e, at)) = a&even + 3*(b&even+c&even) + d&even
		*(*uint64)(unsafe.Add(o, at)) = a>>16&even + 3*(b>>16&even+c>>16&even) + d>>16&even
	}
}

// halveRow makes row i of a halved picture, and its margins, of the sums of addRows. What lies beyond their ends is
// like the ends.
func (b padded) halveRow(i int, evens, odds []uint32) {
	to := unsafe.Slice((*uint16)(unsafe.Add(b.at(i), -2*b.margin)), b.width+2*b.margin)
	// Sample x of the result is odds[x−1] + 3·evens[x] + 3·odds[x] + evens[x+1], counted from the picture's edge.
	first := b.margin / 2 // of to, that all four are there for
	for x := 1; x < len(odds)-1 && first+x < len(to); x++ {
		to[first+x] = uint16((odds[x-1] + 3*(evens[x]+odds[x]) + evens[x+1] + 32) >> 6)
	}
	for x := range first + 1 {
		to[x] = uint16((evens[0] + 4) >> 3)
	}
	last := uint16((odds[len(odds)-1] + 4) >> 3)
	for x := first + len(odds) - 1; x < len(to); x++ {
		to[x] = last
	}
}

// splineVariance is the variance of the cubic B-spline.
const splineVariance = 1. / 3

// spline returns, for each of n places between two samples, the weights of the four around it, which sum to total: those
// of the cubic B-spline, a smooth bell. Place i lies (i + ½)/n behind the second sample.
func spline(n, total int) [][4]uint64 {
	list := make([][4]uint64, n)
	for i := range list {
		t := (float64(i) + 0.5) / float64(n)
		w := [4]float64{
			(1 - t) * (1 - t) * (1 - t) / 6, 2./3 - t*t + t*t*t/2, (1 + 3*t + 3*t*t - 3*t*t*t) / 6, t * t * t / 6,
		}
		rest := total
		for k, v := range w {
			list[i][k] = uint64(math.Round(v * float64(total)))
			rest -= int(list[i][k])
		}
		list[i][1] = uint64(int(list[i][1]) + rest)
	}
	return list
}

// enlarge makes a row of samples of one with a sample for every n, and two more before the first and behind the last.
func enlarge(to, from []uint16, n int, weights [][4]uint64) {
	cell, phase := 0, n/2 // x lies behind from[cell+1] by phase + ½ places of n
	for x := range to {
		w, near := &weights[phase], from[cell:cell+4:cell+4]
		to[x] = uint16((uint64(near[0])*w[0] + uint64(near[1])*w[1] + uint64(near[2])*w[2] + uint64(near[3])*w[3] +
			1<<15) >> 16)
		if phase++; phase == n {
			cell, phase = cell+1, 0
		}
	}
}
