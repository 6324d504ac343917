package gif

import (
	"bytes"
	"compress/lzw"
	"image"
	"math/bits"
)

// palette is the colours of a picture.
type palette struct {
	colors      []pixel
	transparent int // index of what is not drawn, -1 for none
}

// bits is of how many bits the indices are: a table has a power of two of colours, two at least.
func (p *palette) bits() int {
	n := max(len(p.colors), p.transparent+1)
	return max(1, bits.Len(uint(n-1)))
}

// append appends the table (§19).
func (p *palette) append(out []byte) []byte {
	for _, c := range p.colors {
		out = append(out, byte(c), byte(c>>8), byte(c>>16))
	}
	return append(out, make([]byte, 3*(1<<p.bits()-len(p.colors)))...)
}

// indices returns the palette indices of a window of the picture that waits: the very colours where a table holds them,
// and else those nearest to them, dithered.
func (w *Writer) indices(window image.Rectangle) (*palette, []byte) {
	drawn, left := w.drawn(window)
	out := make([]byte, window.Dx()*window.Dy())
	if colors, ok := w.exact(drawn, left); ok {
		index := colors.lookup()
		w.each(window, func(at, _, _ int, c pixel) {
			out[at] = index.of(c)
		}, func(at int) { out[at] = byte(colors.transparent) })
		return colors, out
	}
	n := 256
	if left {
		n--
	}
	q := &w.quantizer
	q.count(drawn)
	colors := &palette{colors: q.colors(n), transparent: -1}
	if left {
		colors.transparent = len(colors.colors)
	}
	near := newNearest(colors.colors, q.spread())
	w.each(window, func(at, x, y int, c pixel) { out[at] = near.of(c, x, y) },
		func(at int) { out[at] = byte(colors.transparent) })
	return colors, out
}

// each visits the pixels of a window of the picture that waits: those to be drawn, and those that are left as they are.
func (w *Writer) each(window image.Rectangle, draw func(at, x, y int, c pixel), leave func(at int)) {
	at := 0
	for y := window.Min.Y; y < window.Max.Y; y++ {
		row := y * w.size.X
		for x := window.Min.X; x < window.Max.X; x++ {
			if c := w.waiting[row+x]; c != w.shown[row+x] {
				draw(at, x, y, c)
			} else {
				leave(at)
			}
			at++
		}
	}
}

// drawn lists the pixels of a window that are to be drawn, and tells whether others are left.
func (w *Writer) drawn(window image.Rectangle) (list []pixel, left bool) {
	list = make([]pixel, 0, window.Dx()*window.Dy())
	w.each(window, func(_, _, _ int, c pixel) { list = append(list, c) }, func(int) { left = true })
	return list, left
}

// exact returns the colours of the pixels, if a table holds them all and, where pixels are left, a transparent one: the
// first picture's table where that will do.
func (w *Writer) exact(drawn []pixel, left bool) (*palette, bool) {
	most := 256
	if left {
		most--
	}
	set := newColorSet()
	if !set.addAll(drawn, most) {
		return nil, false
	}
	if g := w.global; g != nil && (!left || g.transparent >= 0) && set.within(g.colors) {
		return g, true
	}
	p := &palette{colors: set.colors, transparent: -1}
	if left || len(p.colors) == 0 {
		p.transparent = len(p.colors)
	}
	return p, true
}

// colorSet tells a few hundred colours apart: a table with open addresses.
type colorSet struct {
	slots  [1024]pixel
	index  [1024]byte
	colors []pixel
}

func newColorSet() *colorSet { return &colorSet{colors: make([]pixel, 0, 256)} }

// slot is where a colour stands, or would.
func (s *colorSet) slot(c pixel) int {
	at := int(uint32(c)*2654435761>>22) & 1023
	for s.slots[at] != 0 && s.slots[at] != c {
		at = (at + 1) & 1023
	}
	return at
}

// addAll adds the colours until there are too many.
func (s *colorSet) addAll(list []pixel, most int) bool {
	last := pixel(0)
	for _, c := range list {
		if c == last {
			continue
		}
		last = c
		at := s.slot(c)
		if s.slots[at] == c {
			continue
		}
		if len(s.colors) == most {
			return false
		}
		s.slots[at], s.index[at] = c, byte(len(s.colors))
		s.colors = append(s.colors, c)
	}
	return true
}

// within reports whether all colours are among these.
func (s *colorSet) within(colors []pixel) bool {
	other := newColorSet()
	other.addAll(colors, len(colors))
	for _, c := range s.colors {
		if other.slots[other.slot(c)] != c {
			return false
		}
	}
	return true
}

// of returns the index of a colour that was added.
func (s *colorSet) of(c pixel) byte { return s.index[s.slot(c)] }

func (p *palette) lookup() *colorSet {
	s := newColorSet()
	s.addAll(p.colors, len(p.colors))
	return s
}

// appendCodes appends the codes of indices (§22) in data sub-blocks (§15).
func appendCodes(out, indices []byte, size int) []byte {
	var b bytes.Buffer
	w := lzw.NewWriter(&b, lzw.LSB, size)
	_, _ = w.Write(indices)
	_ = w.Close() // a buffer takes everything
	out = append(out, byte(size))
	for data := b.Bytes(); len(data) > 0; {
		n := min(255, len(data))
		out = append(append(out, byte(n)), data[:n]...)
		data = data[n:]
	}
	return append(out, 0)
}
