// Package plaintest makes small files of BMP, ICO, PNM, QOI and TIFF, byte by byte, sound and odd ones.
package plaintest

import (
	"encoding/binary"
	"slices"
)

// BMP is a bitmap file with a BITMAPINFOHEADER of Size bytes, 40 for 0.
type BMP struct {
	Size          int
	Width, Height int32
	Bits          uint16
	Compression   uint32
	Used          uint32 // entries of the palette, as the header says
	Behind        []byte // masks of colours, palette
	Pixels        []byte
}

// info is the header and what is behind it.
func (b BMP) info() []byte {
	size := max(b.Size, 40)
	h := make([]byte, 0, size)
	for _, v := range []uint32{
		uint32(size), uint32(b.Width), uint32(b.Height), 1 | uint32(b.Bits)<<16, b.Compression, uint32(len(b.Pixels)), 0, 0, b.Used, 0,
	} {
		h = binary.LittleEndian.AppendUint32(h, v)
	}
	if n := size - 40; n > 0 { // masks are a part of it
		part := make([]byte, n)
		b.Behind = b.Behind[copy(part, b.Behind):]
		h = append(h, part...)
	}
	return append(h, b.Behind...)
}

// Bytes returns the file.
func (b BMP) Bytes() []byte {
	info := b.info()
	file := binary.LittleEndian.AppendUint32([]byte("BM"), uint32(14+len(info)+len(b.Pixels)))
	file = binary.LittleEndian.AppendUint32(file, 0)
	file = binary.LittleEndian.AppendUint32(file, uint32(14+len(info)))
	return slices.Concat(file, info, b.Pixels)
}

// Part returns it as a part of an icon: twice as high, with a mask behind the pixels.
func (b BMP) Part(mask []byte) []byte {
	b.Height *= 2
	return slices.Concat(b.info(), b.Pixels, mask)
}

// ICO returns an icon of pictures, which are as large as sizes say.
func ICO(sizes []byte, parts ...[]byte) []byte {
	file := []byte{0, 0, 1, 0, byte(len(parts)), 0}
	at := 6 + 16*len(parts)
	for i, p := range parts {
		file = append(file, sizes[i], sizes[i], 0, 0, 1, 0, 32, 0)
		file = binary.LittleEndian.AppendUint32(file, uint32(len(p)))
		file = binary.LittleEndian.AppendUint32(file, uint32(at))
		at += len(p)
	}
	return append(file, slices.Concat(parts...)...)
}

// QOI returns a file of codes.
func QOI(width, height uint32, channels byte, codes ...byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte("qoif"), width)
	b = binary.BigEndian.AppendUint32(b, height)
	return append(append(b, channels, 0), codes...)
}

// Field is one of a TIFF's directory, of 32-bit numbers, or of bytes where there are some.
type Field struct {
	Tag    uint16
	Values []uint32
	Bytes  []byte
}

// TIFF returns a file of data, which begins at byte 8, and of a directory behind it.
func TIFF(data []byte, list ...Field) []byte {
	file := binary.LittleEndian.AppendUint32([]byte("II*\x00"), uint32(8+len(data)))
	file = append(file, data...)
	behind := uint32(len(file) + 2 + 12*len(list) + 4)
	dir := binary.LittleEndian.AppendUint16(nil, uint16(len(list)))
	var rest []byte
	for _, f := range list {
		kind, n, content := uint16(4), len(f.Values), []byte(nil)
		for _, v := range f.Values {
			content = binary.LittleEndian.AppendUint32(content, v)
		}
		if f.Bytes != nil {
			kind, n, content = 7, len(f.Bytes), f.Bytes
		}
		dir = binary.LittleEndian.AppendUint16(dir, f.Tag)
		dir = binary.LittleEndian.AppendUint16(dir, kind)
		dir = binary.LittleEndian.AppendUint32(dir, uint32(n))
		if len(content) <= 4 {
			dir = append(dir, append(content, make([]byte, 4-len(content))...)...)
			continue
		}
		dir = binary.LittleEndian.AppendUint32(dir, behind+uint32(len(rest)))
		rest = append(rest, content...)
	}
	dir = append(dir, 0, 0, 0, 0)
	return slices.Concat(file, dir, rest)
}

// One returns a field of numbers.
func One(tag uint16, values ...uint32) Field { return Field{Tag: tag, Values: values} }

// Gray returns the fields of a grey picture of 8 bits in one strip at byte 8, and more behind them; those of a tag that is
// there already take its place.
func Gray(width, height uint32, more ...Field) []Field {
	list := []Field{
		One(256, width), One(257, height), One(258, 8), One(259, 1), One(262, 1),
		One(273, 8), One(277, 1), One(279, width*height),
	}
	for _, f := range more {
		if i := slices.IndexFunc(list, func(old Field) bool { return old.Tag == f.Tag }); i >= 0 {
			list[i] = f
			continue
		}
		list = append(list, f)
	}
	return list
}
