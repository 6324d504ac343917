package probe

import (
	"encoding/binary"
	"testing"
)

// entry is a directory entry of 12 bytes with a value in place.
type entry struct {
	tag, kind uint16
	count     uint32
	value     uint16
}

// exif returns a TIFF header and one directory at offset 8.
func exif(order binary.AppendByteOrder, entries ...entry) []byte {
	b := []byte("MM\x00*")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		b = []byte("II*\x00")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, uint16(len(entries)))
	for _, e := range entries {
		b = order.AppendUint16(b, e.tag)
		b = order.AppendUint16(b, e.kind)
		b = order.AppendUint32(b, e.count)
		b = order.AppendUint16(order.AppendUint16(b, e.value), 0)
	}
	return order.AppendUint32(b, 0)
}

// upright returns EXIF data with an orientation.
func upright(orientation uint16) []byte {
	return exif(binary.BigEndian, entry{0x0112, 3, 1, orientation})
}

func TestOrientation(t *testing.T) {
	big, little := binary.BigEndian, binary.LittleEndian
	tests := []struct {
		name string
		exif []byte
		want int
	}{
		{"nothing", nil, 1},
		{"big endian", exif(big, entry{0x0112, 3, 1, 6}), 6},
		{"little endian", exif(little, entry{0x0112, 3, 1, 8}), 8},
		{"behind the EXIF name", append([]byte(exifHead), upright(3)...), 3},
		{"after other tags", exif(big, entry{0x010f, 2, 9, 0}, entry{0x0110, 2, 9, 0}, entry{0x0112, 3, 1, 5}), 5},
		{"the first of two", exif(big, entry{0x0112, 3, 1, 2}, entry{0x0112, 3, 1, 5}), 2},
		{"no orientation", exif(big, entry{0x0110, 3, 1, 6}), 1},
		{"zero", upright(0), 1},
		{"nine", upright(9), 1},
		{"9999", upright(9999), 1},
		{"wrong type", exif(big, entry{0x0112, 2, 1, 6}), 1},
		{"wrong count", exif(big, entry{0x0112, 3, 2, 6}), 1},
		{"cut in the directory", upright(6)[:20], 1},
		{"count beyond the end", append([]byte("MM\x00*\x00\x00\x00\x08\xff\xff"), upright(6)[10:22]...), 6},
		{"directory further back", append([]byte("MM\x00*\x00\x00\x00\x0cfree"), upright(4)[8:]...), 4},
		{"directory beyond the end", []byte("MM\x00*\xff\xff\xff\xff\x00\x01"), 1},
		{"directory at itself", []byte("MM\x00*\x00\x00\x00\x00"), 1},
		{"no TIFF", []byte("hello world"), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := orientation(tt.exif); got != tt.want {
				t.Errorf("orientation = %d, want %d", got, tt.want)
			}
		})
	}
}

// FuzzOrientation holds that a whole directory gives its orientation in both byte orders, and that garbage gives 1…8.
func FuzzOrientation(f *testing.F) {
	f.Add(upright(6), uint16(3))
	f.Add([]byte("MM\x00*\x00\x00\x00\x08\xff\xff"), uint16(9))
	f.Fuzz(func(t *testing.T, b []byte, value uint16) {
		if got := orientation(b); got < 1 || got > 8 {
			t.Errorf("orientation = %d", got)
		}
		want := 1
		if 1 <= value && value <= 8 {
			want = int(value)
		}
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			if got := orientation(append(exif(order, entry{0x0112, 3, 1, value}), b...)); got != want {
				t.Errorf("orientation %d is read as %d", value, got)
			}
		}
	})
}
