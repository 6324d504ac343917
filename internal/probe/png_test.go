package probe

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"runtime"
	"slices"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/icc"
)

// chunk returns a PNG chunk with its checksum.
func chunk(kind string, data ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func ihdr(width, height uint32, depth, colour, interlace byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, width)
	return chunk("IHDR", append(binary.BigEndian.AppendUint32(b, height), depth, colour, 0, 0, interlace)...)
}

var (
	idat = chunk("IDAT", 1, 2, 3)
	iend = chunk("IEND")
)

// pngOf returns the signature and the chunks.
func pngOf(chunks ...[]byte) []byte {
	return append([]byte("\x89PNG\r\n\x1a\n"), slices.Concat(chunks...)...)
}

// rgb returns a PNG of 80 × 60 in 8-bit RGB with chunks before its pixels.
func rgb(chunks ...[]byte) []byte {
	return pngOf(ihdr(80, 60, 8, 2, 0), slices.Concat(chunks...), idat, iend)
}

// iccp returns an iCCP chunk.
func iccp(profile []byte) []byte {
	b := bytes.NewBufferString("name\x00\x00")
	z := zlib.NewWriter(b)
	z.Write(profile)
	z.Close()
	return chunk("iCCP", b.Bytes()...)
}

var plainPNG = Info{
	Format: format.PNG, Width: 80, Height: 60, Orientation: 1, Frames: 1, Model: RGB, Depth: 8, SubX: 1, SubY: 1, Lossless: true,
}

// broken returns the chunk with a wrong checksum.
func broken(chunk []byte) []byte {
	chunk[len(chunk)-1]++
	return chunk
}

