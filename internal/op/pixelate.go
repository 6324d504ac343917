package op

import (
	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// pixelate gives each square, counted from the top left corner, its mean. The last ones may be cut.
func pixelate(f *frame.Frame, e effect.Effect) error {
	side := max(1, int(e.Number+0.5))
	sums := make([]int, (f.Width+side-1)/side)
	for _, p := range channels(f) {
		for top := 0; top < f.Height; top += side {
			pixelateBand(p, top, min(side, f.Height-top), side, sums)
		}
	}
	return nil
}

// pixelateBand does a row of squares, height pixels high. sums holds a number for each square.
func pixelateBand(p *frame.Plane, top, height, side int, sums []int) {
	clear(sums)
	for y := top; y < top+height; y++ {
		row := words(p, y)
		for i := range sums {
			sum := 0
			for _, v := range row[i*side : min((i+1)*side, len(row))] {
				sum += int(v)
			}
			sums[i] += sum
		}
	}
	first := words(p, top)
	for i, sum := range sums {
		square := first[i*side : min((i+1)*side, len(first))]
		n := len(square) * height
		mean := uint16((sum + n/2) / n)
		for x := range square {
			square[x] = mean
		}
	}
	for y := top + 1; y < top+height; y++ {
		copy(words(p, y), first)
	}
}
