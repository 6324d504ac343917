package format

import (
	"strings"
	"testing"
)

var sniffTests = []struct {
	name  string
	bytes string
	want  Format
	about string // what Describe says when want is Unknown
}{
	{"empty", "", Unknown, ""},
	{"one byte", "\xff", Unknown, ""},
	{"JPEG", "\xff\xd8\xff\xe0", JPEG, ""},
	{"JPEG without a third byte", "\xff\xd8", Unknown, ""},
	{"PNG", "\x89PNG\r\n\x1a\n", PNG, ""},
	{"PNG through a text transfer", "\x89PNG\n\x1a\n", Unknown, ""},
	{"WebP", "RIFF\x00\x00\x00\x00WEBPVP8 ", WebP, ""},
	{"WAVE", "RIFF\x00\x00\x00\x00WAVEfmt ", Unknown, ""},
	{"GIF 87a", "GIF87a", GIF, ""},
	{"GIF 89a", "GIF89a", GIF, ""},
	{"GIF 88a", "GIF88a", Unknown, ""},
	{"AVIF by major brand", "\x00\x00\x00\x10ftypavif\x00\x00\x00\x00", AVIF, ""},
	{"AVIF sequence", "\x00\x00\x00\x10ftypavis\x00\x00\x00\x00", AVIF, ""},
	{"AVIF by compatible brand", "\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00miafavif", AVIF, ""},
	{"brand as minor version", "\x00\x00\x00\x10ftypmp42avif", Unknown, ""},
	{"brand behind the box", "\x00\x00\x00\x10ftypmp42\x00\x00\x00\x00avif", Unknown, ""},
	{"HEIC", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", Unknown, "HEIC"},
	{"TIFF little endian", "II*\x00\x08\x00\x00\x00", TIFF, ""},
	{"TIFF big endian", "MM\x00*\x00\x00\x00\x08", TIFF, ""},
	{"BigTIFF", "II+\x00\x08\x00\x00\x00", Unknown, "BigTIFF"},
	{"BMP", "BM\x36\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00", BMP, ""},
	{"BMP cut short", "BM\x36\x00", Unknown, "BMP"},
	{"text that begins as a BMP", "BMW is a maker of cars, and this is a text", Unknown, "BMP"},
	{"PPM", "P6\n1 1\n255\n", PNM, ""},
	{"PBM with a comment", "P1 # by hand", PNM, ""},
	{"PAM", "P7\nWIDTH 1", PNM, ""},
	{"text that begins as a PNM", "P3 is a plane", Unknown, ""},
	{"PNM without white space", "P41", Unknown, ""},
	{"PNM with too much white space", "P4" + strings.Repeat(" ", SniffLen) + "1 1", Unknown, ""},
	{"QOI", "qoif\x00\x00", QOI, ""},
	{"cursor", "\x00\x00\x02\x00\x01\x00", ICO, ""},
	{"compressed body", "\x1f\x8b\x08\x00", Unknown, "gzip"},
	{"PDF", "%PDF-1.7", Unknown, "PDF"},
	{"EPS", "%!PS-Adobe-3.0 EPSF-3.0", Unknown, "PostScript"},
	{"ICO", "\x00\x00\x01\x00\x01\x00", ICO, ""},
	{"PSD", "8BPS\x00\x01", Unknown, "Photoshop"},
	{"JPEG XL codestream", "\xff\x0a\x00", Unknown, "JPEG XL"},
	{"JPEG XL container", "\x00\x00\x00\x0cJXL \r\n\x87\n", Unknown, "JPEG XL"},
	{"JPEG 2000", "\x00\x00\x00\x0cjP  \r\n\x87\n", Unknown, "JPEG 2000"},
	{"SVG", `<svg xmlns="http://www.w3.org/2000/svg">`, Unknown, "SVG"},
	{"SVG behind an XML head", "\ufeff <?xml version=\"1.0\"?>\n<!-- x -->\n<SVG>", Unknown, "SVG"},
	{"SVG too far away", "<?xml version=\"1.0\"?>" + strings.Repeat(" ", SniffLen) + "<svg>", Unknown, "XML"},
	{"HTML", "\r\n<!DOCTYPE html><p>", Unknown, "HTML"},
	{"HTML without doctype", "<html><body>", Unknown, "HTML"},
	{"JSON object", ` {"error": 1}`, Unknown, "JSON"},
	{"JSON array", "[1]", Unknown, "JSON"},
	{"text", "1,2,3\n", Unknown, ""},
}

func TestSniff(t *testing.T) {
	for _, tt := range sniffTests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Sniff([]byte(tt.bytes)); got != tt.want {
				t.Errorf("Sniff = %v, want %v", got, tt.want)
			}
			if tt.want != Unknown {
				return
			}
			if got := Describe([]byte(tt.bytes)); got != tt.about {
				t.Errorf("Describe = %q, want %q", got, tt.about)
			}
		})
	}
}

// FuzzSniff holds that only the first SniffLen bytes count, and that what is recognised stays so when more follows.
func FuzzSniff(f *testing.F) {
	for _, tt := range sniffTests {
		f.Add([]byte(tt.bytes))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		head := b[:min(len(b), SniffLen)]
		if whole, cut := Sniff(b), Sniff(head); whole != cut {
			t.Errorf("Sniff = %v for all bytes and %v for the first %d", whole, cut, SniffLen)
		}
		if whole, cut := Describe(b), Describe(head); whole != cut {
			t.Errorf("Describe = %q for all bytes and %q for the first %d", whole, cut, SniffLen)
		}
		if got := Sniff(b); got != Unknown && Sniff(append(head[:len(head):len(head)], "more"...)) != got {
			t.Errorf("%v is lost when bytes follow", got)
		}
	})
}
