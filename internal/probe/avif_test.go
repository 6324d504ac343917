package probe

import (
	"encoding/binary"
	"slices"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/icc"
)

// boxOf returns an ISO box with the parts as its body.
func boxOf(kind string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(b, kind...), body...)
}

// be16 and be32 return numbers as bytes.
func be16(values ...uint16) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

func be32(values ...uint32) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// avifItem is an item of a file under construction.
type avifItem struct {
	kind       string
	data       []byte
	properties [][]byte
	parts      []uint16
	describes  []uint16
	idat       bool
}

var av1c = boxOf("av1C", []byte{0x81, 0, 0, 0})

func ispe(width, height uint32) []byte { return boxOf("ispe", be32(0, width, height)) }

func auxc(urn string) []byte { return boxOf("auxC", be32(0), []byte(urn), []byte{0}) }

// still returns an AV1 item with more properties.
func still(properties ...[]byte) avifItem {
	return avifItem{
		kind: "av01", data: av1Still(0, 80, 60, yuv420),
		properties: append([][]byte{ispe(80, 60), av1c}, properties...),
	}
}

// avifOf returns a file with the items 1, 2, …; the first is the primary one. Item data stands in front of the meta
// box or in its idat.
func avifOf(items ...avifItem) []byte {
	return avifFile("avif", nil, items...)
}

func avifFile(brand string, tail []byte, items ...avifItem) []byte {
	file := boxOf("ftyp", []byte(brand), be32(0), []byte("avifmif1"))
	infe, ipco, ipma, iref, idat := []byte(nil), []byte(nil), []byte(nil), []byte(nil), []byte(nil)
	iloc := slices.Concat(be32(1<<24), be16(0x4400, uint16(len(items))))
	properties := 0
	for i, x := range items {
		id := uint16(i + 1)
		infe = append(infe, boxOf("infe", be32(2<<24), be16(id, 0), []byte(x.kind), []byte{0})...)
		ipma = append(append(ipma, be16(id)...), byte(len(x.properties)))
		for _, p := range x.properties {
			properties++
			ipco, ipma = append(ipco, p...), append(ipma, byte(properties)|0x80)
		}
		method, offset := uint16(0), len(file)+8
		if x.idat {
			method, offset = 1, len(idat)
			idat = append(idat, x.data...)
		} else {
			file = append(file, boxOf("mdat", x.data)...)
		}
		iloc = slices.Concat(iloc, be16(id, method, 0, 1), be32(uint32(offset), uint32(len(x.data))))
		for kind, to := range map[string][]uint16{"dimg": x.parts, "auxl": x.describes} {
			if to != nil {
				iref = append(iref, boxOf(kind, be16(id, uint16(len(to))), be16(to...))...)
			}
		}
	}
	ipma = slices.Concat(be32(0, uint32(len(items))), ipma)
	meta := boxOf("meta", be32(0), boxOf("pitm", be32(0), be16(1)), boxOf("iinf", be32(0), be16(uint16(len(items))), infe),
		boxOf("iloc", iloc), boxOf("iref", be32(0), iref), boxOf("iprp", boxOf("ipco", ipco),
			boxOf("ipma", ipma)), boxOf("idat", idat))
	return slices.Concat(file, meta, tail)
}

// gridItem returns a grid of columns × rows with output size and the tiles' numbers.
func gridItem(columns, rows byte, width, height uint16, parts ...uint16) avifItem {
	return avifItem{
		kind: "grid", idat: true, data: append([]byte{0, 0, rows - 1, columns - 1}, be16(width, height)...),
		properties: [][]byte{ispe(uint32(width), uint32(height))}, parts: parts,
	}
}

var plainAVIF = Info{
	Format: format.AVIF, Width: 80, Height: 60, Orientation: 1, Frames: 1, Depth: 8, SubX: 2, SubY: 2, CICP: CICP{FullRange: true},
}

