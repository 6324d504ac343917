package header

import (
	"encoding/binary"
)

// TIFF is the first picture of a TIFF 6.0 file.
type TIFF struct {
	Order         binary.ByteOrder
	Width, Height int
	Bits          int // per sample: 1, 2, 4, 8, 16
	Samples       int // per pixel in the file; of those beyond the colours and alpha nothing is shown
	Photometric   int
	Alpha         bool // the sample behind the colours is alpha
	Premultiplied bool // by that
	Compression   int
	Predictor     bool // samples are differences to the left
	Separate      bool // each sample has tiles of its own
	Reversed      bool // the bits of a byte are the other way round
	Options       int  // of the older facsimile code
	TileWidth     int
	TileHeight    int // strips are tiles as wide as the picture
	Orientation   int
	Palette       []uint16 // red, then green, then blue
	Profile       []byte
	offsets       array
	counts        array
	file          []byte
}

// The meanings of samples that are read.
const (
	TIFFWhiteIsZero = 0
	TIFFBlackIsZero = 1
	TIFFRGB         = 2
	TIFFPalette     = 3
	TIFFCMYK        = 5
)

// The compressions that are read.
const (
	TIFFNone       = 1
	TIFFHuffman    = 2 // modified Huffman code, facsimile
	TIFFGroup3     = 3
	TIFFGroup4     = 4
	TIFFLZW        = 5
	TIFFDeflate    = 8
	TIFFDeflateOld = 32946
	TIFFPackBits   = 32773
)

// Bounds of a TIFF.
const (
	maxTIFFTags  = 4096
	maxTIFFTiles = 200_000
	maxTIFFEmpty = 1 << 22 // pixels of tiles that lie beyond the picture, besides thrice the picture
	MaxTIFFRow   = 1 << 22 // bytes of a tile's row
)

// array is a field of a directory: numbers of one size in the file.
type array struct {
	data  []byte
	size  int // bytes of a number
	order binary.ByteOrder
}

func (a array) len() int {
	if a.size == 0 {
		return 0
	}
	return len(a.data) / a.size
}

func (a array) at(i int) int64 {
	switch b := a.data[i*a.size:]; a.size {
	case 1:
		return int64(b[0])
	case 2:
		return int64(a.order.Uint16(b))
	default:
		return int64(a.order.Uint32(b))
	}
}

// or returns the first number, or another where there is none.
func (a array) or(other int64) int {
	if a.len() == 0 {
		return int(other)
	}
	return int(a.at(0))
}

// fields are those of a directory, by tag.
type fields map[uint16]array

// The tags that are looked at (TIFF 6.0, the supplements of Adobe, ICC.1 annex B).
const (
	tagWidth, tagHeight, tagBits, tagCompression, tagPhotometric        = 256, 257, 258, 259, 262
	tagFillOrder, tagStripOffsets, tagOrientation, tagSamples           = 266, 273, 274, 277
	tagRowsPerStrip, tagStripCounts, tagPlanar, tagGroup3               = 278, 279, 284, 292
	tagPredictor, tagColorMap, tagTileWidth, tagTileHeight              = 317, 320, 322, 323
	tagTileOffsets, tagTileCounts, tagInks, tagExtra, tagFormat         = 324, 325, 332, 338, 339
	tagProfile                                                   uint16 = 34675
)

// ReadTIFF reads the first directory. No offset is followed but its own and its fields': there is no loop to be caught in.
func ReadTIFF(b []byte) (TIFF, error) {
	t := TIFF{file: b, Order: binary.LittleEndian}
	if len(b) < 8 {
		return TIFF{}, Damage("it is cut short in its header")
	}
	if b[0] == 'M' {
		t.Order = binary.BigEndian
	}
	f, err := directory(b, t.Order)
	if err != nil {
		return TIFF{}, err
	}
	for _, read := range []func(fields) error{t.shape, t.samples, t.coding, t.tiles} {
		if err := read(f); err != nil {
			return TIFF{}, err
		}
	}
	t.Orientation = f[tagOrientation].or(1)
	if t.Orientation < 1 || t.Orientation > 8 {
		t.Orientation = 1
	}
	if profile := f[tagProfile]; profile.size == 1 {
		t.Profile = profile.data
	}
	return t, nil
}

