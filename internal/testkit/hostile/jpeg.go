package hostile

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// segment returns a marker segment (ITU-T T.81 §B.1.1.4).
func segment(marker byte, data string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2)), data...)
}

// marked puts segments behind the start of a JPEG.
func marked(segments ...[]byte) func(Seeds) []byte {
	return func(s Seeds) []byte { return slices.Concat(s.JPEG[:2], bytes.Join(segments, nil), s.JPEG[2:]) }
}

// resized is the seed with another size in its frame header.
func resized(width, height uint16) func(Seeds) []byte {
	return func(s Seeds) []byte {
		b := bytes.Clone(s.JPEG)
		at := bytes.Index(b, []byte{0xff, 0xc0}) + 5
		binary.BigEndian.PutUint16(b[at:], height)
		binary.BigEndian.PutUint16(b[at+2:], width)
		return b
	}
}

// upright is one line of 60000 pixels that stands upright when it is shown.
func upright(s Seeds) []byte {
	s.JPEG = resized(60000, 1)(s)
	return marked(exif(1, "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00", 0))(s)
}

// exif is an Exif segment with one directory (TIFF 6.0 §2): the number it says it has, its entries, the next one.
func exif(count uint16, entries string, next uint32) []byte {
	b := binary.BigEndian.AppendUint16([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08"), count)
	b = binary.BigEndian.AppendUint32(append(b, entries...), next)
	return segment(0xe1, string(b))
}

func jpeg() []File {
	profile := func(name string, parts ...string) [][]byte {
		var list [][]byte
		for _, p := range parts {
			list = append(list, segment(0xe2, name+p))
		}
		return list
	}
	var garbage []string
	for i := range 64 {
		garbage = append(garbage, string([]byte{byte(i + 1), 64})+strings.Repeat("\xaa", 65000))
	}
	return []File{
		bad("jpeg_sof_65500sq.jpg", fault.TooManyPixels, resized(65500, 65500)),
		{Name: "jpeg_sof_60000x1.jpg", OK: true, Formats: []format.Format{format.JPEG, format.PNG}, Bytes: upright},
		{
			Name: "jpeg_sof_60000x1.jpg", Ends: fault.OutputTooLarge, Bytes: upright,
			Formats: []format.Format{format.WebP, format.AVIF}, // no sides of 60000 pixels
		},
		bad("jpeg_truncated_half.jpg", fault.DamagedImage, func(s Seeds) []byte { return s.JPEG[:len(s.JPEG)/2] }),
		bad("jpeg_header_only.jpg", fault.DamagedImage, func(s Seeds) []byte {
			return s.JPEG[:bytes.Index(s.JPEG, []byte{0xff, 0xda})]
		}),
		fine("jpeg_icc_4MB_garbage.jpg", marked(profile("ICC_PROFILE\x00", garbage...)...)),
		fine("jpeg_icc_255_of_3_seq.jpg", marked(profile("ICC_PROFILE\x00", "\xff\x03"+strings.Repeat("\x00", 200))...)),
		fine("jpeg_exif_orientation_9999.jpg", marked(exif(1, "\x01\x12\x00\x03\x00\x00\x00\x01\x27\x0f\x00\x00", 0))),
		fine("jpeg_exif_ifd_loop.jpg", marked(exif(1, "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00", 8))),
		fine("jpeg_exif_count_overflow.jpg", marked(exif(65535, "\x01\x0f\x00\x02\xff\xff\xff\xff\xff\xff\xff\xf0", 0))),
		fine("jpeg_com_html_polyglot.jpg", marked(segment(0xfe, "<html><body><script>alert(document.domain)</script>"))),
		fine("jpeg_trailing_php_zip.jpg", func(s Seeds) []byte {
			return append(bytes.Clone(s.JPEG), "<?php system($_GET[1]); ?>PK\x03\x04"+strings.Repeat("\x00", 64)...)
		}),
		fine("jpeg_1000_app_segments.jpg", func(s Seeds) []byte {
			return marked(bytes.Repeat(segment(0xe9, strings.Repeat("\x00", 65000)), 60))(s)
		}),
		bad("jpeg_progressive_1000_scans_8000sq.jpg", fault.TooManyPixels, func(Seeds) []byte { return scans(8000, 1000) }),
		bad("jpeg_progressive_1000_scans_4000sq.jpg", fault.DamagedImage, func(Seeds) []byte { return scans(4000, 1000) }),
	}
}

// scans is a progressive grey JPEG of that many scans, each of which costs a decoder a walk over all blocks and the
// file ten bytes.
func scans(side uint16, n int) []byte {
	size := string(binary.BigEndian.AppendUint16(nil, side))
	b := slices.Concat([]byte("\xff\xd8"), segment(0xdb, "\x00"+strings.Repeat("\x01", 64)),
		segment(0xc2, "\x08"+size+size+"\x01\x01\x11\x00"),
		segment(0xc4, "\x00\x01"+strings.Repeat("\x00", 15)+"\x00"), segment(0xc4,
			"\x10\x01"+strings.Repeat("\x00", 15)+"\xe0"),
		segment(0xda, "\x01\x01\x00\x00\x00\x00"), []byte("\x00\x00"))
	for i := range n {
		band := byte(1 + i%63)
		b = slices.Concat(b, segment(0xda, string([]byte{1, 1, 0, band, band, 0})), []byte("\x00\x00"))
	}
	return append(b, 0xff, 0xd9)
}
