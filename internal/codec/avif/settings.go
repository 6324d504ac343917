package avif

import "imagekit/internal/cicp"

// CICP says what the samples mean, in the code points of ITU-T H.273.
type CICP struct{ Primaries, Transfer, Matrix uint8 }

// Settings says how Encode writes.
type Settings struct {
	Quality      int    // of the colours, 0…100; 100 is lossless
	AlphaQuality int    // of the alpha plane, 0…100; 100 is lossless
	Speed        int    // 0 = smallest file … 10 = fastest
	Threads      int    // that may work on it, below 2 = one; the bytes are the same
	CICP         CICP   // zero: sRGB with BT.601 (1/13/6), or left to the profile (2/2/6) when there is one
	ICC          []byte // colour profile; nil = none
}

// cicp returns what is written for s.CICP.
func (s Settings) cicp() CICP {
	switch {
	case s.CICP != CICP{}:
		return s.CICP
	case len(s.ICC) > 0:
		return CICP{cicp.Unspecified, cicp.Unspecified, cicp.MatrixBT601}
	}
	return CICP{cicp.PrimariesBT709, cicp.TransferSRGB, cicp.MatrixBT601}
}