func pngReads() []accepted {
	alpha := with(plainPNG, func(i *Info) { i.Alpha = true })
	gray := with(plainPNG, func(i *Info) { i.Model = Gray })
	kind := func(k icc.Kind) Info { return with(plainPNG, func(i *Info) { i.ICC = k }) }
	other := otherProfile()
	palette := ihdr(80, 60, 4, 3, 0)
	large := slices.Clone(other)
	binary.BigEndian.PutUint32(large, maxProfile+1)
	return slices.Concat(pngColours(), pngTransparency(), []accepted{
		{"RGB", rgb(), plainPNG},
		{"RGBA", pngOf(ihdr(80, 60, 8, 6, 0), idat, iend), alpha},
		{"gray of 1 bit", pngOf(ihdr(80, 60, 1, 0, 0), idat, iend), gray},
		{"gray and alpha of 16 bits, interlaced", pngOf(ihdr(80, 60, 16, 4, 1), idat, iend), with(gray, func(i *Info) {
			i.Alpha, i.Depth, i.Progressive = true, 16, true
		})},
		{"palette", pngOf(palette, chunk("PLTE", 1, 2, 3), idat, iend), plainPNG},
		{
			"palette with transparency", pngOf(palette, chunk("PLTE", 1, 2, 3, 4, 5, 6), chunk("tRNS", 255, 0), idat, iend),
			alpha,
		},
		{"palette, all opaque", pngOf(palette, chunk("PLTE", 1, 2, 3), chunk("tRNS", 255, 255), idat, iend), plainPNG},
		{"transparent colour", rgb(chunk("tRNS", 0, 0, 0, 0, 0, 0)), alpha},
		{
			"transparency behind the pixels", pngOf(ihdr(80, 60, 8, 2, 0), idat, chunk("tRNS", 0, 0, 0, 0, 0, 0), iend),
			plainPNG,
		},
		{"eXIf", rgb(chunk("eXIf", upright(6)...)), with(plainPNG, func(i *Info) { i.Orientation = 6 })},
		{"eXIf behind the pixels", pngOf(ihdr(80, 60, 8, 2, 0), idat, chunk("eXIf", upright(8)...), iend), plainPNG},
		{"eXIf with a wrong checksum", rgb(broken(chunk("eXIf", upright(6)...))), plainPNG},
		{"sRGB", rgb(chunk("gAMA", 0, 0, 0x80, 0), chunk("sRGB", 0)), kind(icc.SRGB)},
		{"cut in the checksum of the pixels", pngOf(ihdr(80, 60, 8, 2, 0), idat[:len(idat)-1]), plainPNG},
		{
			"cut in text behind the pixels", pngOf(ihdr(80, 60, 8, 2, 0), idat, chunk("tEXt", make([]byte, 90)...)[:60]),
			plainPNG,
		},
		{"chunk of 4 GB behind the pixels", pngOf(ihdr(80, 60, 8, 2, 0), idat, []byte("\xff\xff\xff\xfftEXt")), plainPNG},
		{"iCCP", rgb(iccp(icc.Profile(icc.DisplayP3))), kind(icc.DisplayP3)},
		{
			"iCCP that needs a transform", rgb(iccp(other)),
			with(plainPNG, func(i *Info) { i.ICC, i.Profile = icc.OtherRGB, other }),
		},
		{"iCCP wins over sRGB", rgb(chunk("sRGB", 0), iccp(icc.Profile(icc.AdobeRGB))), kind(icc.AdobeRGB)},
		{"iCCP without a name", rgb(chunk("iCCP", 0, 0, 1)), kind(icc.Invalid)},
		{"iCCP of another method", rgb(chunk("iCCP", 'x', 0, 1, 0)), kind(icc.Invalid)},
		{"iCCP that is not zlib", rgb(chunk("iCCP", 'x', 0, 0, 1, 2, 3)), kind(icc.Invalid)},
		{"iCCP cut short", rgb(chunk("iCCP", iccp(other)[8:80]...)), kind(icc.Invalid)},
		{"iCCP over 4 MiB", rgb(iccp(large)), kind(icc.Invalid)},
		{"cICP", rgb(chunk("cICP", 12, 13, 0, 1)), with(plainPNG, func(i *Info) { i.CICP = CICP{12, 13, 0, true} })},
		{"APNG", rgb(chunk("acTL", 0, 0, 0, 7, 0, 0, 0, 0)), with(plainPNG, func(i *Info) { i.Frames = 7 })},
		{"no IEND", pngOf(ihdr(80, 60, 8, 2, 0), idat), plainPNG},
		{"cut in IEND", bytes.TrimSuffix(rgb(), iend[6:]), plainPNG},
		{"bytes behind the end", append(rgb(), "<html>"...), plainPNG},
		{"pixels in many chunks", pngOf(ihdr(80, 60, 8, 2, 0), bytes.Repeat(idat, 2*maxChunks), iend), plainPNG},
		{"1000 text chunks", rgb(bytes.Repeat(chunk("tEXt", 'k', 0, 'v'), maxChunks)), plainPNG},
	})
}

