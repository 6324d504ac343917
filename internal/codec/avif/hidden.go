//go:build cgo

package avif

import (
	"unsafe"

	"imagekit/internal/frame"
)

// blockSide is the side of the squares that hide looks at, in pixels: AV1's smallest blocks at the speeds used here.
const blockSide = 8

// tone is the colour of a square: Y, Cb, Cr.
type tone struct {
	known bool // something can be seen of it
	hides bool // something cannot
	v     [3]int
}

// tones are the squares of a picture, or of a coarser view of it.
type tones struct {
	w, h int
	at   []tone
}

func newTones(w, h int) tones { return tones{w, h, make([]tone, w*h)} }

// hide gives the samples that nobody can see, those under alpha 0, the mean colour of what can be seen near them: of
// their square of 8 pixels, or else of 16, 32, … until something is visible. Hidden black beside a bright picture is an
// edge that costs bytes and time, and that leaks into what is seen when the picture is decoded.
func hide(f *frame.Frame, l layout) {
	if f.Depth > 8 {
		hidden[uint16]{f, l}.fill()
		return
	}
	hidden[uint8]{f, l}.fill()
}

// hidden is a frame with alpha whose samples are of type T.
type hidden[T uint8 | uint16] struct {
	*frame.Frame
	layout
}

func (f hidden[T]) fill() {
	finest := newTones((f.Width+blockSide-1)/blockSide, (f.Height+blockSide-1)/blockSide)
	hides := false
	for i := range finest.at {
		finest.at[i] = f.tone(i%finest.w*blockSide, i/finest.w*blockSide)
		hides = hides || finest.at[i].hides
	}
	if !hides {
		return
	}
	levels := []tones{finest}
	for top := finest; top.w > 1 || top.h > 1; levels = append(levels, top) {
		top = top.half()
	}
	for i := len(levels) - 2; i >= 0; i-- {
		levels[i].complete(levels[i+1])
	}
	for i, t := range finest.at {
		if !t.hides {
			continue
		}
		if !t.known {
			f.paint(i%finest.w*blockSide, i/finest.w*blockSide, t)
			continue
		}
		f.each(i%finest.w*blockSide, i/finest.w*blockSide, func(plane int, sample *T, alpha int) {
			if alpha == 0 {
				*sample = T(t.v[plane])
			}
		})
	}
}

// tone looks at the square at a pixel. Its colour is a mean weighted by alpha, or a sample when nothing is hidden.
func (f hidden[T]) tone(x, y int) tone {
	t := f.cover(x, y)
	if !t.known {
		return t
	}
	if !t.hides {
		for i := range f.Planes {
			subX, subY := f.sub(i)
			t.v[i] = int(samples[T](&f.Planes[i], y/subY)[x/subX])
		}
		return t
	}
	var sum, weight [3]int
	f.each(x, y, func(plane int, sample *T, alpha int) {
		sum[plane] += alpha * int(*sample)
		weight[plane] += alpha
	})
	for i := range f.Planes {
		t.v[i] = (sum[i] + weight[i]/2) / weight[i]
	}
	return t
}

// cover says whether the square at a pixel hides something, and whether something can be seen of it.
func (f hidden[T]) cover(x, y int) tone {
	least, most := ^T(0), T(0)
	for bottom := min(y+blockSide, f.Height); y < bottom; y++ {
		for _, a := range samples[T](&f.Alpha, y)[x:min(x+blockSide, f.Width)] {
			least, most = min(least, a), max(most, a)
		}
	}
	return tone{known: most > 0, hides: least == 0}
}

// paint fills the square at a pixel.
func (f hidden[T]) paint(x, y int, t tone) {
	right, bottom := min(x+blockSide, f.Width), min(y+blockSide, f.Height)
	for i := range f.Planes {
		subX, subY := f.sub(i)
		for py := y; py < bottom; py += subY {
			row := samples[T](&f.Planes[i], py/subY)[x/subX : (right+subX-1)/subX]
			for k := range row {
				row[k] = T(t.v[i])
			}
		}
	}
}

// sub returns how many pixels share a sample of a plane, across and down.
func (f hidden[T]) sub(plane int) (x, y int) {
	if plane == 0 {
		return 1, 1
	}
	return f.subX, f.subY
}

// each calls visit for every sample of the square at a pixel, with the sum of alpha over the pixels it colours.
func (f hidden[T]) each(x, y int, visit func(plane int, sample *T, alpha int)) {
	right, bottom := min(x+blockSide, f.Width), min(y+blockSide, f.Height)
	for i := range f.Planes {
		subX, subY := f.sub(i)
		for py := y; py < bottom; py += subY {
			row := samples[T](&f.Planes[i], py/subY)
			for px := x; px < right; px += subX {
				alpha := 0
				for ay := py; ay < min(py+subY, bottom); ay++ {
					for _, a := range samples[T](&f.Alpha, ay)[px:min(px+subX, right)] {
						alpha += int(a)
					}
				}
				visit(i, &row[px/subX], alpha)
			}
		}
	}
}

// samples returns row y of a plane.
func samples[T uint8 | uint16](p *frame.Plane, y int) []T {
	return unsafe.Slice((*T)(unsafe.Add(p.Data, y*p.Stride)), p.Width)
}

// half returns the means of what is known in 2 × 2 squares.
func (t tones) half() tones {
	out := newTones((t.w+1)/2, (t.h+1)/2)
	count := make([]int, len(out.at))
	for i, s := range t.at {
		if !s.known {
			continue
		}
		at := i/t.w/2*out.w + i%t.w/2
		for k, v := range s.v {
			out.at[at].v[k] += v
		}
		count[at]++
	}
	for i, n := range count {
		if out.at[i].known = n > 0; n > 0 {
			for k := range out.at[i].v {
				out.at[i].v[k] /= n
			}
		}
	}
	return out
}

// complete takes what is not known from the coarser view.
func (t tones) complete(coarser tones) {
	for i := range t.at {
		if !t.at[i].known {
			t.at[i].v = coarser.at[i/t.w/2*coarser.w+i%t.w/2].v
		}
	}
}
