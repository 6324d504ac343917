// Package look tells what can only be known by looking at pixels: pure functions on a frame, run in the worker. What
// follows from it the plan decides (plan.Plan.Resolve).
package look

import (
	"slices"
	"unsafe"

	"imagekit/internal/frame"
)

// What a drawing is (docs/adr/0010-drawings.md): some of it is flat, and where it is not, few pixels differ from both
// neighbours. Photos, noise and dithering have 25 such pixels and more in each busy block, drawings that were made
// smaller about 24, drawings as they were made up to 13. Smooth gradients have few, but in every block.
const (
	mostPerBlock = 16
	mostBlocks   = 0.7 // of all
	// mostPixels follows from both: the share of pixels with which a picture is no drawing, wherever they are.
	mostPixels = mostBlocks * mostPerBlock / (block * block)
)

// block is the side of the squares in which a picture is looked at: lossy encoders pay for every block of about this
// size that is not flat, lossless ones for every pixel.
const block = 8

// mostColors is what a palette holds.
const mostColors = 256

// FewColors reports whether a frame of full planes has no more colours, alpha included, than a palette holds, by the high
// bytes. A photo is found out within a few rows.
func FewColors(f *frame.Frame) bool {
	planes := channels(f)
	seen := make(map[uint32]struct{}, mostColors)
	rows := make([][]byte, len(planes))
	for y := range f.Height {
		for i, p := range planes {
			rows[i] = p.Row(y, f.Depth)
		}
		last := ^uint32(0)
		for x := range f.Width {
			var c uint32
			for _, row := range rows {
				c = c<<8 | uint32(row[x*f.Depth/8+f.Depth/8-1])
			}
			if c == last && x > 0 {
				continue
			}
			last = c
			if seen[c] = struct{}{}; len(seen) > mostColors {
				return false
			}
		}
	}
	return true
}

// Detail is what of a picture is not flat.
type Detail struct {
	seen   int // pixels that were looked at
	pixels int // of these, that are neither like their left neighbour nor like the one above
	blocks int // that hold such a pixel
}

// IsDrawing reports whether the picture is sharp and some of it is flat.
func (d Detail) IsDrawing() bool {
	return d.IsSharp() && float64(d.blocks*block*block) <= mostBlocks*float64(d.seen)
}

// IsSharp reports whether few pixels differ where the picture is not flat. A page of text and pixel art are so, with
// nothing flat in them; a soft gradient just so.
func (d Detail) IsSharp() bool { return d.pixels <= d.blocks*mostPerBlock }

// DetailOf counts the detail of a frame of full planes, of 8 or 16 bits, in every second row of blocks. It ends when
// there is too much for a drawing even if the rest were flat.
func DetailOf(f *frame.Frame) (d Detail) {
	planes := channels(f)
	busy := make([]bool, (f.Width+block-1)/block)
	most := mostPixels * float64(f.Width) * float64(f.Height) / 2
	for top := 0; top < f.Height && float64(d.pixels) <= most+float64(block*f.Width); top += 2 * block {
		bottom := min(top+block, f.Height)
		d.seen += (bottom - top) * f.Width
		for y := top; y < bottom; y++ {
			d.pixels += lookRow(planes, f.Depth, y, busy)
		}
		for i, b := range busy {
			if b {
				d.blocks++
				busy[i] = false
			}
		}
	}
	return d
}

// lookRow counts the pixels of row y that are not flat and marks their blocks. It looks at a word of them at a time, at
// the high bytes of samples of 16 bits; the first column and the last columns that fill no word are left out.
func lookRow(planes []frame.Plane, depth, y int, busy []bool) (n int) {
	size, seen := 1, ^uint64(0)
	if depth > 8 {
		size, seen = 2, 0xff00ff00ff00ff00
	}
	pixels, lane := 8/size, uint64(1)<<(8*size)-1
	var rows [4]unsafe.Pointer
	var up [4]int // bytes to the row above; none above the first, which is flat then
	for i := range planes {
		rows[i] = unsafe.Add(planes[i].Data, y*planes[i].Stride)
		up[i] = min(y, 1) * planes[i].Stride
	}
	for x := 1; x+pixels <= planes[0].Width; x += pixels {
		across := differs(rows[:len(planes)], x*size, size) & seen
		if across == 0 {
			continue
		}
		down := uint64(0)
		for i, row := range rows[:len(planes)] {
			down |= word(row, x*size) ^ word(row, x*size-up[i])
		}
		if down &= seen; down == 0 {
			continue
		}
		for i := range pixels {
			if across&lane != 0 && down&lane != 0 {
				n++
				busy[(x+i)/block] = true
			}
			across, down = across>>(8*size), down>>(8*size)
		}
	}
	return n
}

// differs tells where a word of each row differs from what lies back bytes before it.
func differs(rows []unsafe.Pointer, at, back int) (d uint64) {
	for _, row := range rows {
		d |= word(row, at) ^ word(row, at-back)
	}
	return d
}

func word(row unsafe.Pointer, at int) uint64 { return *(*uint64)(unsafe.Add(row, at)) }

// channels lists the planes of f, alpha last.
func channels(f *frame.Frame) []frame.Plane {
	if f.HasAlpha() {
		return append(slices.Clone(f.Planes), f.Alpha)
	}
	return f.Planes
}
