package probe

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/testkit/plaintest"
)

// bmp is a bitmap of 2×2 pixels of 24 bits, after edit.
func bmp(edit func(*plaintest.BMP)) []byte {
	b := plaintest.BMP{Width: 2, Height: 2, Bits: 24, Pixels: make([]byte, 16)}
	if edit != nil {
		edit(&b)
	}
	return b.Bytes()
}

// deep makes a bitmap one of 32 bits with alpha, with values of its four pixels.
func deep(values ...byte) func(*plaintest.BMP) {
	return func(b *plaintest.BMP) {
		b.Bits, b.Compression, b.Size = 32, 3, 56
		b.Behind = []byte{0, 0, 0xff, 0, 0, 0xff, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0xff}
		b.Pixels = make([]byte, 16)
		for i, v := range values {
			b.Pixels[4*i+3] = v
		}
	}
}

func runs(width, height int32, codes string) []byte {
	return plaintest.BMP{Width: width, Height: height, Bits: 8, Compression: 1, Behind: make([]byte, 1024), Pixels: []byte(codes)}.Bytes()
}

var (
	part     = plaintest.BMP{Width: 2, Height: 2, Bits: 24, Pixels: make([]byte, 16)}
	grayTIFF = plain(format.TIFF, 3, 2, false)
	tiffGray = func(more ...plaintest.Field) []byte {
		return plaintest.TIFF(make([]byte, 64), plaintest.Gray(3, 2, more...)...)
	}
	one       = plaintest.One
	readPlain = []accepted{
		{"BMP", bmp(nil), plain(format.BMP, 2, 2, false)},
		{"BMP upside down", bmp(func(b *plaintest.BMP) { b.Height = -2 }), plain(format.BMP, 2, 2, false)},
		{"BMP without its last padding", bmp(func(b *plaintest.BMP) { b.Pixels = b.Pixels[:14] }), plain(format.BMP, 2, 2, false)},
		{"BMP with alpha", bmp(deep(1, 2, 3, 255)), plain(format.BMP, 2, 2, true)},
		{"BMP whose alpha is nothing", bmp(deep(0, 0, 0, 0)), plain(format.BMP, 2, 2, false)},
		{"BMP whose alpha is full", bmp(deep(255, 255, 255, 255)), plain(format.BMP, 2, 2, false)},
		{"BMP of runs", runs(3, 1, "\x03\x00\x00\x01"), plain(format.BMP, 3, 1, false)},
		{"BMP of runs that leave some out", runs(3, 1, "\x02\x00\x00\x01"), plain(format.BMP, 3, 1, true)},
		{"ICO", plaintest.ICO([]byte{2}, part.Part(make([]byte, 8))), plain(format.ICO, 2, 2, false)},
		{"ICO with a mask", plaintest.ICO([]byte{2}, part.Part([]byte{0x80, 0, 0, 0, 0, 0, 0, 0})), plain(format.ICO, 2, 2, true)},
		{"ICO without its mask", plaintest.ICO([]byte{2}, part.Part(nil)), plain(format.ICO, 2, 2, false)},
		{"ICO of a PNG", plaintest.ICO([]byte{2, 8}, part.Part(nil), onePNG), plain(format.ICO, 80, 60, false)},
		{"cursor", append([]byte{0, 0, 2}, plaintest.ICO([]byte{2}, part.Part(nil))[3:]...), plain(format.ICO, 2, 2, false)},
		{"PBM", []byte("P4\n# by hand\n9 2\n\x00\x00\x00\x00"), with(plain(format.PNM, 9, 2, false), gray)},
		{"PPM of numbers", []byte("P3 1 1 255\n1 2 3"), plain(format.PNM, 1, 1, false)},
		{"PGM of 16 bits", []byte("P5 1 1 1023 \x01\x02"), with(plain(format.PNM, 1, 1, false), func(i *Info) { i.Model, i.Depth = Gray, 16 })},
		{"PAM", []byte("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\nabcd"), plain(format.PNM, 1, 1, true)},
		{"QOI", plaintest.QOI(10, 10, 3, 0xfd, 0xe5), plain(format.QOI, 10, 10, false)},
		{"QOI with alpha", plaintest.QOI(1, 1, 4, 0xff, 1, 2, 3, 4), plain(format.QOI, 1, 1, true)},
		{"TIFF", tiffGray(), with(grayTIFF, gray)},
		{"TIFF that is turned", tiffGray(one(274, 6)), with(grayTIFF, func(i *Info) { i.Model, i.Orientation = Gray, 6 })},
		{"TIFF turned senselessly", tiffGray(one(274, 9)), with(grayTIFF, gray)},
		{"TIFF with alpha", tiffGray(one(262, 2), one(277, 4), one(338, 2), one(279, 24)), plain(format.TIFF, 3, 2, true)},
		{"TIFF with a fourth sample", tiffGray(one(262, 2), one(277, 4), one(338, 0), one(279, 24)), plain(format.TIFF, 3, 2, false)},
		{"TIFF of CMYK", tiffGray(one(262, 5), one(277, 4), one(279, 24)), with(grayTIFF, func(i *Info) { i.Model = CMYK })},
		{"TIFF of which a length is missing", tiffGray(one(279)), with(grayTIFF, gray)},
	}
	refusePlain = []refusal{
		{"BMP cut short", bmp(nil)[:60], fault.DamagedImage, "cut short in its pixels"},
		{"BMP cut in its header", bmp(nil)[:20], fault.DamagedImage, "header"},
		{"BMP of no pixels", bmp(func(b *plaintest.BMP) { b.Width = 0 }), fault.DamagedImage, "size"},
		{"BMP of the smallest height", bmp(func(b *plaintest.BMP) { b.Height = -1 << 31 }), fault.DamagedImage, "size"},
		{"BMP of three bits", bmp(func(b *plaintest.BMP) { b.Bits = 3 }), fault.UnsupportedFormat, "bits per pixel"},
		{"BMP of a JPEG", bmp(func(b *plaintest.BMP) { b.Compression = 4 }), fault.UnsupportedFormat, "JPEG"},
		{"BMP whose palette is all", bmp(func(b *plaintest.BMP) { b.Used = 1 << 31 }), fault.DamagedImage, "outside"},
		{"BMP of runs of 24 bits", bmp(func(b *plaintest.BMP) { b.Compression = 1 }), fault.DamagedImage, "together"},
		{"BMP of runs, far too large", runs(1<<20, 1<<20, "\x00\x01"), fault.TooManyPixels, "pixels"},
		{"ICO of nothing", []byte("\x00\x00\x01\x00\x00\x00" + strings.Repeat("\x00", 16)), fault.DamagedImage, "no picture"},
		{"ICO cut short", plaintest.ICO([]byte{2}, part.Part(nil))[:70], fault.DamagedImage, "outside"},
		{"ICO of a large PNG", plaintest.ICO([]byte{2}, slices.Concat(onePNG[:16], []byte{0, 1, 0, 0, 0, 1, 0, 0}, onePNG[24:])), fault.DamagedImage, ""},
		{"PNM without numbers", []byte("P6 1 x"), fault.DamagedImage, "size"},
		{"PNM cut short", []byte("P6 2 2 255\nabc"), fault.DamagedImage, "cut short"},
		{"PNM of a sample too high", []byte("P5 1 1 70000 ab"), fault.DamagedImage, "largest sample"},
		{"PNM that is too large", append([]byte("P4 4000 4000\n"), make([]byte, 500*4000)...), fault.TooManyPixels, "4000×4000"},
		{"PAM of five channels", []byte("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 5\nMAXVAL 255\nENDHDR\nabcde"), fault.UnsupportedFormat, "channels"},
		{"PAM without end", []byte("P7\n" + strings.Repeat("WIDTH 1\n", 100)), fault.DamagedImage, "header"},
		{"QOI cut short", plaintest.QOI(10, 10, 3, 0xfd, 0xe4), fault.DamagedImage, "cut short"},
		{"QOI of two channels", plaintest.QOI(1, 1, 2, 0xc0), fault.DamagedImage, "channels"},
		{"QOI of runs", plaintest.QOI(1<<12, 1<<12, 3, bytes.Repeat([]byte{0xfd}, 1<<24/62+1)...), fault.TooManyPixels, "4096×4096"},
		{"BigTIFF", []byte("II+\x00\x08\x00\x00\x00"), fault.UnsupportedFormat, "BigTIFF"},
		{"TIFF whose directory is outside", []byte("II*\x00\xff\xff\xff\xff"), fault.DamagedImage, "directory"},
		{"TIFF cut short", plaintest.TIFF(make([]byte, 3), plaintest.Gray(3000, 2)...), fault.DamagedImage, "cut short"},
		{"TIFF of a JPEG", tiffGray(one(259, 7)), fault.UnsupportedFormat, "JPEG"},
		{"TIFF of floating point", tiffGray(one(339, 3)), fault.UnsupportedFormat, "floating"},
		{"TIFF of Lab", tiffGray(one(262, 8)), fault.UnsupportedFormat, "colours"},
		{"TIFF of differing samples", tiffGray(one(258, 8, 16)), fault.UnsupportedFormat, "differ"},
		{"TIFF without its palette", tiffGray(one(262, 3)), fault.DamagedImage, "palette"},
		{"TIFF of strips of no rows", tiffGray(one(278, 0)), fault.DamagedImage, "size"},
		{"TIFF of tiles far too wide", tiffGray(one(259, 8), one(322, 1<<23), one(323, 16), one(324, 8), one(325, 9)), fault.DamagedImage, "tiles are far larger"},
		{"TIFF of tiles that are missing", tiffGray(one(322, 1), one(323, 1), one(324, 8), one(325, 1)), fault.DamagedImage, "missing"},
		{"TIFF of too many strips", tiffGray(one(257, 1<<20), one(278, 1)), fault.DamagedImage, "too many"},
		{"TIFF that is too large", tiffGray(one(256, 4000), one(257, 4000), one(259, 8)), fault.TooManyPixels, "4000×4000"},
	}
	onePNG = rgb()
)

func gray(i *Info) { i.Model = Gray }

func TestPlain(t *testing.T)        { checkAccepted(t, readPlain) }
func TestPlainRefused(t *testing.T) { checkRefusals(t, refusePlain) }
func FuzzPlain(f *testing.F)        { fuzz(f, readPlain, refusePlain) }

// TestFormats: what is not among the formats that are read is refused, with the name of the setting.
func TestFormats(t *testing.T) {
	lim := testLimits
	lim.Formats = format.SetOf([]format.Format{format.JPEG, format.BMP})
	if _, err := Read(bmp(nil), lim); err != nil {
		t.Error(err)
	}
	for name, b := range map[string][]byte{"this is TIFF": tiffGray(), "this is PNG": onePNG, "JPEG and BMP are read here": []byte("hello")} {
		_, err := Read(b, lim)
		if err == nil || !strings.Contains(fault.From(err).Detail, name) {
			t.Errorf("got %v, want %q", err, name)
		}
		if name[:4] == "this" && !strings.Contains(fault.From(err).Detail, "IMAGEKIT_SOURCE_FORMATS") {
			t.Errorf("%v does not name the setting", err)
		}
	}
}
