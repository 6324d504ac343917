package op

import (
	"math/bits"
	"unsafe"

	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// pixelate gives each square, counted from the top left corner, its mean. The last ones may be cut.
func pixelate(f *frame.Frame, e effect.Effect) error {
	side := max(1, int(e.Number+0.5))
	columns := make([]uint32, f.Width+slack)
	for _, p := range channels(f) {
		for top := 0; top < f.Height; top += side {
			pixelateBand(p, top, min(side, f.Height-top), side, columns)
		}
	}
	return nil
}

// pixelateBand does a row of squares, height pixels high. columns has room for the sum of each column, and slack.
func pixelateBand(p *frame.Plane, top, height, side int, columns []uint32) {
	clear(columns)
	for y := top; y < top+height; y++ {
		addColumns(columns, words(p, y))
	}
	first := words(p, top)
	whole := newMean(side * height)
	left := 0
	for ; left+side <= len(first); left += side {
		square(first[left:left+side], columns[left:left+side], whole)
	}
	if left < len(first) {
		square(first[left:], columns[left:len(first)], newMean((len(first)-left)*height))
	}
	for y := top + 1; y < top+height; y++ {
		copy(words(p, y), first)
	}
}

// addColumns adds a row to the sums of its columns, four samples at a time.
func addColumns(columns []uint32, row []uint16) {
	from, to := unsafe.Pointer(unsafe.SliceData(row)), unsafe.Pointer(unsafe.SliceData(columns))
	for at := 0; at < 2*len(row); at += 8 {
		four := word(from, at)
		low, high := four&0xffff_ffff, four>>32
		*(*uint64)(unsafe.Add(to, 2*at)) += (low | low<<16) & even
		*(*uint64)(unsafe.Add(to, 2*at+8)) += (high | high<<16) & even
	}
}

// square gives the first row of a square the mean of its columns.
func square(row []uint16, columns []uint32, m mean) {
	sum := uint64(0)
	for _, v := range columns {
		sum += uint64(v)
	}
	v := m.of(sum)
	for x := range row {
		row[x] = v
	}
}

// mean divides sums of n samples by n, rounding to the nearest: (2·sum + n) / 2n, by a multiplication with the inverse of
// 2n. Sums are below 2³⁷ and 2n is below 2²², so that its error, below 2n/2⁶⁴ of the dividend, never counts.
type mean struct{ n, inverse uint64 }

func newMean(n int) mean { return mean{uint64(n), ^uint64(0)/uint64(2*n) + 1} }

func (m mean) of(sum uint64) uint16 {
	q, _ := bits.Mul64(2*sum+m.n, m.inverse)
	return uint16(q)
}
