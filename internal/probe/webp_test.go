package probe

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/icc"
)

// riffChunk returns a RIFF chunk, padded to even.
func riffChunk(kind string, data ...byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(data)))
	b = append(b, data...)
	return append(b, make([]byte, len(data)&1)...)
}

// webpOf returns the file header and the chunks.
func webpOf(chunks ...[]byte) []byte {
	body := slices.Concat(chunks...)
	b := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(body)))
	return append(append(b, "WEBP"...), body...)
}

func put24(v int) []byte { return []byte{byte(v), byte(v >> 8), byte(v >> 16)} }

// vp8 returns a lossy picture of a header and a few bytes.
func vp8(width, height uint16) []byte {
	b := append(put24(5<<5|0x10), 0x9d, 0x01, 0x2a) // first partition of 5 bytes, shown, key frame
	b = binary.LittleEndian.AppendUint16(b, width)
	b = binary.LittleEndian.AppendUint16(b, height|0x4000) // with a scale, which no reader applies
	return riffChunk("VP8 ", append(b, 1, 2, 3, 4, 5, 6)...)
}

// vp8l returns a lossless picture's header.
func vp8l(width, height, alpha, version uint32) []byte {
	return riffChunk("VP8L", binary.LittleEndian.AppendUint32([]byte{0x2f}, width-1|(height-1)<<14|alpha<<28|version<<29)...)
}

func vp8x(flags byte, width, height int) []byte {
	return riffChunk("VP8X", slices.Concat([]byte{flags, 0, 0, 0}, put24(width-1), put24(height-1))...)
}

// anmf returns a frame of an animation.
func anmf(x, y, width, height int, chunks ...[]byte) []byte {
	head := slices.Concat(put24(x/2), put24(y/2), put24(width-1), put24(height-1), put24(100), []byte{0})
	return riffChunk("ANMF", append(head, slices.Concat(chunks...)...)...)
}

var plainWebP = Info{
	Format: format.WebP, Width: 80, Height: 60, Orientation: 1, Frames: 1, Depth: 8, SubX: 2, SubY: 2, Quality: 98,
}

