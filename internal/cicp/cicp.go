// Package cicp names the code points of ITU-T H.273 (coding-independent code points) that are decided by: what the
// samples of a picture mean. Those that only have values, as most primaries, stand in the tables of their values.
package cicp

// Unspecified is the code in all three tables for what a picture does not say.
const Unspecified = 2

// Colour primaries (table 2).
const (
	PrimariesBT709     = 1
	PrimariesDisplayP3 = 12
)

// Transfer characteristics (table 3).
const (
	TransferSRGB = 13
	TransferPQ   = 16
	TransferHLG  = 18
)

// Matrix coefficients (table 4).
const (
	MatrixIdentity = 0 // the planes are G, B, R
	MatrixBT709    = 1
	MatrixBT601    = 6 // what JPEG and WebP mean
	MatrixYCgCo    = 8
	MatrixDerived  = 12 // from the primaries, non-constant luminance
)

// Stated reports whether a code of the primaries or the transfer says anything: 0 is reserved there, and is what a
// header without code points leaves.
func Stated(code uint8) bool { return code != 0 && code != Unspecified }
