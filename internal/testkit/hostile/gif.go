package hostile

import (
	"encoding/binary"
	"slices"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// screen is the head of a GIF with a palette of two (GIF89a §17 to §19).
func screen(width, height uint16) string {
	b := binary.LittleEndian.AppendUint16([]byte("GIF89a"), width)
	b = binary.LittleEndian.AppendUint16(b, height)
	return string(b) + "\x80\x00\x00" + "\x00\x00\x00\xff\xff\xff"
}

// picture is a frame of one pixel.
const picture = "\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"

// at is a picture with its place, its size and data of minimum code size 2.
func at(x, y, width, height uint16, data string) string {
	b := []byte{0x2c}
	for _, v := range []uint16{x, y, width, height} {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = append(b, 0, 2)
	for part := range slices.Chunk([]byte(data), 255) {
		b = append(append(b, byte(len(part))), part...)
	}
	return string(append(b, 0))
}

// moving returns a row of a file that is a picture, of results that could move.
func moving(name string, bytes func(Seeds) []byte) File {
	f := fine(name, bytes)
	f.Formats = []format.Format{format.WebP}
	return f
}

func gif() []File {
	return []File{
		bad("gif_picture_far_outside.gif", fault.TooManyPixels, text(screen(1, 1)+at(65535, 65535, 1, 1, "\x44\x01")+";")),
		bad("gif_picture_65535sq_on_1x1.gif", fault.TooManyPixels,
			text(screen(1, 1)+at(0, 0, 65535, 65535, "\x44\x01")+";")),
		moving("gif_pictures_beyond_4000sq_1000.gif",
			text(screen(1, 1)+picture+strings.Repeat(at(0, 0, 4000, 4000, "\x44\x01"), 999)+";")),
		moving("gif_pictures_of_nothing_1000.gif", text(screen(1, 1)+picture+strings.Repeat(at(0, 0, 0, 0, ""), 999)+";")),
		moving("gif_1000sq_600_frames.gif", text(screen(1000, 1000)+strings.Repeat(picture, 600)+";")),
		moving("gif_1x1_10000_frames.gif", text(screen(1, 1)+strings.Repeat(picture, 10_000)+";")),
		fine("gif_second_picture_65535sq.gif", text(screen(1, 1)+picture+at(0, 0, 65535, 65535, "\x44\x01")+";")),
		fine("gif_clear_codes_4MB.gif", text(screen(64, 64)+at(0, 0, 64, 64, strings.Repeat("\x24\x49\x92", 4<<20/3))+";")),
		fine("gif_codes_of_nothing.gif", text(screen(64, 64)+at(0, 0, 64, 64, strings.Repeat("\xff", 1000))+";")),
		bad("gif_stray_bytes_1MB.gif", fault.DamagedImage, text(screen(64, 64)+strings.Repeat("A", 1<<20))),
		bad("gif_65535sq_10000_frames.gif", fault.TooManyPixels,
			text(screen(65535, 65535)+strings.Repeat(picture, 10000)+";")),
		bad("gif_65535sq_1_frame.gif", fault.TooManyPixels, text(screen(65535, 65535)+picture+";")),
		bad("gif_1x1_500000_frames.gif", fault.TooManyPixels, func(Seeds) []byte {
			return []byte(screen(1, 1) + strings.Repeat(picture, 500_000) + ";")
		}),
		fine("gif_no_trailer.gif", text(screen(1, 1)+picture)),
		bad("gif_js_polyglot.gif", fault.DamagedImage,
			text("GIF89a/*\x00\x00\x00"+screen(1, 1)[13:]+picture+"*/=1;alert(1);//;")),
		fine("gif_comment_1MB.gif", text(screen(1, 1)+"\x21\xfe"+strings.Repeat("\xff"+strings.Repeat("A", 255),
			4096)+"\x00"+picture+";")),
	}
}
