package scale

import (
	"unsafe"

	"imagekit/internal/frame"
)

// unscaled makes the working form of a picture with alpha whose size stays, without filters: colours are multiplied in
// 16 bits, so that dividing them later gives back the very samples of 8 bits. It reports false, and does nothing, where
// the filters are needed: for another size, a window between samples, chroma, a limited range.
func unscaled(src, dst *frame.Frame, job Job) bool {
	x, y := int(job.X), int(job.Y)
	same := job.W == float64(job.Width) && job.H == float64(job.Height) && job.X == float64(x) && job.Y == float64(y)
	if !same || !src.HasAlpha() || src.Premultiplied || !src.FullRange || src.Model == frame.YCbCr || src.Depth != 8 &&
		src.Depth != 16 {
		return false
	}
	for row := range job.Height {
		alpha := words(dst.Alpha, row)
		widen(alpha, src.Alpha, src.Depth, x, y+row)
		for i, p := range src.Planes {
			to := words(dst.Planes[i], row)
			widen(to, p, src.Depth, x, y+row)
			for j, a := range alpha {
				if a != 65535 {
					to[j] = uint16((uint32(to[j])*uint32(a) + 32767) / 65535)
				}
			}
		}
	}
	return true
}

// widen copies samples of p from (x, y) on as words of full range.
func widen(to []uint16, p frame.Plane, depth, x, y int) {
	at := unsafe.Add(p.Data, y*p.Stride+x*sampleBytes(depth))
	if depth > 8 {
		copy(to, unsafe.Slice((*uint16)(at), len(to)))
		return
	}
	for i, v := range unsafe.Slice((*uint8)(at), len(to)) {
		to[i] = uint16(v) * 257
	}
}