// pngColours: what says the meaning of the colours.
func pngColours() []accepted {
	gray := with(plainPNG, func(i *Info) { i.Model = Gray })
	kind := func(k icc.Kind) Info { return with(plainPNG, func(i *Info) { i.ICC = k }) }
	other := otherProfile()
	palette := ihdr(80, 60, 4, 3, 0)
	gamma := func(v uint32) []byte { return chunk("gAMA", binary.BigEndian.AppendUint32(nil, v)...) }
	points := func(v ...uint32) []byte {
		var b []byte
		for _, v := range v {
			b = binary.BigEndian.AppendUint32(b, v)
		}
		return chunk("cHRM", b...)
	}
	p3 := points(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
	made := func(info Info, k icc.Kind, gamma float64, c *icc.Chromaticities) Info {
		info.ICC, info.Profile = k, icc.FromGamma(gamma, c, info.Model == Gray)
		return info
	}
	linear := made(plainPNG, icc.OtherRGB, 1, nil)
	return []accepted{
		{"linear", rgb(gamma(100_000)), linear},
		{"linear grey", pngOf(ihdr(80, 60, 8, 0, 0), gamma(100_000), idat, iend), made(gray, icc.Gray, 1, nil)},
		{"linear behind the palette", pngOf(palette, chunk("PLTE", 1, 2, 3), gamma(100_000), idat, iend), linear},
		{"linear behind the pixels", pngOf(ihdr(80, 60, 8, 2, 0), idat, gamma(100_000), iend), plainPNG},
		{"the usual gamma", rgb(gamma(45_455)), plainPNG},
		{"no gamma", rgb(gamma(0)), plainPNG},
		{"negative gamma", rgb(gamma(1 << 31)), plainPNG},
		{"gamma of two bytes", rgb(chunk("gAMA", 1, 0)), plainPNG},
		{"the first gamma counts", rgb(gamma(45_455), gamma(100_000)), plainPNG},
		{"gamma with a wrong checksum", rgb(broken(gamma(100_000))), plainPNG},
		{"gamma and chromaticities", rgb(p3, gamma(45_455)), made(plainPNG, icc.OtherRGB, 0.45455, &icc.Chromaticities{
			0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06,
		})},
		{"chromaticities alone", rgb(p3), plainPNG},
		{"chromaticities that are no colours", rgb(gamma(100_000), points(0, 0, 0, 0, 0, 0, 0, 0)), plainPNG},
		{"sRGB wins over gamma", rgb(gamma(100_000), p3, chunk("sRGB", 0)), kind(icc.SRGB)},
		{"sRGB with a wrong checksum", rgb(gamma(100_000), broken(chunk("sRGB", 0))), linear},
		{"iCCP wins over gamma", rgb(gamma(100_000), iccp(icc.Profile(icc.DisplayP3))), kind(icc.DisplayP3)},
		{"iCCP that is not usable does not", rgb(gamma(100_000), chunk("iCCP", 'x', 0, 0, 1, 2, 3)), linear},
		{"iCCP with a wrong checksum", rgb(broken(iccp(icc.Profile(icc.DisplayP3)))), plainPNG},
		{
			"cICP wins over all", rgb(gamma(100_000), chunk("sRGB", 0), iccp(other), chunk("cICP", 12, 13, 0, 1)),
			with(plainPNG, func(i *Info) {
				i.CICP = CICP{12, 13, 0, true}
			}),
		},
		{
			"cICP that states nothing does not", rgb(gamma(100_000), chunk("cICP", 2, 2, 0, 1)),
			with(linear, func(i *Info) { i.CICP = CICP{2, 2, 0, true} }),
		},
		{"grey with an RGB profile", pngOf(ihdr(80, 60, 8, 0, 0), iccp(other), idat, iend), with(gray, func(i *Info) {
			i.ICC, i.Profile = icc.Gray, icc.GrayAxis(other)
		})},
	}
}

func pngTransparency() []accepted {
	alpha := with(plainPNG, func(i *Info) { i.Alpha = true })
	gray := with(plainPNG, func(i *Info) { i.Model = Gray })
	palette := ihdr(80, 60, 4, 3, 0)
	return []accepted{
		{"tRNS in front of the palette", pngOf(palette, chunk("tRNS", 0), chunk("PLTE", 1, 2, 3), idat, iend), plainPNG},
		{
			"tRNS with a wrong checksum", pngOf(palette, chunk("PLTE", 1, 2, 3), broken(chunk("tRNS", 0)), idat, iend),
			plainPNG,
		},
		{
			"the first tRNS counts", pngOf(palette, chunk("PLTE", 1, 2, 3), chunk("tRNS", 255), chunk("tRNS", 0), idat, iend),
			plainPNG,
		},
		{"tRNS beyond the palette", pngOf(palette, chunk("PLTE", 1, 2, 3), chunk("tRNS", 255, 0), idat, iend), plainPNG},
		{"tRNS too short for a colour", rgb(chunk("tRNS", 0, 0, 0)), plainPNG},
		{"tRNS beside alpha", pngOf(ihdr(80, 60, 8, 6, 0), chunk("tRNS", 0, 0, 0, 0, 0, 0), idat, iend), alpha},
		{"grey tRNS beyond 4 bits", pngOf(ihdr(80, 60, 4, 0, 0), chunk("tRNS", 0, 0x13), idat, iend), gray},
		{
			"grey tRNS beyond 8 bits", pngOf(ihdr(80, 60, 8, 0, 0), chunk("tRNS", 1, 0x13), idat, iend),
			with(gray, func(i *Info) { i.Alpha = true }),
		},
	}
}

func pngRefusals() []refusal {
	badCRC := rgb()
	badCRC[30]++
	actl := func(frames uint32) []byte {
		return chunk("acTL", binary.BigEndian.AppendUint64(nil, uint64(frames)<<32)...)
	}
	return []refusal{
		{"signature alone", pngOf(), fault.DamagedImage, "IHDR"},
		{"cut in IHDR", rgb()[:30], fault.DamagedImage, "IHDR"},
		{"another chunk first", pngOf(chunk("tEXt", make([]byte, 30)...)), fault.DamagedImage, "IHDR"},
		{"IHDR with a wrong checksum", badCRC, fault.DamagedImage, "checksum"},
		{"RGB of 4 bits", pngOf(ihdr(80, 60, 4, 2, 0), idat), fault.DamagedImage, "colour type 2 with 4 bits"},
		{"palette of 16 bits", pngOf(ihdr(80, 60, 16, 3, 0), idat), fault.DamagedImage, "colour type 3 with 16 bits"},
		{"colour type 5", pngOf(ihdr(80, 60, 8, 5, 0), idat), fault.DamagedImage, "colour type 5"},
		{"32 bits", pngOf(ihdr(80, 60, 32, 2, 0), idat), fault.DamagedImage, "32 bits"},
		{"interlace 2", pngOf(ihdr(80, 60, 8, 2, 2), idat), fault.DamagedImage, "interlace 2"},
		{"no width", pngOf(ihdr(0, 60, 8, 2, 0), idat), fault.DamagedImage, "0×60"},
		{"too many pixels", pngOf(ihdr(30000, 30000, 1, 0, 0), idat), fault.TooManyPixels, "30000×30000"},
		{"largest size", pngOf(ihdr(1<<32-1, 1<<32-1, 1, 0, 0), idat), fault.TooManyPixels, "4294967295"},
		{"no pixels", pngOf(ihdr(80, 60, 8, 2, 0), iend), fault.DamagedImage, "IDAT"},
		{"cut in a text chunk", rgb(chunk("tEXt", make([]byte, 90)...))[:60], fault.DamagedImage, `"tEXt"`},
		{"cut in the pixels", bytes.TrimSuffix(rgb(), slices.Concat(idat[9:], iend)), fault.DamagedImage, `"IDAT"`},
		{"chunk of 4 GB", rgb([]byte("\xff\xff\xff\xfftEXt")), fault.DamagedImage, `"tEXt"`},
		{"palette missing", pngOf(ihdr(80, 60, 8, 3, 0), idat), fault.DamagedImage, "palette"},
		{"1001 text chunks", rgb(bytes.Repeat(chunk("tEXt", 'k', 0, 'v'), maxChunks+1)), fault.DamagedImage, "1000 chunks"},
		{
			"1001 text chunks behind the pixels", pngOf(ihdr(80, 60, 8, 2, 0), idat, bytes.Repeat(chunk("zTXt"), maxChunks+1)),
			fault.DamagedImage, "1000 chunks",
		},
		{"frames stated", rgb(actl(maxFrames + 1)), fault.TooManyPixels, "frames"},
		{"frames counted", rgb(bytes.Repeat(chunk("fcTL"), maxFrames+1)), fault.TooManyPixels, "frames"},
	}
}

func TestPNG(t *testing.T)         { checkAccepted(t, pngReads()) }
func TestPNGRefusals(t *testing.T) { checkRefusals(t, pngRefusals()) }
func FuzzPNG(f *testing.F)         { fuzz(f, pngReads(), pngRefusals()) }

// TestPNGProfileBomb holds that a compressed profile costs no more than it states: 8 MiB of zeros state nothing.
func TestPNGProfileBomb(t *testing.T) {
	file := rgb(iccp(make([]byte, 8<<20)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	info, err := Read(file, testLimits)
	runtime.ReadMemStats(&after)
	if err != nil || info.ICC != icc.Invalid {
		t.Errorf("ICC %v, error %v; want an ignored profile", info.ICC, err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("%d bytes allocated", got)
	}
}
