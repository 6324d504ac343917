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

// seg returns a JPEG segment.
func seg(marker byte, data ...byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2))
	return append(b, data...)
}

// sof returns a frame header of 8 bits; the components' sampling factors are given as 0x22, their ids are 1, 2, …
func sof(marker byte, width, height uint16, sampling ...byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{8}, height)
	b = append(binary.BigEndian.AppendUint16(b, width), byte(len(sampling)))
	for i, s := range sampling {
		b = append(b, byte(i+1), s, 0)
	}
	return seg(marker, b...)
}

// named changes the ids of the components of a frame header.
func named(sof []byte, ids string) []byte {
	for i := range ids {
		sof[10+3*i] = ids[i]
	}
	return sof
}

var (
	jpegScan = append(seg(mSOS, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0), "\x12\xff\x00\x34\xff\xd0\x56"...)
	jpegEnd  = []byte{0xff, mEOI}
	jfif     = seg(mAPP0, []byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")...)
)

func adobe(transform byte) []byte {
	return seg(mAPP14, append([]byte("Adobe\x00\x64\x00\x00\x00\x00"), transform)...)
}

// jpeg returns SOI, the segments, one scan and EOI.
func jpeg(segments ...[]byte) []byte {
	return slices.Concat([]byte{0xff, mSOI}, slices.Concat(segments...), jpegScan, jpegEnd)
}

// iccPart returns an APP2 segment with part number of count.
func iccPart(number, count byte, data []byte) []byte {
	return seg(mAPP2, append(append([]byte(profileHead), number, count), data...)...)
}

// otherProfile is an RGB profile that needs a transform: Adobe RGB with another gamma.
func otherProfile() []byte {
	b := slices.Clone(icc.Profile(icc.AdobeRGB))
	i := bytes.LastIndex(b, []byte("curv"))
	binary.BigEndian.PutUint16(b[i+12:], 0x01cd)
	return b
}

// otherColours is otherProfile with another colour space and a tag renamed to the one that this needs.
func otherColours(space, tag, to string) []byte {
	b := bytes.Replace(otherProfile(), []byte(tag), []byte(to), 1)
	copy(b[16:], space)
	return b
}

var plainJPEG = Info{
	Format: format.JPEG, Width: 80, Height: 60, Orientation: 1, Frames: 1, Depth: 8, SubX: 1, SubY: 1,
}

func jpegReads() []accepted {
	frame := func() []byte { return sof(mSOF0, 80, 60, 0x11, 0x11, 0x11) }
	sub := func(x, y int) Info { return with(plainJPEG, func(i *Info) { i.SubX, i.SubY = x, y }) }
	model := func(m Model) Info { return with(plainJPEG, func(i *Info) { i.Model = m }) }
	profile := func(k icc.Kind, p []byte) Info {
		return with(plainJPEG, func(i *Info) { i.ICC, i.Profile = k, p })
	}
	p3, other := icc.Profile(icc.DisplayP3), otherProfile()
	gray, cmyk := otherColours("GRAY", "rTRC", "kTRC"), otherColours("CMYK", "rXYZ", "A2B0")
	four := sof(mSOF0, 80, 60, 0x11, 0x11, 0x11, 0x11)
	return []accepted{
		{"4:4:4", jpeg(frame()), plainJPEG},
		{"4:2:0", jpeg(sof(mSOF0, 80, 60, 0x22, 0x11, 0x11)), sub(2, 2)},
		{"4:2:2", jpeg(sof(mSOF0, 80, 60, 0x21, 0x11, 0x11)), sub(2, 1)},
		{"4:4:0", jpeg(sof(mSOF0, 80, 60, 0x12, 0x11, 0x11)), sub(1, 2)},
		{"4:1:1", jpeg(sof(mSOF0, 80, 60, 0x41, 0x11, 0x11)), sub(4, 1)},
		{"4:2:2 with doubled factors", jpeg(sof(mSOF0, 80, 60, 0x22, 0x12, 0x12)), sub(2, 1)},
		{"3:1, no common name", jpeg(sof(mSOF0, 80, 60, 0x31, 0x11, 0x11)), plainJPEG},
		{"chroma planes of unequal size", jpeg(sof(mSOF0, 80, 60, 0x22, 0x11, 0x22)), plainJPEG},
		{"chroma finer than luma", jpeg(sof(mSOF0, 80, 60, 0x11, 0x22, 0x22)), plainJPEG},
		{"extended", jpeg(sof(mSOF0+1, 80, 60, 0x11, 0x11, 0x11)), plainJPEG},
		{"progressive", jpeg(sof(mSOF2, 80, 60, 0x11, 0x11, 0x11)), with(plainJPEG, func(i *Info) { i.Progressive = true })},
		{"arithmetic", jpeg(sof(mSOF9, 80, 60, 0x11, 0x11, 0x11)), plainJPEG},
		{"arithmetic, progressive", jpeg(sof(mSOF10, 80, 60, 0x11, 0x11, 0x11)), with(plainJPEG, func(i *Info) { i.Progressive = true })},
		{"gray", jpeg(sof(mSOF0, 80, 60, 0x22)), model(Gray)},
		{"RGB by Adobe", jpeg(adobe(0), frame()), model(RGB)},
		{"RGB by name", jpeg(named(frame(), "RGB")), model(RGB)},
		{"JFIF wins over names", jpeg(jfif, named(frame(), "RGB")), model(YCbCr)},
		{"JFIF wins over Adobe", jpeg(jfif, adobe(0), frame()), model(YCbCr)},
		{"Adobe wins over names", jpeg(adobe(1), named(frame(), "RGB")), model(YCbCr)},
		{"CMYK", jpeg(four), model(CMYK)},
		{"CMYK by Adobe", jpeg(adobe(0), four), model(CMYK)},
		{"YCCK", jpeg(four, adobe(2)), model(YCCK)},
		{"EXIF", jpeg(seg(mAPP1, append([]byte(exifHead), upright(6)...)...), frame()), with(plainJPEG, func(i *Info) { i.Orientation = 6 })},
		{"XMP, then EXIF twice", jpeg(seg(mAPP1, []byte("http://ns.adobe.com/xap/1.0/")...),
			seg(mAPP1, append([]byte(exifHead), upright(3)...)...),
			seg(mAPP1, append([]byte(exifHead), upright(6)...)...), frame()), with(plainJPEG, func(i *Info) { i.Orientation = 3 })},
		{"Display P3", jpeg(iccPart(1, 1, p3), frame()), profile(icc.DisplayP3, nil)},
		{"profile in parts, out of order", jpeg(iccPart(2, 2, other[200:]), iccPart(1, 2, other[:200]), frame()), profile(icc.OtherRGB, other)},
		{"profile with a part missing", jpeg(iccPart(1, 2, p3), frame()), profile(icc.Invalid, nil)},
		{"profile with a part twice", jpeg(iccPart(1, 1, p3), iccPart(1, 1, p3), frame()), profile(icc.Invalid, nil)},
		{"profile with part 0", jpeg(iccPart(0, 1, p3), frame()), profile(icc.Invalid, nil)},
		{"profile part 255 of 3", jpeg(iccPart(255, 3, p3), frame()), profile(icc.Invalid, nil)},
		{"garbage as profile", jpeg(iccPart(1, 1, []byte("garbage")), frame()), profile(icc.Invalid, nil)},
		{"RGB profile in a gray picture, of which the curve counts", jpeg(iccPart(1, 1, p3), sof(mSOF0, 80, 60, 0x11)), with(model(Gray), func(i *Info) { i.ICC = icc.SRGB })},
		{"gray profile", jpeg(iccPart(1, 1, gray), sof(mSOF0, 80, 60, 0x11)), with(model(Gray), func(i *Info) { i.ICC, i.Profile = icc.Gray, gray })},
		{"gray profile in a colour picture", jpeg(iccPart(1, 1, gray), frame()), profile(icc.Invalid, nil)},
		{"CMYK profile", jpeg(iccPart(1, 1, cmyk), four), with(model(CMYK), func(i *Info) { i.ICC, i.Profile = icc.CMYK, cmyk })},
		{"CMYK profile in a colour picture", jpeg(iccPart(1, 1, cmyk), frame()), profile(icc.Invalid, nil)},
		{"RGB profile in CMYK", jpeg(iccPart(1, 1, p3), four), with(model(CMYK), func(i *Info) { i.ICC = icc.Invalid })},
		{"sRGB's curve in CMYK", jpeg(iccPart(1, 1, icc.GrayAxis(p3)), four), with(model(CMYK), func(i *Info) { i.ICC = icc.Invalid })},
		{"fill bytes and stray bytes between segments", jpeg(jfif, []byte("\x00\x01\xff\xff"), frame()), plainJPEG},
		{"no end of image", bytes.TrimSuffix(jpeg(frame()), jpegEnd), plainJPEG},
		{"bytes behind the end", append(jpeg(frame()), "<?php"...), plainJPEG},
		{"not interleaved", slices.Concat([]byte{0xff, mSOI}, frame(), seg(mSOS, 1, 1, 0, 0, 63, 0), jpegEnd), with(plainJPEG, func(i *Info) { i.Progressive = true })},
		{"100 scans", jpeg(frame(), bytes.Repeat(jpegScan, maxScans-1)), plainJPEG},
		{"scans behind the end", append(jpeg(frame()), bytes.Repeat(jpegScan, maxScans)...), plainJPEG},
		{"markers inside a segment between scans", jpeg(frame(), jpegScan, seg(0xfe, bytes.Repeat([]byte{0xff, mSOS}, 200)...)), plainJPEG},
	}
}

func jpegRefusals() []refusal {
	frame := sof(mSOF0, 80, 60, 0x11, 0x11, 0x11)
	twelve := sof(mSOF0+1, 80, 60, 0x11)
	twelve[4] = 12
	return []refusal{
		{"magic alone", []byte("\xff\xd8\xff"), fault.DamagedImage, "cut short"},
		{"cut in a segment", jpeg(frame)[:12], fault.DamagedImage, "cut short"},
		{"cut before the scan", slices.Concat([]byte{0xff, mSOI}, frame), fault.DamagedImage, "cut short"},
		{"no scan", slices.Concat([]byte{0xff, mSOI}, frame, jpegEnd), fault.DamagedImage, "before its first scan"},
		{"no frame header", jpeg(), fault.DamagedImage, "before the frame header"},
		{"two frame headers", jpeg(frame, frame), fault.DamagedImage, "two frame headers"},
		{"second start", jpeg([]byte{0xff, mSOI}, frame), fault.DamagedImage, "0xd8"},
		{"reserved marker", jpeg(seg(0x42), frame), fault.DamagedImage, "0x42"},
		{"segment of length 1", jpeg([]byte{0xff, 0xe5, 0, 1}, frame), fault.DamagedImage, "length of 1"},
		{"component missing", jpeg(seg(mSOF0, frame[4:len(frame)-3]...)), fault.DamagedImage, "wrong length"},
		{"sampling factor 0", jpeg(sof(mSOF0, 80, 60, 0x10)), fault.DamagedImage, "1×0"},
		{"sampling factor 5", jpeg(sof(mSOF0, 80, 60, 0x51, 0x11, 0x11)), fault.DamagedImage, "5×1"},
		{"height by DNL", jpeg(sof(mSOF0, 80, 0, 0x11)), fault.DamagedImage, "80×0"},
		{"too many pixels", jpeg(sof(mSOF0, 65500, 65500, 0x11)), fault.TooManyPixels, "65500×65500"},
		{"two channels", jpeg(sof(mSOF0, 80, 60, 0x11, 0x11)), fault.UnsupportedFormat, "2 channels"},
		{"twelve bits", jpeg(twelve), fault.UnsupportedFormat, "12 bits"},
		{"lossless", jpeg(sof(0xc3, 80, 60, 0x11)), fault.UnsupportedFormat, "lossless"},
		{"lossless, arithmetic", jpeg(sof(0xcb, 80, 60, 0x11)), fault.UnsupportedFormat, "lossless"},
		{"hierarchical", jpeg(sof(0xc5, 80, 60, 0x11)), fault.UnsupportedFormat, "hierarchical"},
		{"JPG marker", jpeg(seg(mJPG, 1, 2)), fault.DamagedImage, "0xc8"},
		{"101 scans", jpeg(frame, bytes.Repeat(jpegScan, maxScans)), fault.DamagedImage, "100 scans"},
		{"scans hidden behind reserved markers", jpeg(frame, jpegScan, bytes.Repeat(slices.Concat([]byte("\xff\x02\xff\xff"), jpegScan), maxScans)), fault.DamagedImage, "100 scans"},
	}
}

func TestJPEG(t *testing.T)         { checkAccepted(t, jpegReads()) }
func TestJPEGRefusals(t *testing.T) { checkRefusals(t, jpegRefusals()) }
func FuzzJPEG(f *testing.F)         { fuzz(f, jpegReads(), jpegRefusals()) }

func TestJPEGProfileTooLarge(t *testing.T) {
	var parts [][]byte
	for number := range byte(70) {
		parts = append(parts, iccPart(number+1, 70, make([]byte, 65000)))
	}
	parts = append(parts, sof(mSOF0, 80, 60, 0x11))
	info, err := Read(jpeg(parts...), testLimits)
	if err != nil || info.ICC != icc.Invalid || info.Profile != nil {
		t.Errorf("ICC %v, %d bytes, error %v; want an ignored profile", info.ICC, len(info.Profile), err)
	}
}
