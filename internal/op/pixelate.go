package op

import (
	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// pixelate gives each square, counted from the top left corner, its mean. The last ones may be cut.
func pixelate(f *frame.Frame, e effect.Effect) error {
	side := max(1, int(e.Number+0.5))
	columns := make([]uint32, f.Width)
	for _, p := range channels(f) {
		for top := 0; top < f.Height; top += side {
			pixelateBand(p, top, min(side, f.Height-top), side, columns)
		}
	}
	return nil
}

// pixelateBand does a row of squares, height pixels high. columns has room for the sum of each column.
func pixelateBand(p *frame.Plane, top, height, side int, columns []uint32) {
	clear(columns)
	for y := top; y < top+height; y++ {
		row := words(p, y)[:len(columns)]
		for x := range columns {
			columns[x] += uint32(row[x])
		}
	}
	first := words(p, top)
	for left := 0; left < len(first); left += side {
		right := min(left+side, len(first))
		sum := 0
		for _, v := range columns[left:right] {
			sum += int(v)
		}
		mean := uint16(float64(sum)/float64((right-left)*height) + 0.5)
		for x := left; x < right; x++ {
			first[x] = mean
		}
	}
	for y := top + 1; y < top+height; y++ {
		copy(words(p, y), first)
	}
}
