package probe

import (
	"bytes"
	"encoding/binary"
)

// exifHead begins the APP1 segment of a JPEG that holds EXIF (EXIF 3.0 §4.7.2). PNG and WebP leave it out,
// or ought to.
const exifHead = "Exif\x00\x00"

// orientation returns the orientation tag of EXIF data, 1…8; 1 (upright) when there is none or it makes no sense.
// Only the first directory is read, and only once: no loop of offsets can hold it.
func orientation(exif []byte) int {
	exif = bytes.TrimPrefix(exif, []byte(exifHead))
	if len(exif) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(exif[:4]) { // TIFF 6.0 §2
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	start := int64(order.Uint32(exif[4:]))
	if start+2 > int64(len(exif)) {
		return 1
	}
	entries := exif[start+2:]
	for range order.Uint16(exif[start:]) {
		const tag, short = 0x0112, 3
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == tag {
			value := int(order.Uint16(entries[8:]))
			if order.Uint16(entries[2:]) == short && order.Uint32(entries[4:]) == 1 && 1 <= value && value <= 8 {
				return value
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}
