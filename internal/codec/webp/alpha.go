package webp

import "imagekit/internal/frame"

// The encoder of alpha planes. libwebp's own encodes the plane as a picture of four channels, twice with different
// filters, and takes longer for it than for all the colours. A plane of one channel wants less: a predictor for each
// tile out of the few that matter, runs found greedily, and prefix codes that change with how busy the picture is.

// alphaHeader says: lossless compression, no filter (the stream has its own), levels not reduced (RFC 9649
// section 2.7.1.2).
const alphaHeader = 0x01

// encodeAlpha returns the payload of the ALPH chunk for a plane, of which width × height samples count.
func encodeAlpha(p *frame.Plane, width, height int) []byte {
	plain := make([]byte, 0, width*height)
	for y := range height {
		plain = append(plain, p.Row(y, 8)[:width]...)
	}
	return newLossless(plain, width).write([]byte{alphaHeader})
}

// opaque reports whether all that counts of an alpha plane is 255.
func opaque(p *frame.Plane, width, height int) bool {
	for y := range height {
		for _, v := range p.Row(y, 8)[:width] {
			if v != 255 {
				return false
			}
		}
	}
	return true
}
