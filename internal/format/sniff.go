package format

import (
	"bytes"
	"encoding/binary"
)

// SniffLen is how many leading bytes Sniff and Describe look at, at most.
const SniffLen = 512

// Sniff tells the format from the first bytes, never from a name or a header.
// It returns Unknown for everything that is not read here.
func Sniff(b []byte) Format {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return WebP
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return GIF
	case hasBrand(b, "avif", "avis"):
		return AVIF
	case isBMP(b):
		return BMP
	case bytes.HasPrefix(b, []byte("\x00\x00\x01\x00")), bytes.HasPrefix(b, []byte("\x00\x00\x02\x00")): // icon, cursor
		return ICO
	case bytes.HasPrefix(b, []byte("II*\x00")), bytes.HasPrefix(b, []byte("MM\x00*")):
		return TIFF
	case isPNM(b):
		return PNM
	case bytes.HasPrefix(b, []byte("qoif")):
		return QOI
	}
	return Unknown
}

// isBMP reports whether b begins a bitmap: two letters, and a header of a size that there is.
func isBMP(b []byte) bool {
	if len(b) < 18 || string(b[:2]) != "BM" {
		return false
	}
	size := binary.LittleEndian.Uint32(b[14:])
	return size == 12 || size == 16 || size == 40 || size == 52 || size == 56 || size == 64 || size == 108 || size == 124
}

// isPNM reports whether b begins a picture of the Netpbm family: a letter, a digit, white space, and then a number, a
// comment or, of a PAM, a word.
func isPNM(b []byte) bool {
	if len(b) < 3 || b[0] != 'P' || b[1] < '1' || b[1] > '7' {
		return false
	}
	rest := bytes.TrimLeft(b[2:min(len(b), SniffLen)], " \t\n\v\f\r")
	if len(rest) == 0 || len(rest) == len(b)-2 {
		return false
	}
	first, last := byte('0'), byte('9')
	if b[1] == '7' {
		first, last = 'A', 'Z'
	}
	return rest[0] == '#' || first <= rest[0] && rest[0] <= last
}

// hasBrand reports whether b begins with an ISO base media file type box (ISO/IEC 14496-12 §4.3)
// whose major or compatible brands hold one of want.
func hasBrand(b []byte, want ...string) bool {
	if len(b) < 16 || string(b[4:8]) != "ftyp" {
		return false
	}
	size := int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	end := min(size, len(b), SniffLen)
	for i := 8; i+4 <= end; i += 4 {
		if i == 12 { // the minor version is no brand
			continue
		}
		for _, w := range want {
			if string(b[i:i+4]) == w {
				return true
			}
		}
	}
	return false
}

// known names what people send most that is not read here, for an error they can act on.
var known = []struct{ magic, name string }{
	{"BM", "BMP"},
	{"\x1f\x8b", "gzip"},
	{"%PDF", "PDF"},
	{"%!PS", "PostScript"},
	{"II+\x00", "BigTIFF"},
	{"MM\x00+", "BigTIFF"},
	{"8BPS", "Photoshop"},
	{"\xff\x0a", "JPEG XL"},
	{"\x00\x00\x00\x0cJXL ", "JPEG XL"},
	{"\x00\x00\x00\x0cjP  ", "JPEG 2000"},
}

// Describe names what the bytes seem to be when Sniff does not know them: "TIFF", "SVG", "HTML", … or "".
func Describe(b []byte) string {
	for _, k := range known {
		if bytes.HasPrefix(b, []byte(k.magic)) {
			return k.name
		}
	}
	if hasBrand(b, "heic", "heix", "hevc", "heim", "heis", "mif1") {
		return "HEIC"
	}
	head := bytes.ToLower(bytes.TrimLeft(b[:min(len(b), SniffLen)], " \t\r\n\ufeff"))
	switch {
	case bytes.Contains(head, []byte("<svg")):
		return "SVG"
	case bytes.HasPrefix(head, []byte("<!doctype html")), bytes.HasPrefix(head, []byte("<html")):
		return "HTML"
	case bytes.HasPrefix(head, []byte("<?xml")):
		return "XML"
	case bytes.HasPrefix(head, []byte("{")), bytes.HasPrefix(head, []byte("[")):
		return "JSON"
	}
	return ""
}
