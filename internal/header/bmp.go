package header

import (
	"encoding/binary"
	"math/bits"
)

// BMP is a Windows or OS/2 bitmap (BITMAPINFOHEADER and its kin): as a file, or within an icon.
type BMP struct {
	Width, Height int
	Bits          int // per pixel: 1, 4, 8, 16, 24, 32
	TopDown       bool
	Runs          bool      // RLE4 or RLE8, by Bits
	Masks         [4]uint32 // red, green, blue, alpha of 16 and 32 bits; an alpha of 0 = there is none
	Palette       []byte    // of up to 8 bits: blue, green, red, and as many bytes as Entry says
	Entry         int
	Pixels        []byte // rows, each padded to four bytes, or runs
	Alpha         bool   // something may be seen through
	Mask          []byte // of an icon: a bit for each pixel, 1 = nothing; nil where alpha says it
}

// Compressions of a BITMAPINFOHEADER that are read.
const (
	bmpRaw = iota
	bmpRLE8
	bmpRLE4
	bmpFields
	bmpFieldsAlpha = 6
)

// Sizes of the header, which tell its version.
const (
	bmpCore  = 12
	bmpInfo  = 40
	bmpAlpha = 56 // from here on there is a mask of alpha
)

// bmpFile is the length of the file header.
const bmpFile = 14

// ReadBMP reads the header of a bitmap file. That all rows are there is checked; codes of runs may end too early.
func ReadBMP(b []byte) (BMP, error) {
	if len(b) < bmpFile+4 {
		return BMP{}, Damage("it is cut short in its header")
	}
	p, err := readDIB(b, bmpFile, int64(binary.LittleEndian.Uint32(b[10:])), false)
	if err != nil {
		return BMP{}, err
	}
	switch {
	case p.Runs:
		p.Alpha = !p.Complete()
	case len(p.Pixels) < p.Stride()*(p.Height-1)+(p.Width*p.Bits+7)/8:
		return BMP{}, Damage("it is cut short in its pixels")
	case p.Masks[3] != 0:
		p.setAlpha()
	}
	return p, nil
}

// readDIB reads the header at a place, and the pixels at another; the latter is told by the header itself where icon says
// that this is a part of an icon.
func readDIB(b []byte, at int, pixels int64, icon bool) (BMP, error) {
	size := int64(binary.LittleEndian.Uint32(b[at:]))
	if size != bmpCore && (size < 16 || size > 1<<10) || int64(len(b)-at) < size {
		return BMP{}, Damage("its header is cut short or of an unknown kind")
	}
	h := make([]byte, bmpInfo) // what a shorter header leaves out is 0
	copy(h, b[at:int64(at)+size])
	p := BMP{Entry: 4}
	compression := uint32(bmpRaw)
	var width, height int64
	var planes []byte
	if size == bmpCore {
		p.Entry = 3
		width, height = int64(binary.LittleEndian.Uint16(h[4:])), int64(binary.LittleEndian.Uint16(h[6:]))
		planes = h[8:]
		h = make([]byte, bmpInfo)
	} else {
		width, height = int64(int32(binary.LittleEndian.Uint32(h[4:]))), int64(int32(binary.LittleEndian.Uint32(h[8:])))
		planes = h[12:]
		compression = binary.LittleEndian.Uint32(h[16:])
	}
	if p.TopDown = height < 0; p.TopDown {
		height = -height
	}
	if icon { // twice the height: the mask is counted
		height /= 2
	}
	if err := sides(width, height); err != nil {
		return BMP{}, err
	}
	p.Width, p.Height, p.Bits = int(width), int(height), int(binary.LittleEndian.Uint16(planes[2:]))
	if err := p.depth(compression, size); err != nil {
		return BMP{}, err
	}
	after := int64(at) + size
	after += p.masks(b, at, size, compression, icon)
	entries := int64(0)
	if p.Bits <= 8 {
		entries = 1 << p.Bits
	}
	if used := int64(binary.LittleEndian.Uint32(h[32:])); used > 0 && (used < entries || p.Bits > 8) {
		entries = min(used, 1<<16) // of more bits a palette is only a proposal
	}
	end := after + entries*int64(p.Entry)
	if icon || pixels == 0 {
		pixels = end
	} else if p.Bits <= 8 && pixels > after {
		end = min(end, pixels)
	}
	if pixels < after || pixels > int64(len(b)) || end > int64(len(b)) {
		return BMP{}, Damage("its pixels lie outside")
	}
	p.Palette, p.Pixels = b[after:end], b[pixels:]
	return p, nil
}

