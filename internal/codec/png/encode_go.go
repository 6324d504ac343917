//go:build !cgo

package png

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Encode writes a Gray or RGB frame of 8 bits with straight alpha, or none. At most 256 colours, alpha included, become
// a palette, or grey of fewer bits where that holds them. Besides the pixels only the profile is written.
func Encode(f *frame.Frame, s Settings) ([]byte, error) {
	if err := check(f); err != nil {
		return nil, err
	}
	e := encoder{planes: channels(f), width: f.Width, height: f.Height}
	e.choose(e.few(), s)
	if e.indexed || e.depth < 8 {
		s.Filters = Unfiltered // PNG third edition §12.7
	}
	out := []byte(signature)
	ihdr := binary.BigEndian.AppendUint32(nil, uint32(e.width))
	ihdr = binary.BigEndian.AppendUint32(ihdr, uint32(e.height))
	out = appendChunk(out, "IHDR", append(ihdr, byte(e.depth), e.color, 0, 0, 0))
	if len(s.ICC) > 0 {
		packed, err := deflate(s.ICC)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "PNG: profile")
		}
		out = appendChunk(out, "iCCP", append([]byte("ICC profile\x00\x00"), packed...))
	}
	if e.indexed {
		out = e.appendPalette(out)
	}
	pixels, err := e.pixels(s)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "PNG: pixels")
	}
	return appendChunk(appendChunk(out, "IDAT", pixels), "IEND", nil), nil
}

func deflate(data []byte) ([]byte, error) {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		return nil, err
	}
	err := z.Close()
	return b.Bytes(), err
}

// appendChunk writes a chunk (§5.3).
func appendChunk(out []byte, kind string, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	at := len(out)
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[at:]))
}

// encoder is a picture and the way its pixels are stored.
type encoder struct {
	planes        []frame.Plane // colours, alpha last
	width, height int
	colors        colors
	color         byte
	depth         int
	indexed       bool
	packed        bool // made of colours, not of planes
}

// few fills the table of colours, unless there are too many. A photo is found out within a few rows.
func (e *encoder) few() bool {
	e.colors.reset()
	row := make([]uint32, e.width)
	for y := range e.height {
		e.join(row, y)
		if !e.colors.collect(row) {
			return false
		}
	}
	return true
}

// join writes row y as colours: R, G, B, A from the lowest byte.
func (e *encoder) join(row []uint32, y int) {
	n := len(e.planes)
	r := e.planes[0].Row(y, 8)[:len(row)]
	g, b := r, r
	if n > 2 {
		g, b = e.planes[1].Row(y, 8)[:len(row)], e.planes[2].Row(y, 8)[:len(row)]
	}
	if n%2 == 1 {
		for x := range row {
			row[x] = uint32(r[x]) | uint32(g[x])<<8 | uint32(b[x])<<16 | 255<<24
		}
		return
	}
	a := e.planes[n-1].Row(y, 8)[:len(row)]
	for x := range row {
		row[x] = uint32(r[x]) | uint32(g[x])<<8 | uint32(b[x])<<16 | uint32(a[x])<<24
	}
}

// choose takes the smallest layout that holds the picture: 1, 2 or 4 bits of grey, a palette, or the planes as they
// are. A profile describes colours, so that grey cannot be made of them.
func (e *encoder) choose(few bool, s Settings) {
	plain := [...]byte{1: gray, 2: grayAlpha, 3: rgb, 4: rgbAlpha}[len(e.planes)]
	e.color, e.depth = plain, 8
	if !few {
		return
	}
	count := len(e.colors.list)
	depth, bits := e.colors.gray(), 8
	if len(e.planes) > 2 && len(s.ICC) > 0 {
		depth = 0
	}
	for bits > 1 && count <= 1<<(bits/2) {
		bits /= 2
	}
	switch {
	case depth > 0 && depth <= bits:
		e.color, e.depth = gray, depth
	case e.width*e.height/8 >= count: // a palette that few pixels share costs more than it saves
		e.color, e.depth, e.indexed = palette, bits, true
	}
	e.packed = e.depth < 8 || e.color != plain
}

func (e *encoder) appendPalette(out []byte) []byte {
	var plte, trns []byte
	opaque := 0
	for i, c := range e.colors.list {
		plte = append(plte, byte(c), byte(c>>8), byte(c>>16))
		trns = append(trns, byte(c>>24))
		if c>>24 != 255 {
			opaque = i + 1
		}
	}
	out = appendChunk(out, "PLTE", plte)
	if opaque > 0 {
		out = appendChunk(out, "tRNS", trns[:opaque])
	}
	return out
}

// pixels returns the compressed rows.
func (e *encoder) pixels(s Settings) ([]byte, error) {
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, s.Level)
	if err != nil {
		return nil, err
	}
	size, bpp := e.width*len(e.planes), len(e.planes)
	if e.packed {
		size, bpp = (e.width*e.depth+7)/8, 1
	}
	f := newFilter(s.Filters, size, bpp)
	scratch := make([]uint32, e.width)
	for y := range e.height {
		if e.packed {
			e.join(scratch, y)
			e.pack(scratch, f.row())
		} else {
			interleave(f.row(), e.planes, y, e.width)
		}
		if _, err := z.Write(f.next()); err != nil {
			return nil, err
		}
	}
	err = z.Close()
	return b.Bytes(), err
}

func interleave(row []byte, planes []frame.Plane, y, width int) {
	n := len(planes)
	for c := range planes {
		out := row[c:]
		for x, v := range planes[c].Row(y, 8)[:width] {
			out[x*n] = v
		}
	}
}

// pack writes a row of colours as numbers in the palette, or as grey, of depth bits each.
func (e *encoder) pack(colors []uint32, row []byte) {
	clear(row)
	value := byte(0)
	for x, c := range colors {
		switch {
		case !e.indexed:
			value = byte(c) >> (8 - e.depth)
		case x == 0 || c != colors[x-1]:
			value = byte(e.colors.slot[e.colors.find(c)])
		}
		bit := x * e.depth
		row[bit/8] |= value << (8 - e.depth - bit%8)
	}
}
