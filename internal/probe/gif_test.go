package probe

import (
	"bytes"
	"compress/lzw"
	"image"
	"slices"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/testkit/giftest"
)

// gifOf returns the header with a global colour table of two colours, and the blocks.
func gifOf(width, height int, blocks ...[]byte) []byte {
	return giftest.File(image.Pt(width, height), []byte("\x00\x00\x00\xff\xff\xff"), blocks...)
}

// gifPicture returns a picture with all its pixels.
func gifPicture(x, y, width, height int, edit ...func(*giftest.Picture)) []byte {
	var data bytes.Buffer
	w := lzw.NewWriter(&data, lzw.LSB, 2)
	_, _ = w.Write(make([]byte, width*height))
	_ = w.Close() // a buffer takes everything
	p := giftest.Picture{Rect: image.Rect(x, y, x+width, y+height), CodeSize: 2, Data: data.Bytes()}
	for _, e := range edit {
		e(&p)
	}
	return p.Bytes()
}

// gifControl returns a graphic control extension.
func gifControl(flags byte) []byte { return []byte{0x21, 0xf9, 4, flags, 0, 0, 0, 0} }

var (
	gifEnd   = []byte{0x3b}
	plainGIF = Info{
		Format: format.GIF, Width: 80, Height: 60, Orientation: 1, Frames: 1, Model: RGB, Depth: 8, SubX: 1, SubY: 1, Lossless: true,
	}
)

// gifLoop returns Netscape's extension.
func gifLoop(n byte) []byte {
	return []byte("\x21\xff\x0bNETSCAPE2.0\x03\x01" + string([]byte{n}) + "\x00\x00")
}

func gifReads() []accepted {
	moving := func(alpha bool, repeats int) Info {
		return with(plainGIF, func(i *Info) { i.Frames, i.Motion = 2, Motion{Alpha: alpha, Repeats: repeats} })
	}
	full := gifPicture(0, 0, 80, 60)
	own := func(p *giftest.Picture) { p.Palette = make([]byte, 12) }
	interlaced := func(p *giftest.Picture) { p.Interlaced = true }
	short := func(p *giftest.Picture) { p.Data = p.Data[:len(p.Data)/2] }
	alpha := with(plainGIF, func(i *Info) { i.Alpha = true })
	larger := func(width, height int) Info {
		return with(alpha, func(i *Info) { i.Width, i.Height = width, height })
	}
	comment := slices.Concat([]byte{0x21, 0xfe}, bytes.Repeat(append([]byte{200}, make([]byte, 200)...), 50), []byte{0})
	return []accepted{
		{"one picture", gifOf(80, 60, full, gifEnd), plainGIF},
		{"no trailer", gifOf(80, 60, full), plainGIF},
		{"bytes behind the trailer", gifOf(80, 60, full, gifEnd, full), plainGIF},
		{"garbage behind a picture", gifOf(80, 60, full, []byte("*/=1;")), plainGIF},
		{"local colour table", gifOf(80, 60, gifPicture(0, 0, 80, 60, own), gifEnd), plainGIF},
		{"no colour table", giftest.File(image.Pt(80, 60), nil, full, gifEnd), plainGIF},
		{"interlaced", gifOf(80, 60, gifPicture(0, 0, 80, 60, interlaced), gifEnd), with(plainGIF, func(i *Info) { i.Progressive = true })},
		{"transparent colour", gifOf(80, 60, gifControl(1), full), alpha},
		{"no transparent colour", gifOf(80, 60, gifControl(0x1c), full), plainGIF},
		{"two controls", gifOf(80, 60, gifControl(1), gifControl(0), full), plainGIF},
		{"transparent in the second picture alone", gifOf(80, 60, full, gifControl(1), full), with(plainGIF, func(i *Info) { i.Frames = 2 })},
		{"what was wiped is transparent", gifOf(80, 60, gifControl(0x08), full, full), moving(true, 0)},
		{"the last one is not wiped", gifOf(80, 60, full, gifControl(0x08), full), moving(false, 0)},
		{"what was not there comes back", gifOf(80, 60, gifControl(0x0c), full, full), moving(true, 0)},
		{"what comes back was there", gifOf(80, 60, full, gifControl(0x0c), full, full), with(moving(false, 0), func(i *Info) { i.Frames = 3 })},
		{"repeated without end", gifOf(80, 60, gifLoop(0), full, full), moving(false, -1)},
		{"repeated", gifOf(80, 60, full, gifLoop(7), full), moving(false, 7)},
		{"a still repeats nothing", gifOf(80, 60, gifLoop(7), full), plainGIF},
		{"picture smaller than the screen", gifOf(80, 60, gifPicture(0, 0, 80, 59)), alpha},
		{"picture beside the corner", gifOf(80, 60, gifPicture(1, 0, 80, 60)), larger(81, 60)},
		{"picture larger than the screen", gifOf(40, 30, full), plainGIF},
		{"screen of 0×0", gifOf(0, 0, full), plainGIF},
		{"screen without width", gifOf(0, 70, full), larger(80, 70)},
		{"empty picture first", gifOf(0, 0, gifPicture(0, 0, 0, 0), full), with(plainGIF, func(i *Info) { i.Frames, i.Motion.Alpha = 2, true })},
		{"empty picture alone", gifOf(80, 60, gifPicture(0, 0, 0, 0)), alpha},
		{"too few pixels", gifOf(80, 60, gifPicture(0, 0, 80, 60, short), gifEnd), alpha},
		{"unknown extension", gifOf(80, 60, []byte("\x21\x77\x03abc\x00"), full), plainGIF},
		{"bytes before the picture", gifOf(80, 60, []byte("abc"), full), plainGIF},
		{"tail cut off", gifOf(80, 60, full[:len(full)-1]), plainGIF},
		{"comment of 10 KB", gifOf(80, 60, comment, full), plainGIF},
		{"three pictures", gifOf(80, 60, full, full, full, gifEnd), with(plainGIF, func(i *Info) { i.Frames = 3 })},
		{"cut in the second picture", gifOf(80, 60, full, full[:12]), plainGIF},
		{"10000 pictures", gifOf(1, 1, bytes.Repeat(gifPicture(0, 0, 1, 1), maxFrames)), with(plainGIF, func(i *Info) {
			i.Width, i.Height, i.Frames = 1, 1, maxFrames
		})},
	}
}

