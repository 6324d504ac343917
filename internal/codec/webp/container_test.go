//go:build cgo || nodynamic

package webp

import (
	"encoding/binary"
	"slices"
)

// chunk is a RIFF chunk.
type chunk struct {
	id   string
	data []byte
}

// chunksOf splits a WebP file (RFC 9649 section 2.4).
func chunksOf(file []byte) []chunk {
	var list []chunk
	for rest := file[12:]; len(rest) >= 8; {
		n := int(binary.LittleEndian.Uint32(rest[4:]))
		list = append(list, chunk{string(rest[:4]), rest[8 : 8+n]})
		rest = rest[8+n+n%2:]
	}
	return list
}

func join(list []chunk) []byte {
	var b []byte
	for _, c := range list {
		b = append(b, c.id...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(c.data)))
		b = append(b, c.data...)
		b = append(b, make([]byte, len(c.data)%2)...)
	}
	return b
}

func riff(list ...chunk) []byte {
	body := join(list)
	b := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(body)))
	return append(append(b, "WEBP"...), body...)
}

// uint24 writes numbers of three bytes, least first.
func uint24(numbers ...int) []byte {
	var b []byte
	for _, n := range numbers {
		b = append(b, byte(n), byte(n>>8), byte(n>>16))
	}
	return b
}

// header returns a VP8X chunk with these flags (section 2.7.1).
func header(flags byte, width, height int) chunk {
	return chunk{"VP8X", append([]byte{flags, 0, 0, 0}, uint24(width-1, height-1)...)}
}

const (
	flagAnimation = 0x02
	flagAlpha     = 0x10
)

// still is a picture to be a frame of an animation.
type still struct {
	file                     []byte
	left, top, width, height int // left and top are even
}

// animate makes an animation of stills.
func animate(width, height int, frames ...still) []byte {
	list := []chunk{header(flagAnimation|flagAlpha, width, height), {"ANIM", make([]byte, 6)}}
	for _, f := range frames {
		head := append(uint24(f.left/2, f.top/2, f.width-1, f.height-1, 100), 0)
		images := slices.DeleteFunc(chunksOf(f.file), func(c chunk) bool { return c.id == "VP8X" })
		list = append(list, chunk{"ANMF", append(head, join(images)...)})
	}
	return riff(list...)
}