// directory reads the fields of whole numbers; the first of a tag counts.
func directory(b []byte, order binary.ByteOrder) (fields, error) {
	at := int64(order.Uint32(b[4:]))
	if at < 8 || at+2 > int64(len(b)) {
		return nil, Damage("its directory lies outside")
	}
	n := int64(order.Uint16(b[at:]))
	if n > maxTIFFTags || at+2+12*n > int64(len(b)) {
		return nil, Damage("its directory is cut short")
	}
	sizes := [...]int{1: 1, 3: 2, 4: 4, 7: 1, 13: 4} // BYTE, SHORT, LONG, UNDEFINED, IFD
	f := fields{}
	for e := b[at+2:][:12*n]; len(e) > 0; e = e[12:] {
		tag, kind, count := order.Uint16(e), int(order.Uint16(e[2:])), int64(order.Uint32(e[4:]))
		if _, twice := f[tag]; twice || kind >= len(sizes) || sizes[kind] == 0 {
			continue
		}
		a := array{size: sizes[kind], order: order}
		size := count * int64(a.size)
		if size <= 4 {
			a.data = e[8 : 8+size]
		} else if from := int64(order.Uint32(e[8:])); from+size <= int64(len(b)) {
			a.data = b[from : from+size]
		} else if tag != tagProfile {
			continue // as if it were not there: what is needed is missed
		}
		f[tag] = a
	}
	return f, nil
}

func (t *TIFF) shape(f fields) error {
	width, height := int64(f[tagWidth].or(0)), int64(f[tagHeight].or(0))
	if err := sides(width, height); err != nil {
		return err
	}
	t.Width, t.Height = int(width), int(height)
	t.Separate = f[tagPlanar].or(1) == 2
	return nil
}

// samples finds out what a pixel is made of.
func (t *TIFF) samples(f fields) error {
	t.Samples = f[tagSamples].or(1)
	t.Photometric = f[tagPhotometric].or(-1)
	bits := f[tagBits]
	t.Bits = bits.or(1)
	for i := range bits.len() {
		if bits.at(i) != int64(t.Bits) {
			return Unsupported("a TIFF whose samples differ in their bits")
		}
	}
	formats := f[tagFormat]
	for i := range formats.len() {
		if n := formats.at(i); n != 1 && n != 4 { // 4 = undefined
			return Unsupported("a TIFF of signed or floating point samples")
		}
	}
	deep := t.Bits == 8 || t.Bits == 16
	ok := false
	switch t.Photometric {
	case TIFFWhiteIsZero, TIFFBlackIsZero:
		ok = deep || t.Bits == 1 || t.Bits == 2 || t.Bits == 4
	case TIFFRGB:
		ok = deep
	case TIFFCMYK:
		ok = deep && f[tagInks].or(1) == 1
	case TIFFPalette:
		ok = t.Bits == 8 || t.Bits == 1 || t.Bits == 2 || t.Bits == 4
	default:
		return Unsupported("a TIFF whose colours are neither grey, RGB, CMYK nor a palette")
	}
	colors := t.Colors()
	switch {
	case !ok:
		return Unsupported("a TIFF of an unusual number of bits per sample")
	case t.Samples < colors || t.Samples > 16:
		return Damage("its number of samples makes no sense")
	case t.Samples > 1 && t.Bits < 8:
		return Unsupported("a TIFF of several samples of less than 8 bits")
	}
	if t.Samples > colors && t.Photometric != TIFFPalette && t.Photometric != TIFFCMYK {
		kind := f[tagExtra].or(0)
		t.Alpha, t.Premultiplied = kind == 1 || kind == 2, kind == 1
	}
	return t.palette(f[tagColorMap])
}

// Colors is how many samples of a pixel are its colours.
func (t *TIFF) Colors() int {
	switch t.Photometric {
	case TIFFRGB:
		return 3
	case TIFFCMYK:
		return 4
	}
	return 1
}

// palette takes the entries of 16 bits. Where none is above 255 they are of 8 bits, against the rules.
func (t *TIFF) palette(a array) error {
	if t.Photometric != TIFFPalette {
		return nil
	}
	if a.size != 2 || a.len() < 3<<t.Bits {
		return Damage("its palette is missing or cut short")
	}
	most := int64(0)
	for i := range 3 << t.Bits {
		t.Palette = append(t.Palette, uint16(a.at(i)))
		most = max(most, a.at(i))
	}
	if most < 256 {
		for i := range t.Palette {
			t.Palette[i] *= 257
		}
	}
	return nil
}