func gifRefusals() []refusal {
	full := gifPicture(0, 0, 80, 60)
	table := func(p *giftest.Picture) { p.Palette = make([]byte, 768) }
	return []refusal{
		{"magic alone", []byte("GIF89a"), fault.DamagedImage, "header"},
		{"cut in the colour table", gifOf(80, 60)[:15], fault.DamagedImage, "header"},
		{"no picture", gifOf(80, 60, gifEnd), fault.DamagedImage, "no whole picture"},
		{"no canvas", gifOf(0, 60, gifPicture(0, 0, 0, 0)), fault.DamagedImage, "0×60"},
		{"too many pixels", gifOf(65535, 65535, full), fault.TooManyPixels, "65535×65535"},
		{"too many pixels by the picture's place", gifOf(80, 60, gifPicture(40000, 40000, 8, 6)), fault.TooManyPixels, "40008×40006"},
		{"garbage before a picture beyond the screen", gifOf(80, 60, []byte{0x2a}, gifPicture(1, 0, 80, 60)), fault.DamagedImage, "no whole picture"},
		{"cut in the descriptor", gifOf(80, 60, full[:8]), fault.DamagedImage, "no whole picture"},
		{"cut in the local colour table", gifOf(80, 60, gifPicture(0, 0, 80, 60, table)[:100]), fault.DamagedImage, "no whole picture"},
		{"cut in the data", gifOf(80, 60, full[:13]), fault.DamagedImage, "cut short"},
		{"cut near the end of the data", gifOf(80, 60, full[:len(full)-5]), fault.DamagedImage, "cut short"},
		{"cut in a comment", gifOf(80, 60, []byte{0x21, 0xfe, 9, 1}), fault.DamagedImage, "no whole picture"},
		{"10001 pictures", gifOf(1, 1, bytes.Repeat(gifPicture(0, 0, 1, 1), maxFrames+1)), fault.TooManyPixels, "10000 frames"},
	}
}

func TestGIF(t *testing.T)         { checkAccepted(t, gifReads()) }
func TestGIFRefusals(t *testing.T) { checkRefusals(t, gifRefusals()) }
func FuzzGIF(f *testing.F)         { fuzz(f, gifReads(), gifRefusals()) }
