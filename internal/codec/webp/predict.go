package webp

import "math"

// The predictors, by their numbers in RFC 9649 section 4.1. Others win in few tiles of an alpha plane, and little.
const (
	predictNone     = 0
	predictLeft     = 1
	predictAbove    = 2
	predictMean     = 7  // of left and above
	predictGradient = 12 // left + above - above left, clipped to 0…255
)

// predictors are those tried besides the gradient.
var predictors = [...]uint8{predictNone, predictLeft, predictAbove, predictMean}

// predict chooses a predictor for each tile and returns what is left of the samples. bits is log2 of a tile's side.
func predict(p []byte, width int, bits uint) (residual []byte, modes []uint8) {
	residual = make([]byte, len(p))
	height := len(p) / width
	prediction{predictGradient, p, width}.rows(residual, 0, width, 0, height)
	cost := costs(residual)
	tile, trials := 1<<bits, make([]byte, len(residual))
	for top := 0; top < height; top += tile {
		bottom := min(top+tile, height)
		for left := 0; left < width; left += tile {
			right := min(left+tile, width)
			mode := uint8(predictGradient)
			best := price(residual, width, left, right, top, bottom, &cost)
			for _, other := range predictors {
				if best == uint32((right-left)*(bottom-top))*cost[0] {
					break // nothing is left
				}
				prediction{other, p, width}.rows(trials, left, right, top, bottom)
				if n := price(trials, width, left, right, top, bottom, &cost); n < best {
					best, mode = n, other
					for y := top; y < bottom; y++ {
						copy(residual[y*width+left:y*width+right], trials[y*width+left:y*width+right])
					}
				}
			}
			modes = append(modes, mode)
		}
	}
	return residual, modes
}

// bit is the unit of costs.
const bit = 16

// costs returns what each value would cost in an ideal code for these samples.
func costs(p []byte) (cost [samples]uint32) {
	var counts [samples]uint32
	for _, v := range p {
		counts[v]++
	}
	for v, n := range counts {
		cost[v] = uint32(bit*math.Log2(float64(len(p))/max(float64(n), 0.5)) + 0.5)
	}
	return cost
}

// price sums the costs of a tile.
func price(p []byte, width, left, right, top, bottom int, cost *[samples]uint32) uint32 {
	sum := uint32(0)
	for y := top; y < bottom; y++ {
		for _, v := range p[y*width+left : y*width+right] {
			sum += cost[v]
		}
	}
	return sum
}

// prediction is one way to predict a plane.
type prediction struct {
	mode  uint8
	p     []byte
	width int
}

// rows writes what is left of a tile. The picture's first row and column are predicted by the sample before and above,
// the first sample by 0, whatever the mode.
func (d prediction) rows(to []byte, left, right, top, bottom int) {
	for y := top; y < bottom; y++ {
		at, end := y*d.width+left, y*d.width+right
		switch {
		case y == 0 && left == 0:
			to[0] = d.p[0]
			d.row(predictLeft, to, at+1, end)
		case y == 0:
			d.row(predictLeft, to, at, end)
		case left == 0:
			to[at] = d.p[at] - d.p[at-d.width]
			d.row(d.mode, to, at+1, end)
		default:
			d.row(d.mode, to, at, end)
		}
	}
}

func (d prediction) row(mode uint8, to []byte, at, end int) {
	if at >= end {
		return
	}
	to, row, before := to[at:end], d.p[at:end], d.p[at-1:end-1]
	if mode == predictNone {
		copy(to, row)
		return
	}
	if mode == predictLeft {
		for x := range to {
			to[x] = row[x] - before[x]
		}
		return
	}
	above := d.p[at-d.width : end-d.width]
	switch mode {
	case predictAbove:
		for x := range to {
			to[x] = row[x] - above[x]
		}
	case predictMean:
		for x := range to {
			to[x] = row[x] - byte((int(before[x])+int(above[x]))/2)
		}
	case predictGradient:
		corner := d.p[at-d.width-1 : end-d.width-1]
		for x := range to {
			to[x] = row[x] - byte(min(max(int(before[x])+int(above[x])-int(corner[x]), 0), 255))
		}
	}
}
