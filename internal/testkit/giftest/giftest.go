// Package giftest writes the blocks of GIF files, damaged ones too.
package giftest

import (
	"encoding/binary"
	"image"
	"math/bits"
	"slices"
)

// File returns a file of a logical screen, a palette of red, green, blue (none when empty; a power of two of colours)
// and blocks. It says nothing of their order or sense, so that damaged files can be made.
func File(screen image.Point, palette []byte, blocks ...[]byte) []byte {
	b := append([]byte("GIF89a"), le16(screen.X, screen.Y)...)
	return slices.Concat(append(b, gifTable(palette), 0, 0), palette, slices.Concat(blocks...))
}

// End is the trailer.
var End = []byte{0x3b}

// Control returns a graphic control extension; transparent is -1 for none.
func Control(transparent, delay, disposal int) []byte {
	flags := byte(disposal << 2)
	if transparent >= 0 {
		flags |= 1
	}
	return slices.Concat([]byte{0x21, 0xf9, 4, flags}, le16(delay), []byte{byte(transparent), 0})
}

// Picture is a picture of a GIF.
type Picture struct {
	Rect       image.Rectangle
	Interlaced bool
	Palette    []byte // its own
	CodeSize   int
	Data       []byte // as Codes makes it
	Open       bool   // without the empty block at the end
}

// Bytes returns its block.
func (p Picture) Bytes() []byte {
	flags := gifTable(p.Palette)
	if p.Interlaced {
		flags |= 0x40
	}
	b := append([]byte{0x2c}, le16(p.Rect.Min.X, p.Rect.Min.Y, p.Rect.Dx(), p.Rect.Dy())...)
	b = slices.Concat(append(b, flags), p.Palette, []byte{byte(p.CodeSize)})
	for part := range slices.Chunk(p.Data, 255) {
		b = append(append(b, byte(len(part))), part...)
	}
	if !p.Open {
		b = append(b, 0)
	}
	return b
}

// Codes packs LZW codes of codeSize+1 bits. Literals alone, with a clear code before every 2^codeSize-2 of them,
// never need more.
func Codes(codeSize int, codes ...int) []byte {
	var out []byte
	held, n := 0, 0
	for _, c := range codes {
		held, n = held|c<<n, n+codeSize+1
		for ; n >= 8; n -= 8 {
			out, held = append(out, byte(held)), held>>8
		}
	}
	if n > 0 {
		out = append(out, byte(held))
	}
	return out
}

// Literals returns the codes for indices: literals with clear codes, and the end.
func Literals(codeSize int, indices ...byte) []int {
	clear := 1 << codeSize
	var codes []int
	for part := range slices.Chunk(indices, clear-2) {
		codes = append(codes, clear)
		for _, i := range part {
			codes = append(codes, int(i))
		}
	}
	return append(codes, clear+1)
}

func gifTable(palette []byte) byte {
	if len(palette) == 0 {
		return 0
	}
	return 0x80 | byte(bits.Len(uint(len(palette)/3))-2)
}

func le16(values ...int) (b []byte) {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return b
}