// depth checks that bits and compression go together.
func (p *BMP) depth(compression uint32, size int64) error {
	switch {
	case size == 64 && compression >= bmpFields: // OS/2 numbers them otherwise
		return Unsupported("a BMP of OS/2 that is compressed")
	case compression == 4 || compression == 5:
		return Unsupported("a BMP that holds a JPEG or PNG")
	case compression > bmpFieldsAlpha:
		return Unsupported("a BMP of an unknown compression")
	}
	ok := false
	switch p.Bits {
	case 1, 24:
		ok = compression == bmpRaw
	case 4, 8:
		ok = compression == bmpRaw || compression == bmpRLE8 && p.Bits == 8 || compression == bmpRLE4 && p.Bits == 4
	case 16, 32:
		ok = compression == bmpRaw || compression == bmpFields || compression == bmpFieldsAlpha
	default:
		return Unsupported("a BMP of an unusual number of bits per pixel")
	}
	p.Runs = compression == bmpRLE8 || compression == bmpRLE4
	if !ok || p.Runs && p.TopDown {
		return Damage("its compression and its bits per pixel do not go together")
	}
	return nil
}

// masks sets the masks, and returns how many bytes of them stand behind the header.
func (p *BMP) masks(b []byte, at int, size int64, compression uint32, icon bool) int64 {
	switch {
	case p.Bits != 16 && p.Bits != 32:
		return 0
	case compression == bmpRaw && p.Bits == 16:
		p.Masks = [4]uint32{0x7c00, 0x3e0, 0x1f}
		return 0
	case compression == bmpRaw:
		p.Masks = [4]uint32{0xff0000, 0xff00, 0xff}
		if icon || size >= bmpAlpha {
			p.Masks[3] = 0xff000000
		}
		return 0
	}
	n, behind := 3, int64(0)
	if size >= bmpAlpha || compression == bmpFieldsAlpha {
		n = 4
	}
	if size <= bmpInfo {
		behind = int64(4 * n)
	}
	for i := range n {
		if place := at + bmpInfo + 4*i; place+4 <= len(b) {
			p.Masks[i] = binary.LittleEndian.Uint32(b[place:])
		}
	}
	if p.Bits == 16 {
		for i := range p.Masks {
			p.Masks[i] &= 0xffff
		}
	}
	return behind
}

// Stride is how many bytes lie between two rows.
func (p *BMP) Stride() int { return (p.Width*p.Bits + 31) / 32 * 4 }

// Row returns row y, counted from the top.
func (p *BMP) Row(y int) []byte {
	if !p.TopDown {
		y = p.Height - 1 - y
	}
	return p.Pixels[y*p.Stride():]
}

// setAlpha looks whether alpha is used: where all of it is 0, or where all of it is full, the picture is opaque.
func (p *BMP) setAlpha() {
	mask, some, all := p.Masks[3], false, true
	for y := range p.Height {
		row := p.Row(y)
		for x := range p.Width {
			v := p.Value(row, x) & mask
			some, all = some || v != 0, all && v == mask
		}
	}
	if p.Alpha = some && !all; !p.Alpha {
		p.Masks[3] = 0
	}
}

// Value returns pixel x of a row of 16 or 32 bits.
func (p *BMP) Value(row []byte, x int) uint32 {
	if p.Bits == 16 {
		return uint32(binary.LittleEndian.Uint16(row[2*x:]))
	}
	return binary.LittleEndian.Uint32(row[4*x:])
}

// Shifts returns where the bits of a mask begin and how many they are.
func Shifts(mask uint32) (shift, width int) {
	if mask == 0 {
		return 0, 0
	}
	shift = bits.TrailingZeros32(mask)
	return shift, bits.Len32(mask) - shift
}

// Walk goes through the runs of a picture: n pixels from x, y on, y counted from the bottom, whose indices are values, to
// be repeated where they are fewer. What lies beyond the picture is left out.
func (p *BMP) Walk(each func(x, y, n int, values []byte)) {
	var two [2]byte
	x, y := 0, 0
	for b := p.Pixels; len(b) >= 2 && y < p.Height; {
		n, v := int(b[0]), b[1]
		b = b[2:]
		switch {
		case n > 0:
			two = [2]byte{v, v}
			if p.Bits == 4 {
				two = [2]byte{v >> 4, v & 15}
			}
			each(x, y, max(0, min(n, p.Width-x)), two[:])
			x += n
		case v == 0: // the end of a row
			x, y = 0, y+1
		case v == 1: // the end of the picture
			return
		case v == 2: // somewhere else
			if len(b) < 2 {
				return
			}
			x, y = x+int(b[0]), y+int(b[1])
			b = b[2:]
		default:
			b = p.literal(b, x, y, int(v), each)
			x += int(v)
		}
	}
}

// literal passes on n pixels that stand in b, and returns what follows, from an even place on.
func (p *BMP) literal(b []byte, x, y, n int, each func(x, y, n int, values []byte)) []byte {
	var values [255]byte
	size := (n*p.Bits + 7) / 8
	n = min(n, len(b)*8/p.Bits)
	copy(values[:], b[:min(size, len(b))])
	if p.Bits == 4 {
		for i := range n {
			values[i] = b[i/2] >> (4 - i%2*4) & 15
		}
	}
	if n = min(n, p.Width-x); n > 0 {
		each(x, y, n, values[:n])
	}
	return b[min(size+size%2, len(b)):]
}

// Complete reports whether runs make every pixel.
func (p *BMP) Complete() bool {
	left := p.Width * p.Height
	p.Walk(func(_, _, n int, _ []byte) { left -= n })
	return left <= 0
}
