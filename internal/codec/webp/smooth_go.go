//go:build !cgo && nodynamic

package webp

import "imagekit/internal/frame"

// smooth gives the samples that nobody can see, those under alpha 0, a colour that costs nothing: the mean of what can
// be seen of their square of 8 pixels, or else that of the square before.
func smooth(f *frame.Frame) {
	const side = 8
	last := [3]int{16, 128, 128}
	for y := 0; y < f.Height; y += side {
		for x := 0; x < f.Width; x += side {
			for i := range f.Planes {
				sub := 1
				if i > 0 {
					sub = 2
				}
				smoothSquare(f, i, sub, x, y, side, &last[i])
			}
		}
	}
}

// smoothSquare does one plane of the square at pixel x, y; mean is the last one and becomes this one.
func smoothSquare(f *frame.Frame, plane, sub, x, y, side int, mean *int) {
	right, bottom := min(x+side, f.Width), min(y+side, f.Height)
	sum, n, hides := 0, 0, false
	each := func(do func(sample *byte, seen bool)) {
		for py := y; py < bottom; py += sub {
			row := f.Planes[plane].Row(py/sub, 8)
			for px := x; px < right; px += sub {
				do(&row[px/sub], seen(f, px, py, sub))
			}
		}
	}
	each(func(sample *byte, seen bool) {
		hides = hides || !seen
		if seen {
			sum, n = sum+int(*sample), n+1
		}
	})
	if n > 0 {
		*mean = sum / n
	}
	if !hides {
		return
	}
	each(func(sample *byte, seen bool) {
		if !seen {
			*sample = byte(*mean)
		}
	})
}

// seen reports whether something can be seen of sub × sub pixels.
func seen(f *frame.Frame, x, y, sub int) bool {
	for py := y; py < min(y+sub, f.Height); py++ {
		for _, a := range f.Alpha.Row(py, 8)[x:min(x+sub, f.Width)] {
			if a > 0 {
				return true
			}
		}
	}
	return false
}
