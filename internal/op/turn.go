package op

import (
	"unsafe"

	"imagekit/internal/frame"
)

// Turn undoes the EXIF orientation 1…8 (EXIF 3.0 §4.6.5): it returns the frame flipped and turned upright and
// releases f. Orientation 1 returns f itself. Works at every depth and subsampling; with subsampled chroma of an odd
// size the caller has counted chroma from the mirrored end (scale.Job.MirrorX).
func Turn(f *frame.Frame, orientation int) (*frame.Frame, error) {
	if orientation <= 1 {
		return f, nil
	}
	swap := orientation >= 5
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
			turnPlane[uint16](p, from[i], orientation)
		} else {
			turnPlane[uint8](p, from[i], orientation)
		}
	}
	f.Release()
	return dst, nil
}

// Mirrors reports which axes of the stored picture the turn reverses.
func Mirrors(orientation int) (x, y bool) {
	switch orientation {
	case 2, 8:
		return true, false
	case 3, 7:
		return true, true
	case 4, 6:
		return false, true
	}
	return false, false
}

// turnPlane writes src, turned, to dst. The sample at (x, y) of dst comes from (x or y, maybe reversed) of src.
func turnPlane[T uint8 | uint16](dst, src *frame.Plane, orientation int) {
	mx, my := Mirrors(orientation)
	if orientation < 5 {
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
	// A transposing turn walks src in square tiles, so that both sides stay in the cache.
	for ty := 0; ty < src.Height; ty += tile {
		for tx := 0; tx < src.Width; tx += tile {
			transposeTile[T](dst, src, tx, ty, mx, my)
		}
	}
}

const tile = 32 // samples; 32 rows of 32 words fit the first-level cache twice

func transposeTile[T uint8 | uint16](dst, src *frame.Plane, tx, ty int, mx, my bool) {
	for sy := ty; sy < min(ty+tile, src.Height); sy++ {
		from := typedRow[T](src, sy)
		dx := sy
		if my {
			dx = src.Height - 1 - sy
		}
		for sx := tx; sx < min(tx+tile, src.Width); sx++ {
			dy := sx
			if mx {
				dy = src.Width - 1 - sx
			}
			typedRow[T](dst, dy)[dx] = from[sx]
		}
	}
}

func typedRow[T uint8 | uint16](p *frame.Plane, y int) []T {
	return unsafe.Slice((*T)(unsafe.Add(p.Data, y*p.Stride)), p.Width)
}
