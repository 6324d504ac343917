package look

import (
	"cmp"
	"math"
	"slices"
)

// RGB is a colour of sRGB.
type RGB [3]uint8

// Average is the mean of the colours, each as much as it is seen: what the picture becomes at one pixel.
func Average(p Pixels) RGB {
	mean, _ := p.mean()
	var c RGB
	for k := range c {
		c[k] = uint8(round(255 * mean[k]))
	}
	return c
}

// bin is what the histogram counts of colours whose high bits are alike.
type bin struct {
	weight float64
	sum    [3]float64 // of the colours, times weight
}

// binBits are the high bits of a sample that a bin stands for.
const binBits = 5

// seen is the least alpha of what counts for a palette.
const seen = 128

// box is a part of the colours of a picture.
type box struct {
	bins   []bin
	weight float64
	mean   [3]float64
	spread [3]float64 // the sum of squared distances from the mean
}

func newBox(bins []bin) box {
	b := box{bins: bins}
	for _, n := range bins {
		b.weight += n.weight
		for k := range b.mean {
			b.mean[k] += n.sum[k]
		}
	}
	for k := range b.mean {
		b.mean[k] /= b.weight
	}
	for _, n := range bins {
		for k := range b.spread {
			d := n.sum[k]/n.weight - b.mean[k]
			b.spread[k] += d * d * n.weight
		}
	}
	return b
}

// widest is the channel in which a box is spread most, and how much.
func (b box) widest() (channel int, spread float64) {
	for k, s := range b.spread {
		if s > spread {
			channel, spread = k, s
		}
	}
	return channel, spread
}

// Palette returns the up to n colours that stand best for the picture, what covers most first. What is hardly seen does not
// count; nothing is left of a picture without anything to see. Colours are cut into parts where they are spread most.
func Palette(p Pixels, n int) []RGB {
	bins := histogram(p)
	if len(bins) == 0 {
		return nil
	}
	boxes := []box{newBox(bins)}
	for len(boxes) < n {
		i, channel, most := 0, 0, 0.0
		for j, b := range boxes {
			if k, spread := b.widest(); spread > most {
				i, channel, most = j, k, spread
			}
		}
		if most == 0 {
			break
		}
		low, high := boxes[i].cut(channel)
		boxes[i] = newBox(low)
		boxes = append(boxes, newBox(high))
	}
	slices.SortStableFunc(boxes, func(a, b box) int { return cmp.Compare(b.weight, a.weight) })
	colors := make([]RGB, len(boxes))
	for i, b := range boxes {
		for k, v := range b.mean {
			colors[i][k] = uint8(min(255, math.Round(v)))
		}
	}
	return colors
}

// cut divides the colours of a box at the mean of a channel in which they differ.
func (b box) cut(channel int) (low, high []bin) {
	for _, n := range b.bins {
		if n.sum[channel] <= b.mean[channel]*n.weight {
			low = append(low, n)
		} else {
			high = append(high, n)
		}
	}
	return low, high
}

// histogram counts the colours that can be seen, those alike in their high bits together.
func histogram(p Pixels) []bin {
	var bins []bin
	place := make([]uint16, 1<<(3*binBits)) // of a colour's bin, from 1 on: a small picture has fewer
	for i := 0; i < len(p.RGBA); i += 4 {
		px := p.RGBA[i:][:4]
		if px[3] < seen {
			continue
		}
		index := 0
		for _, v := range px[:3] {
			index = index<<binBits | int(v>>(8-binBits))
		}
		if place[index] == 0 {
			bins = append(bins, bin{})
			place[index] = uint16(len(bins))
		}
		n := &bins[place[index]-1]
		n.weight++
		for k := range n.sum {
			n.sum[k] += float64(px[k])
		}
	}
	return bins
}
