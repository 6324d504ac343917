// Package header reads what stands in front of the pixels of the formats that are decoded in Go: BMP, ICO, PNM, QOI and
// TIFF. Package probe and the decoders share it, so that what one promises the other keeps. It allocates next to nothing.
package header

// Damage says what of a file is against the rules of its format.
type Damage string

func (d Damage) Error() string { return string(d) }

// Unsupported says which variant of a format is not read here.
type Unsupported string

func (u Unsupported) Error() string { return string(u) }

// MaxSide bounds the width and the height of a picture, so that their product and a row's bytes fit any integer.
const MaxSide = 1 << 24

// sides refuses sizes that are none.
func sides(width, height int64) error {
	if width < 1 || height < 1 || width > MaxSide || height > MaxSide {
		return Damage("its size makes no sense")
	}
	return nil
}