func webpReads() []accepted {
	alpha := with(plainWebP, func(i *Info) { i.Alpha = true })
	lossless := with(plainWebP, func(i *Info) { i.Lossless, i.Model, i.SubX, i.SubY, i.Quality = true, RGB, 1, 1, 0 })
	frames := func(info Info, n int) Info {
		return with(info, func(i *Info) { i.Frames, i.Motion = n, Motion{Alpha: i.Alpha, Repeats: -1} })
	}
	loop := func(plays byte) []byte { return riffChunk("ANIM", 0, 0, 0, 0, plays, 0) }
	flagged := func(flags byte, chunks ...[]byte) []byte {
		b := anmf(0, 0, 80, 60, chunks...)
		b[8+15] = flags
		return b
	}
	seen := func(alpha bool) Info {
		return with(plainWebP, func(i *Info) { i.Frames, i.Motion = 2, Motion{Alpha: alpha, Repeats: -1} })
	}
	other, anim := otherProfile(), riffChunk("ANIM", make([]byte, 6)...)
	full := anmf(0, 0, 80, 60, vp8(80, 60))
	return []accepted{
		{"lossy", webpOf(vp8(80, 60)), plainWebP},
		{"lossless", webpOf(vp8l(80, 60, 0, 0)), lossless},
		{"lossless with alpha", webpOf(vp8l(80, 60, 1, 0)), with(lossless, func(i *Info) { i.Alpha = true })},
		{"the flags say whether lossless has alpha", webpOf(vp8x(webpAlpha, 80, 60), vp8l(80, 60, 0, 0)), with(lossless, func(i *Info) { i.Alpha = true })},
		{"alpha in lossless that they do not announce", webpOf(vp8x(0, 80, 60), vp8l(80, 60, 1, 0)), lossless},
		{"lossy with alpha", webpOf(vp8x(webpAlpha, 80, 60), riffChunk("ALPH", 0, 1, 2), vp8(80, 60)), alpha},
		{"alpha that the flags do not announce", webpOf(vp8x(0, 80, 60), riffChunk("ALPH", 0), vp8(80, 60)), plainWebP},
		{"ALPH behind the picture", webpOf(vp8x(0, 80, 60), vp8(80, 60), riffChunk("ALPH", 0)), plainWebP},
		{"profile that the flags do not announce", webpOf(vp8x(0, 80, 60), riffChunk("ICCP", other...), vp8(80, 60)), plainWebP},
		{"profile behind the picture", webpOf(vp8x(webpICC, 80, 60), vp8(80, 60), riffChunk("ICCP", other...)), with(plainWebP, func(i *Info) {
			i.ICC, i.Profile = icc.OtherRGB, other
		})},
		{"profile", webpOf(vp8x(webpICC, 80, 60), riffChunk("ICCP", other...), vp8(80, 60)), with(plainWebP, func(i *Info) {
			i.ICC, i.Profile = icc.OtherRGB, other
		})},
		{"profile over 4 MiB", webpOf(vp8x(webpICC, 80, 60), riffChunk("ICCP", make([]byte, maxProfile+1)...), vp8(80, 60)), with(plainWebP, func(i *Info) {
			i.ICC = icc.Invalid
		})},
		{"profile in a simple file", webpOf(vp8(80, 60), riffChunk("ICCP", other...)), plainWebP},
		{"EXIF that the flags do not announce", webpOf(vp8x(0, 80, 60), vp8(80, 60), riffChunk("EXIF", upright(5)...)), plainWebP},
		{"EXIF", webpOf(vp8x(webpEXIF, 80, 60), vp8(80, 60), riffChunk("EXIF", upright(5)...)), with(plainWebP, func(i *Info) { i.Orientation = 5 })},
		{"animation", webpOf(vp8x(webpAnimation, 80, 60), anim, full, full, full), frames(plainWebP, 3)},
		{"animation with alpha", webpOf(vp8x(webpAnimation|webpAlpha, 80, 60), anim, full), alpha},
		{"animation, first frame small", webpOf(vp8x(webpAnimation, 80, 60), anim, anmf(10, 20, 30, 40, vp8(30, 40)), full), frames(alpha, 2)},
		{"animation, lossless", webpOf(vp8x(webpAnimation|webpAlpha, 80, 60), anim, anmf(0, 0, 80, 60, vp8l(80, 60, 0, 0))), with(lossless, func(i *Info) { i.Alpha = true })},
		{"shown once", webpOf(vp8x(webpAnimation, 80, 60), loop(1), full, full), with(plainWebP, func(i *Info) { i.Frames = 2 })},
		{"shown three times", webpOf(vp8x(webpAnimation, 80, 60), loop(3), full, full), with(plainWebP, func(i *Info) { i.Frames, i.Motion.Repeats = 2, 2 })},
		{"first frame wiped", webpOf(vp8x(webpAnimation, 80, 60), anim, flagged(1, vp8(80, 60)), full), seen(true)},
		{"last frame wiped", webpOf(vp8x(webpAnimation, 80, 60), anim, full, flagged(1, vp8(80, 60))), seen(false)},
		{"alpha replaces", webpOf(vp8x(webpAnimation, 80, 60), anim, full, flagged(2, riffChunk("ALPH", 0), vp8(80, 60))), seen(true)},
		{"lossless alpha replaces", webpOf(vp8x(webpAnimation, 80, 60), anim, full, flagged(2, vp8l(80, 60, 1, 0))), seen(true)},
		{"alpha is laid over", webpOf(vp8x(webpAnimation, 80, 60), anim, full, flagged(0, vp8l(80, 60, 1, 0))), seen(false)},
		{"later frames are not looked at", webpOf(vp8x(webpAnimation, 80, 60), anim, full, riffChunk("ANMF")), frames(plainWebP, 2)},
		{"bytes behind the end", append(webpOf(vp8(80, 60)), "<?php"...), plainWebP},
		{"padding missing at the end", webpOf(vp8x(0, 80, 60), vp8(80, 60), riffChunk("XMP ", 1)[:9]), plainWebP},
	}
}