func (t *TIFF) coding(f fields) error {
	t.Compression = f[tagCompression].or(TIFFNone)
	t.Options = f[tagGroup3].or(0)
	t.Reversed = f[tagFillOrder].or(1) == 2
	fax := false
	switch t.Compression {
	case TIFFHuffman, TIFFGroup3, TIFFGroup4:
		fax = true
		if t.Bits != 1 || t.Photometric > TIFFBlackIsZero {
			return Damage("its facsimile code and its bits per sample do not go together")
		}
		if t.Compression == TIFFHuffman || t.Compression == TIFFGroup3 && t.Options&1 != 0 {
			return Unsupported("a TIFF of a rare facsimile code")
		}
	case TIFFNone, TIFFLZW, TIFFDeflate, TIFFDeflateOld, TIFFPackBits:
	case 6, 7:
		return Unsupported("a TIFF that holds a JPEG")
	default:
		return Unsupported("a TIFF of an unusual compression")
	}
	if t.Reversed && !fax {
		return Unsupported("a TIFF whose bits are reversed")
	}
	predictor := f[tagPredictor].or(1)
	if t.Compression != TIFFLZW && t.Compression != TIFFDeflate && t.Compression != TIFFDeflateOld {
		predictor = 1
	}
	t.Predictor = predictor == 2
	if predictor != 1 && predictor != 2 || t.Predictor && t.Bits < 8 {
		return Unsupported("a TIFF of an unusual predictor")
	}
	return nil
}

// tiles finds the pieces, and bounds what of them lies beyond the picture.
func (t *TIFF) tiles(f fields) error {
	t.TileWidth, t.TileHeight = t.Width, min(f[tagRowsPerStrip].or(int64(t.Height)), t.Height)
	t.offsets, t.counts = f[tagStripOffsets], f[tagStripCounts]
	if f[tagTileWidth].len() > 0 {
		t.TileWidth, t.TileHeight = f[tagTileWidth].or(0), f[tagTileHeight].or(0)
		t.offsets, t.counts = f[tagTileOffsets], f[tagTileCounts]
	}
	if err := sides(int64(t.TileWidth), int64(t.TileHeight)); err != nil {
		return err
	}
	across, down := int64(t.Across()), int64(t.Down())
	pixels := int64(t.Width) * int64(t.Height)
	if across*int64(t.TileWidth)*int64(t.Height) > 4*pixels+maxTIFFEmpty {
		return Damage("its tiles are far larger than the picture")
	}
	if int64(t.TileWidth)*int64(t.Samples) > MaxTIFFRow || t.RowBytes() > MaxTIFFRow {
		return Unsupported("a TIFF whose rows are longer than 4 MiB")
	}
	n := across * down
	if t.Separate {
		n *= int64(t.Samples)
	}
	if n > maxTIFFTiles {
		return Damage("it has too many tiles or strips")
	}
	if int64(t.offsets.len()) < n || n > 1 && int64(t.counts.len()) < n {
		return Damage("places of its pixels are missing")
	}
	for i := range int(n) {
		if len(t.Data(i)) == 0 {
			return Damage("its pixels lie outside")
		}
	}
	return t.enough(int(n))
}

// enough checks that what is not compressed is there.
func (t *TIFF) enough(n int) error {
	if t.Compression != TIFFNone {
		return nil
	}
	for i := range n {
		rows := min(t.TileHeight, t.Height-i%(t.Across()*t.Down())/t.Across()*t.TileHeight)
		if len(t.Data(i)) < rows*t.RowBytes() {
			return Damage("it is cut short in its pixels")
		}
	}
	return nil
}

// RowBytes is how long the row of a tile is.
func (t *TIFF) RowBytes() int {
	n := t.Samples
	if t.Separate {
		n = 1
	}
	return (t.TileWidth*n*t.Bits + 7) / 8
}

// Across and Down are how many tiles stand beside and below each other.
func (t *TIFF) Across() int { return (t.Width + t.TileWidth - 1) / t.TileWidth }

// Down see Across.
func (t *TIFF) Down() int { return (t.Height + t.TileHeight - 1) / t.TileHeight }

// Data returns what tile i holds, as far as it lies in the file. Where there is but one, its length may be missing.
func (t *TIFF) Data(i int) []byte {
	at := min(t.offsets.at(i), int64(len(t.file)))
	n := int64(len(t.file)) - at
	if t.counts.len() > i {
		n = min(n, t.counts.at(i))
	}
	return t.file[at:][:n]
}
