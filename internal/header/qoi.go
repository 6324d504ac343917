package header

import "encoding/binary"

// QOI is a picture in the Quite OK Image format (qoiformat.org).
type QOI struct {
	Width, Height int
	Alpha         bool
	Codes         []byte
}

// The codes, by their first byte: the two largest stand alone, of the others the upper two bits count.
const (
	QOIRGB   = 0xfe
	QOIRGBA  = 0xff
	QOIIndex = 0x00
	QOIDiff  = 0x40
	QOILuma  = 0x80
	QOIRun   = 0xc0
)

// ReadQOI reads the header, and counts the codes.
func ReadQOI(b []byte) (QOI, error) {
	const size = 14
	if len(b) < size {
		return QOI{}, Damage("it is cut short in its header")
	}
	width, height := int64(binary.BigEndian.Uint32(b[4:])), int64(binary.BigEndian.Uint32(b[8:]))
	if err := sides(width, height); err != nil {
		return QOI{}, err
	}
	if b[12] != 3 && b[12] != 4 || b[13] > 1 {
		return QOI{}, Damage("its channels or its colour space make no sense")
	}
	q := QOI{int(width), int(height), b[12] == 4, b[size:]}
	if !q.complete() {
		return QOI{}, Damage("it is cut short in its pixels")
	}
	return q, nil
}

// complete reports whether there are codes for all pixels.
func (q *QOI) complete() bool {
	left := q.Width * q.Height
	for b := q.Codes; left > 0; {
		if len(b) == 0 {
			return false
		}
		size, n := 1, 1
		switch c := b[0]; {
		case c == QOIRGB:
			size = 4
		case c == QOIRGBA:
			size = 5
		case c&QOIRun == QOILuma:
			size = 2
		case c&QOIRun == QOIRun:
			n = int(c&63) + 1
		}
		if len(b) < size {
			return false
		}
		b = b[size:]
		left -= n
	}
	return true
}
