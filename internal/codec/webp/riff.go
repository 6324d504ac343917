package webp

import (
	"bytes"
	"encoding/binary"
)

// VP8X flags (RFC 9649 section 2.7.1).
const (
	hasICC   = 0x20
	hasAlpha = 0x10
)

// assemble makes the file from a picture in the simple file format, whose bytes are copied: as it is, or extended by
// the payloads of an ALPH and an ICCP chunk, each left out when empty. transparent says that the picture itself has
// alpha.
func assemble(simple []byte, width, height int, transparent bool, alpha, icc []byte) []byte {
	if len(alpha) == 0 && len(icc) == 0 {
		return bytes.Clone(simple)
	}
	flags := byte(0)
	if len(icc) > 0 {
		flags |= hasICC
	}
	if transparent {
		flags |= hasAlpha
	}
	const chunk = 8 + 1 // header and padding
	out := make([]byte, 0, 12+18+chunk+len(icc)+chunk+len(alpha)+len(simple))
	out = append(out, "RIFF\x00\x00\x00\x00WEBP"...)
	w, h := width-1, height-1
	out = appendChunk(out, "VP8X", []byte{flags, 0, 0, 0, byte(w), byte(w >> 8), 0, byte(h), byte(h >> 8), 0})
	if len(icc) > 0 {
		out = appendChunk(out, "ICCP", icc)
	}
	if len(alpha) > 0 {
		out = appendChunk(out, "ALPH", alpha)
	}
	out = append(out, simple[12:]...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// appendChunk writes a chunk of even size (section 2.3).
func appendChunk(out []byte, id string, payload []byte) []byte {
	out = append(out, id...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(payload)))
	out = append(out, payload...)
	return append(out, make([]byte, len(payload)%2)...)
}
