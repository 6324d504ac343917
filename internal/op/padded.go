package op

import "unsafe"

// padded is rows of samples that go on beyond the edges of a picture, so that a filter may look there: margin samples at
// both ends of a row and, where there are rows for it, margin rows above and below. The samples have 15 bits.
type padded struct {
	samples       []uint16
	width, height int // margins not counted
	stride        int // samples from row to row
	margin        int
}

// slack is what filters may read and write behind a row, in samples.
const slack = 8

// newPadded makes rows with a margin at their ends and none above and below.
func newPadded(width, height, margin int) padded {
	stride := width + 2*margin + slack
	return padded{make([]uint16, stride*height), width, height, stride, margin}
}

// newFramed makes rows with a margin all around.
func newFramed(width, height, margin int) padded {
	b := newPadded(width, height+2*margin, margin)
	b.samples, b.height = b.samples[margin*b.stride:], height
	return b
}

// at returns where row i begins, its margin not counted. In a framed one i may lie in the margin.
func (b padded) at(i int) unsafe.Pointer {
	return unsafe.Add(unsafe.Pointer(unsafe.SliceData(b.samples)), 2*(i*b.stride+b.margin))
}

// row returns row i without its margins.
func (b padded) row(i int) []uint16 { return unsafe.Slice((*uint16)(b.at(i)), b.width) }

// fill takes a row of a plane, of 16 bits, and goes on with its first and last sample in the margins.
func (b padded) fill(i int, row []uint16) {
	const most = 0x7fff_7fff_7fff_7fff
	from, to := unsafe.Pointer(unsafe.SliceData(row)), b.at(i)
	for at := 0; at < 2*b.width; at += 8 {
		*(*uint64)(unsafe.Add(to, at)) = word(from, at) >> 1 & most
	}
	all := unsafe.Slice((*uint16)(unsafe.Add(to, -2*b.margin)), b.width+2*b.margin)
	first, last := row[0]>>1, row[len(row)-1]>>1
	for x := range b.margin {
		all[x], all[len(all)-1-x] = first, last
	}
}
