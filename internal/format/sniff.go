package format

import "bytes"

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
	}
	return Unknown
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
	{"II*\x00", "TIFF"},
	{"MM\x00*", "TIFF"},
	{"BM", "BMP"},
	{"\x1f\x8b", "gzip"},
	{"%PDF", "PDF"},
	{"%!PS", "PostScript"},
	{"\x00\x00\x01\x00", "ICO"},
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