func webpRefusals() []refusal {
	x := vp8x(0, 80, 60)
	moving := vp8x(webpAnimation, 80, 60)
	interFrame := vp8(80, 60)
	interFrame[8] |= 1
	partition := vp8(80, 60)
	partition[9] = 0xff
	return []refusal{
		{"file header alone", webpOf(), fault.DamagedImage, "no picture"},
		{"RIFF size too small", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), fault.DamagedImage, "RIFF size"},
		{"RIFF size beyond the end", []byte("RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff"), fault.DamagedImage, "20 of 4294967303"},
		{"cut by a byte", webpOf(vp8(80, 60))[:35], fault.DamagedImage, "cut short"},
		{"chunk beyond the RIFF size", webpOf(vp8(80, 60)[:20]), fault.DamagedImage, "VP8"},
		{"lossy header cut", webpOf(riffChunk("VP8 ", 0x10, 0, 0, 0x9d, 1, 0x2a)), fault.DamagedImage, "cut short"},
		{"no key frame", webpOf(interFrame), fault.DamagedImage, "key frame"},
		{"partition beyond the picture", webpOf(partition), fault.DamagedImage, "cut short"},
		{"no width", webpOf(vp8(0, 60)), fault.DamagedImage, "0×60"},
		{"lossless header cut", webpOf(riffChunk("VP8L", 0x2f, 0, 0)), fault.DamagedImage, "lossless"},
		{"lossless without its signature", webpOf(riffChunk("VP8L", 0x2e, 0, 0, 0, 0)), fault.DamagedImage, "lossless"},
		{"lossless of version 1", webpOf(vp8l(80, 60, 0, 1)), fault.UnsupportedFormat, "version 1"},
		{"too many pixels", webpOf(vp8l(16384, 16384, 0, 0)), fault.TooManyPixels, "16384×16384"},
		{"VP8X cut", webpOf(riffChunk("VP8X", 0, 0, 0)), fault.DamagedImage, "VP8X"},
		{"canvas of 2^24", webpOf(vp8x(0, 1<<24, 1<<24), vp8(80, 60)), fault.TooManyPixels, "16777216×16777216"},
		{"picture and canvas differ", webpOf(x, vp8(81, 60)), fault.DamagedImage, "81×60"},
		{"canvas without a picture", webpOf(x), fault.DamagedImage, "no picture"},
		{"animation without frames", webpOf(moving), fault.DamagedImage, "no picture"},
		{"first frame cut", webpOf(moving, riffChunk("ANMF", 1, 2)), fault.DamagedImage, "first frame"},
		{"first frame outside the canvas", webpOf(moving, anmf(60, 0, 30, 40, vp8(30, 40))), fault.DamagedImage, "outside"},
		{"first frame of another size", webpOf(moving, anmf(0, 0, 30, 40, vp8(31, 40))), fault.DamagedImage, "size"},
		{"first frame without a picture", webpOf(moving, anmf(0, 0, 30, 40)), fault.DamagedImage, "no picture"},
		{"1001 chunks", webpOf(x, bytes.Repeat(riffChunk("XMP "), maxChunks), vp8(80, 60)), fault.DamagedImage, "1000 chunks"},
		{"1001 chunks in the first frame", webpOf(moving, anmf(0, 0, 30, 40, bytes.Repeat(riffChunk("XMP "), maxChunks+1))), fault.DamagedImage, "1000 chunks"},
		{"10001 frames", webpOf(moving, anmf(0, 0, 30, 40, vp8(30, 40)), bytes.Repeat(riffChunk("ANMF"), maxFrames)), fault.TooManyPixels, "frames"},
	}
}

func TestWebP(t *testing.T)         { checkAccepted(t, webpReads()) }
func TestWebPRefusals(t *testing.T) { checkRefusals(t, webpRefusals()) }
func FuzzWebP(f *testing.F)         { fuzz(f, webpReads(), webpRefusals()) }