func nclxOf(primaries, transfer, matrix uint16, full byte) []byte {
	return boxOf("colr", []byte("nclx"), be16(primaries, transfer, matrix), []byte{full << 7})
}

func avifReads() []accepted {
	alpha := with(plainAVIF, func(i *Info) { i.Alpha = true })
	other := otherProfile()
	gridInfo := with(plainAVIF, func(i *Info) { i.Width, i.Height = 150, 60 })
	mono := func(w *bitWriter) { w.put(1, 0).put(1, 1).put(1, 0).put(1, 1) }
	lossless := func(w *bitWriter) { w.put(1, 0).put(1, 1).put(8, 1).put(8, 13).put(8, 0) }
	item := func(data []byte) avifItem {
		x := still()
		x.data = data
		return x
	}
	aux := func(properties [][]byte, of ...uint16) avifItem {
		x := still(properties...)
		x.describes = of
		return x
	}
	return []accepted{
		{"still", avifOf(still()), plainAVIF},
		{
			"gray", avifOf(item(av1Still(0, 80, 60, mono))),
			with(plainAVIF, func(i *Info) { i.Model, i.SubX, i.SubY = Gray, 1, 1 }),
		},
		{"RGB", avifOf(item(av1Still(1, 80, 60, lossless))), with(plainAVIF, func(i *Info) {
			i.Model, i.SubX, i.SubY, i.CICP = RGB, 1, 1, CICP{1, 13, 0, true}
		})},
		{"data in idat", avifOf(func() avifItem { x := still(); x.idat = true; return x }()), plainAVIF},
		{
			"colours by nclx", avifOf(still(nclxOf(9, 16, 9, 0))),
			with(plainAVIF, func(i *Info) { i.CICP = CICP{9, 16, 9, false} }),
		},
		{"profile", avifOf(still(boxOf("colr", []byte("prof"), other), nclxOf(2, 2, 6, 1))), with(plainAVIF, func(i *Info) {
			i.ICC, i.Profile, i.CICP = icc.OtherRGB, other, CICP{2, 2, 6, true}
		})},
		{
			"restricted profile", avifOf(still(boxOf("colr", []byte("rICC"), icc.Profile(icc.DisplayP3)))),
			with(plainAVIF, func(i *Info) { i.ICC = icc.DisplayP3 }),
		},
		{"alpha", avifOf(still(), aux([][]byte{auxc(alphaName)}, 1)), alpha},
		{"alpha by its old name", avifOf(still(), aux([][]byte{auxc("urn:mpeg:hevc:2015:auxid:1")}, 1)), alpha},
		{"depth map", avifOf(still(), aux([][]byte{auxc("urn:mpeg:hevc:2015:auxid:2")}, 1)), plainAVIF},
		{"alpha of another item", avifOf(still(), still(), aux([][]byte{auxc(alphaName)}, 2)), plainAVIF},
		{"grid", avifOf(gridItem(2, 1, 150, 60, 2, 3), still(), still()), gridInfo},
		{"grid with alpha", avifOf(gridItem(2, 1, 150, 60, 2, 2), still(), func() avifItem {
			x := gridItem(2, 1, 150, 60, 2, 2)
			x.properties, x.describes = append(x.properties, auxc(alphaName)), []uint16{1}
			return x
		}()), with(gridInfo, func(i *Info) { i.Alpha = true })},
		{"alpha of the first tile", avifOf(gridItem(1, 1, 80, 60, 2), still(), aux([][]byte{auxc(alphaName)}, 2)), alpha},
		{
			"sequence, primary item first", avifFile("avif", boxOf("moov", avifTrack("pict", 5)), still()),
			with(plainAVIF, func(i *Info) { i.Frames = 5 }),
		},
		{"box to the end of the file", func() []byte {
			b := avifFile("avif", boxOf("free", make([]byte, 9)), still())
			binary.BigEndian.PutUint32(b[len(b)-17:], 0)
			return b
		}(), plainAVIF},
		{"EXIF is not read", avifOf(still(), avifItem{kind: "Exif", data: append(be32(6), upright(6)...)}), plainAVIF},
	}
}

