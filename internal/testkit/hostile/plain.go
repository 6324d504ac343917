package hostile

import (
	"encoding/binary"
	"strings"

	"imagekit/internal/fault"
)

// bitmap is the head of a BMP file (BITMAPINFOHEADER) whose pixels begin behind it and its palette.
func bitmap(width, height uint32, bits uint16, compression, used uint32) string {
	b := []byte("BM")
	head := []uint32{0, 0, 54 + 4*min(used, 256), 40, width, height, 1 | uint32(bits)<<16, compression, 0, 0, 0, used, 0}
	for _, v := range head {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return string(b) + strings.Repeat("\x00", int(4*min(used, 256)))
}

// icon is the head of an icon of one picture, without its length and place.
const icon = "\x00\x00\x01\x00\x01\x00\x20\x20\x00\x00\x01\x00\x20\x00"

// qoi is the head of a QOI.
func qoi(width, height uint32) string {
	b := binary.BigEndian.AppendUint32([]byte("qoif"), width)
	return string(binary.BigEndian.AppendUint32(b, height)) + "\x03\x00"
}

// plain are files of the formats that are decoded in Go. TIFF is not read where nobody asks for it.
func plain() []File {
	return []File{
		bad("bmp_65535sq_without_pixels.bmp", fault.DamagedImage, text(bitmap(65535, 65535, 24, 0, 0))),
		bad("bmp_runs_65535sq.bmp", fault.TooManyPixels, text(bitmap(65535, 65535, 8, 1, 1)+"\x00\x01")),
		bad("bmp_2147483647_wide.bmp", fault.DamagedImage, text(bitmap(1<<31-1, 1, 1, 0, 0)+"\x00\x00\x00\x00")),
		bad("bmp_palette_of_4294967295.bmp", fault.DamagedImage, text(bitmap(1, 1, 24, 0, 1<<32-1))),
		fine("bmp_runs_of_nothing_1MB.bmp", text(bitmap(64, 64, 8, 1, 2)+strings.Repeat("\x00\x02\x00\x00", 1<<18))),
		fine("bmp_runs_beyond_the_row_1MB.bmp", text(bitmap(64, 64, 8, 1, 2)+strings.Repeat("\xff\x01", 1<<19))),
		bad("ico_65535_pictures.ico", fault.DamagedImage, text("\x00\x00\x01\x00\xff\xff"+strings.Repeat("\x00", 16*300))),
		bad("ico_within_itself.ico", fault.DamagedImage, text(icon+"\x30\x00\x00\x00\x00\x00\x00\x00"+strings.Repeat("\x00", 48))),
		bad("ico_of_a_png_bomb.ico", fault.TooManyPixels, func(Seeds) []byte {
			picture := file(ihdr(30000, 30000, 1, 0, 0), chunk("IDAT", zeros(30000*3751)...))
			b := binary.LittleEndian.AppendUint32([]byte(icon), uint32(len(picture)))
			return append(binary.LittleEndian.AppendUint32(b, 22), picture...)
		}),
		bad("pnm_65535sq_without_pixels.ppm", fault.DamagedImage, text("P6 65535 65535 255\n")),
		bad("pnm_numbers_beyond_all.ppm", fault.DamagedImage, text("P3 "+strings.Repeat("9", 1<<20)+" 1 255\n")),
		fine("pnm_comment_1MB.pgm", text("P5 #"+strings.Repeat("A", 1<<20)+"\n1 1 255\n\x00")),
		bad("pnm_header_1MB.pam", fault.DamagedImage, text("P7\n"+strings.Repeat("WIDTH 1\n", 1<<17))),
		bad("qoi_runs_20000sq.qoi", fault.TooManyPixels, text(qoi(20000, 20000)+strings.Repeat("\xfd", 20000*20000/62+1))),
		bad("qoi_4294967295sq.qoi", fault.DamagedImage, text(qoi(1<<32-1, 1<<32-1))),
		bad("tiff_not_asked_for.tif", fault.UnsupportedFormat, text("II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00")),
	}
}
