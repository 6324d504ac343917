package op

import (
	"encoding/binary"
	"unsafe"

	"imagekit/internal/frame"
	"imagekit/internal/orientation"
)

// Turn undoes the EXIF orientation 1…8 (EXIF 3.0 §4.6.5): it returns the frame flipped and turned upright and
// releases f. Orientation 1 returns f itself. Works at every depth and subsampling; with subsampled chroma of an odd
// size the caller has counted chroma from the mirrored end (scale.Job.MirrorX).
func Turn(f *frame.Frame, t orientation.Turn) (*frame.Frame, error) {
	if t <= orientation.None {
		return f, nil
	}
	swap := t.Swaps()
	var sizes []frame.Size
	for _, p := range channels(f) {
		if swap {
			sizes = append(sizes, frame.Size{W: p.Height, H: p.Width})
		} else {
			sizes = append(sizes, frame.Size{W: p.Width, H: p.Height})
		}
	}
	w, h := f.Width, f.Height
	if swap {
		w, h = h, w
	}
	dst, err := frame.New(f.Model, f.Depth, w, h, sizes...)
	if err != nil {
		return nil, err
	}
	dst.FullRange, dst.Matrix, dst.Premultiplied = f.FullRange, f.Matrix, f.Premultiplied
	from := channels(f)
	for i, p := range channels(dst) {
		if f.Depth > 8 {
			turnPlane[uint16](p, from[i], t)
		} else {
			turnPlane[uint8](p, from[i], t)
		}
	}
	f.Release()
	return dst, nil
}

// turnPlane writes src, turned, to dst. The sample at (x, y) of dst comes from (x or y, maybe reversed) of src.
func turnPlane[T uint8 | uint16](dst, src *frame.Plane, t orientation.Turn) {
	mx, my := t.MirrorsStored()
	if !t.Swaps() {
		for y := range dst.Height {
			sy := y
			if my {
				sy = src.Height - 1 - y
			}
			to, from := typedRow[T](dst, y), typedRow[T](src, sy)
			if !mx {
				copy(to, from)
				continue
			}
			for x := range to {
				to[x] = from[len(from)-1-x]
			}
		}
		return
	}
	transpose[T](dst, src, mx, my)
}

// transpose writes src to dst with rows and columns exchanged, mirrored before that. It walks src in square tiles that
// fit the first-level cache on both sides, and a tile in blocks of 8 × 8 samples that fit registers.
func transpose[T uint8 | uint16](dst, src *frame.Plane, mx, my bool) {
	for ty := 0; ty < src.Height; ty += tile {
		for tx := 0; tx < src.Width; tx += tile {
			for y := ty; y < min(ty+tile, src.Height); y += 8 {
				for x := tx; x < min(tx+tile, src.Width); x += 8 {
					if x+8 <= src.Width && y+8 <= src.Height {
						transposeBlock[T](dst, src, x, y, mx, my)
					} else {
						transposeEdge[T](dst, src, x, y, mx, my)
					}
				}
			}
		}
	}
}

const tile = 64 // samples

// place returns where a block of n × n samples at (x, y) of src goes in dst.
func place(src *frame.Plane, x, y, n int, mx, my bool) (dx, dy int) {
	dx, dy = y, x
	if my {
		dx = src.Height - n - y
	}
	if mx {
		dy = src.Width - n - x
	}
	return dx, dy
}

// transposeEdge moves the samples of a block that is cut by the border, one by one.
func transposeEdge[T uint8 | uint16](dst, src *frame.Plane, x, y int, mx, my bool) {
	for sy := y; sy < min(y+8, src.Height); sy++ {
		for sx := x; sx < min(x+8, src.Width); sx++ {
			dx, dy := place(src, sx, sy, 1, mx, my)
			typedRow[T](dst, dy)[dx] = typedRow[T](src, sy)[sx]
		}
	}
}

// transposeBlock moves a whole block of 8 × 8 samples: eight words of 8 bytes, or four times four words of 4 samples.
func transposeBlock[T uint8 | uint16](dst, src *frame.Plane, x, y int, mx, my bool) {
	var b [8]uint64
	if unsafe.Sizeof(T(0)) == 1 {
		dx, dy := place(src, x, y, 8, mx, my)
		load(b[:], src, x, y, my)
		flip8(&b)
		store(b[:], dst, dx, dy, mx)
		return
	}
	for _, at := range [4][2]int{{0, 0}, {4, 0}, {0, 4}, {4, 4}} {
		dx, dy := place(src, x+at[0], y+at[1], 4, mx, my)
		load(b[:4], src, 2*(x+at[0]), y+at[1], my)
		exchange(&b[0], &b[2], 32, 1<<32-1)
		exchange(&b[1], &b[3], 32, 1<<32-1)
		exchange(&b[0], &b[1], 16, 0x0000ffff0000ffff)
		exchange(&b[2], &b[3], 16, 0x0000ffff0000ffff)
		store(b[:4], dst, 2*dx, dy, mx)
	}
}

// flip8 transposes 8 × 8 bytes: first blocks of 4 × 4, then of 2 × 2, then single ones change places.
func flip8(b *[8]uint64) {
	for i := range 4 {
		exchange(&b[i], &b[i+4], 32, 1<<32-1)
	}
	for _, i := range [4]int{0, 1, 4, 5} {
		exchange(&b[i], &b[i+2], 16, 0x0000ffff0000ffff)
	}
	for i := 0; i < 8; i += 2 {
		exchange(&b[i], &b[i+1], 8, 0x00ff00ff00ff00ff)
	}
}

// exchange swaps the bits of upper that lie shift above the mask with those of lower under the mask.
func exchange(upper, lower *uint64, shift int, mask uint64) {
	d := (*upper>>shift ^ *lower) & mask
	*upper ^= d << shift
	*lower ^= d
}

// load reads 8 bytes of each of len(b) rows, from byte at of row y on, the last row first when reversed.
func load(b []uint64, p *frame.Plane, at, y int, reversed bool) {
	from, step := unsafe.Add(p.Data, y*p.Stride+at), p.Stride
	if reversed {
		from, step = unsafe.Add(from, (len(b)-1)*step), -step
	}
	for i := range b {
		b[i] = binary.LittleEndian.Uint64(unsafe.Slice((*byte)(from), 8))
		from = unsafe.Add(from, step)
	}
}

// store is the inverse of load.
func store(b []uint64, p *frame.Plane, at, y int, reversed bool) {
	to, step := unsafe.Add(p.Data, y*p.Stride+at), p.Stride
	if reversed {
		to, step = unsafe.Add(to, (len(b)-1)*step), -step
	}
	for _, v := range b {
		binary.LittleEndian.PutUint64(unsafe.Slice((*byte)(to), 8), v)
		to = unsafe.Add(to, step)
	}
}

func typedRow[T uint8 | uint16](p *frame.Plane, y int) []T {
	return unsafe.Slice((*T)(unsafe.Add(p.Data, y*p.Stride)), p.Width)
}
