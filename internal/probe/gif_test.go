package probe

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

func le16(values ...uint16) (b []byte) {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}

// gifOf returns the header with a global colour table of two colours, and the blocks.
func gifOf(width, height uint16, blocks ...[]byte) []byte {
	head := slices.Concat([]byte("GIF89a"), le16(width, height), []byte{0x80, 0, 0}, []byte("\x00\x00\x00\xff\xff\xff"))
	return append(head, slices.Concat(blocks...)...)
}

// gifPicture returns an image descriptor with flags and one sub-block of data.
func gifPicture(x, y, width, height uint16, flags byte, table ...byte) []byte {
	b := slices.Concat([]byte{0x2c}, le16(x, y, width, height), []byte{flags}, table)
	return append(b, 2, 2, 0x44, 1, 0)
}

// gifControl returns a graphic control extension.
func gifControl(flags byte) []byte { return []byte{0x21, 0xf9, 4, flags, 0, 0, 0, 0} }

var (
	gifEnd   = []byte{0x3b}
	plainGIF = Info{
		Format: format.GIF, Width: 80, Height: 60, Orientation: 1, Frames: 1, Model: RGB, Depth: 8, SubX: 1, SubY: 1, Lossless: true,
	}
)

func gifReads() []accepted {
	full := gifPicture(0, 0, 80, 60, 0)
	alpha := with(plainGIF, func(i *Info) { i.Alpha = true })
	comment := slices.Concat([]byte{0x21, 0xfe}, bytes.Repeat(append([]byte{200}, make([]byte, 200)...), 50), []byte{0})
	return []accepted{
		{"one picture", gifOf(80, 60, full, gifEnd), plainGIF},
		{"no trailer", gifOf(80, 60, full), plainGIF},
		{"bytes behind the trailer", gifOf(80, 60, full, gifEnd, full), plainGIF},
		{"garbage behind a picture", gifOf(80, 60, full, []byte("*/=1;")), plainGIF},
		{"local colour table", gifOf(80, 60, gifPicture(0, 0, 80, 60, 0x81, make([]byte, 12)...), gifEnd), plainGIF},
		{"interlaced", gifOf(80, 60, gifPicture(0, 0, 80, 60, 0x40), gifEnd), with(plainGIF, func(i *Info) { i.Progressive = true })},
		{"transparent colour", gifOf(80, 60, gifControl(1), full), alpha},
		{"no transparent colour", gifOf(80, 60, gifControl(0x1c), full), plainGIF},
		{"transparent in the second picture alone", gifOf(80, 60, full, gifControl(1), full), with(plainGIF, func(i *Info) { i.Frames = 2 })},
		{"picture smaller than the screen", gifOf(80, 60, gifPicture(0, 0, 80, 59, 0)), alpha},
		{"picture beside the corner", gifOf(80, 60, gifPicture(1, 0, 80, 60, 0)), alpha},
		{"picture larger than the screen", gifOf(80, 60, gifPicture(0, 0, 90, 60, 0)), plainGIF},
		{"comment of 10 KB", gifOf(80, 60, comment, full), plainGIF},
		{"three pictures", gifOf(80, 60, full, full, full, gifEnd), with(plainGIF, func(i *Info) { i.Frames = 3 })},
		{"cut in the second picture", gifOf(80, 60, full, full[:12]), plainGIF},
		{"10000 pictures", gifOf(80, 60, bytes.Repeat(full, maxFrames)), with(plainGIF, func(i *Info) { i.Frames = maxFrames })},
	}
}

func gifRefusals() []refusal {
	full := gifPicture(0, 0, 80, 60, 0)
	return []refusal{
		{"magic alone", []byte("GIF89a"), fault.DamagedImage, "header"},
		{"cut in the colour table", gifOf(80, 60)[:15], fault.DamagedImage, "no whole picture"},
		{"no picture", gifOf(80, 60, gifEnd), fault.DamagedImage, "no whole picture"},
		{"no width", gifOf(0, 60, full), fault.DamagedImage, "0×60"},
		{"too many pixels", gifOf(65535, 65535, full), fault.TooManyPixels, "65535×65535"},
		{"garbage before the picture", gifOf(80, 60, []byte{0x2a}, full), fault.DamagedImage, "no whole picture"},
		{"cut in the descriptor", gifOf(80, 60, full[:8]), fault.DamagedImage, "no whole picture"},
		{"cut in the local colour table", gifOf(80, 60, gifPicture(0, 0, 80, 60, 0x87)), fault.DamagedImage, "no whole picture"},
		{"cut in the data", gifOf(80, 60, full[:13]), fault.DamagedImage, "no whole picture"},
		{"end of the data missing", gifOf(80, 60, full[:14]), fault.DamagedImage, "no whole picture"},
		{"cut in a comment", gifOf(80, 60, []byte{0x21, 0xfe, 9, 1}), fault.DamagedImage, "no whole picture"},
		{"10001 pictures", gifOf(80, 60, bytes.Repeat(full, maxFrames+1)), fault.TooManyPixels, "10000 frames"},
	}
}

func TestGIF(t *testing.T)         { checkAccepted(t, gifReads()) }
func TestGIFRefusals(t *testing.T) { checkRefusals(t, gifRefusals()) }
func FuzzGIF(f *testing.F)         { fuzz(f, gifReads(), gifRefusals()) }
