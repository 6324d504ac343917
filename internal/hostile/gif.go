package hostile

import (
	"encoding/binary"
	"strings"

	"imagekit/internal/fault"
)

// screen is the head of a GIF with a palette of two (GIF89a §17 to §19).
func screen(width, height uint16) string {
	b := binary.LittleEndian.AppendUint16([]byte("GIF89a"), width)
	b = binary.LittleEndian.AppendUint16(b, height)
	return string(b) + "\x80\x00\x00" + "\x00\x00\x00\xff\xff\xff"
}

// picture is a frame of one pixel.
const picture = "\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"

func gif() []File {
	return []File{
		bad("gif_65535sq_10000_frames.gif", fault.TooManyPixels, text(screen(65535, 65535)+strings.Repeat(picture, 10000)+";")),
		bad("gif_65535sq_1_frame.gif", fault.TooManyPixels, text(screen(65535, 65535)+picture+";")),
		bad("gif_1x1_500000_frames.gif", fault.TooManyPixels, func(Seeds) []byte {
			return []byte(screen(1, 1) + strings.Repeat(picture, 500_000) + ";")
		}),
		fine("gif_no_trailer.gif", text(screen(1, 1)+picture)),
		bad("gif_js_polyglot.gif", fault.DamagedImage, text("GIF89a/*\x00\x00\x00"+screen(1, 1)[13:]+picture+"*/=1;alert(1);//;")),
		fine("gif_comment_1MB.gif", text(screen(1, 1)+"\x21\xfe"+strings.Repeat("\xff"+strings.Repeat("A", 255), 4096)+"\x00"+picture+";")),
	}
}