func avifRefusals() []refusal {
	change := func(edit func(*avifItem)) []byte {
		x := still()
		edit(&x)
		return avifOf(x)
	}
	whole := avifOf(still())
	badTile := still()
	badTile.properties = badTile.properties[:1]
	return []refusal{
		{"ftyp alone", boxOf("ftyp", []byte("avif"), be32(0)), fault.DamagedImage, "primary item"},
		{"cut in the meta box", whole[:len(whole)-5], fault.DamagedImage, `"meta"`},
		{"no size", change(func(x *avifItem) { x.properties = [][]byte{av1c} }), fault.DamagedImage, "size"},
		{"size 0", change(func(x *avifItem) { x.properties[0] = ispe(0, 0) }), fault.DamagedImage, "0×0"},
		{
			"too many pixels", change(func(x *avifItem) { x.properties[0] = ispe(65535, 65535) }), fault.TooManyPixels,
			"65535×65535",
		},
		{
			"more pixels coded than stated", change(func(x *avifItem) { x.data = av1Still(0, 8000, 8000, yuv420) }),
			fault.TooManyPixels, "8000×8000",
		},
		{
			"no AV1 configuration", change(func(x *avifItem) { x.properties = x.properties[:1] }), fault.DamagedImage,
			"not AV1",
		},
		{"no sequence header", change(func(x *avifItem) { x.data = obu(2, nil) }), fault.DamagedImage, "sequence header"},
		{"HEVC in AVIF", change(func(x *avifItem) { x.kind = "hvc1" }), fault.UnsupportedFormat, `"hvc1"`},
		{"data beyond the end", change(func(x *avifItem) { x.data, x.idat = nil, true }), fault.DamagedImage, "cut short"},
		{"alpha of too many pixels", avifOf(still(), func() avifItem {
			x := still(auxc(alphaName))
			x.describes, x.data = []uint16{1}, av1Still(0, 8000, 8000, yuv420)
			return x
		}()), fault.TooManyPixels, "8000×8000"},
		{"tile missing", avifOf(gridItem(2, 1, 150, 60, 2, 9), still()), fault.DamagedImage, "tile"},
		{"tile count", avifOf(gridItem(2, 2, 150, 60, 2, 2), still()), fault.DamagedImage, "grid of 2×2 for 2 tiles"},
		{"tile that is no AV1", avifOf(gridItem(1, 1, 80, 60, 2), badTile), fault.DamagedImage, "not AV1"},
		{"grid in a grid", avifOf(gridItem(1, 1, 80, 60, 1)), fault.DamagedImage, "not AV1"},
		{"tiles of too many pixels", avifOf(gridItem(3, 1, 150, 60, 2, 2, 2), func() avifItem {
			x := still()
			x.data = av1Still(0, 1000, 1000, yuv420)
			return x
		}()), fault.TooManyPixels, "3 tiles"},
		{"box smaller than its head", slices.Concat(whole, be32(7), []byte("free")), fault.DamagedImage, "7 bytes"},
		{
			"box of 2^63 bytes", slices.Concat(boxOf("ftyp", []byte("avif"), be32(0)), be32(1), []byte("meta"), be32(1<<31, 0)),
			fault.DamagedImage, "cut short",
		},
		{"sequence without pixels", avifFile("avis", boxOf("moov", avifTrack("pict", 0))), fault.DamagedImage, "missing"},
		{
			"sequence of too many frames", avifFile("avis", boxOf("moov", avifTrack("pict", maxFrames+1))), fault.TooManyPixels,
			"frames",
		},
	}
}

func TestAVIF(t *testing.T)         { checkAccepted(t, avifReads()) }
func TestAVIFRefusals(t *testing.T) { checkRefusals(t, avifRefusals()) }
func FuzzAVIF(f *testing.F)         { fuzz(f, avifReads(), avifRefusals()) }
