package probe

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"imagekit/internal/fault"
)

// avifTrack returns a track of the test picture's size whose first sample is at offset 32: where avifFile puts the
// data of its first item.
func avifTrack(handler string, samples uint32, properties ...[]byte) []byte {
	entry := boxOf("av01", make([]byte, 24), be16(80, 60), make([]byte, 50), av1c, slices.Concat(properties...))
	return boxOf("trak", boxOf("tkhd", make([]byte, 84)), boxOf("mdia",
		boxOf("hdlr", be32(0, 0), []byte(handler), make([]byte, 13)),
		boxOf("minf", boxOf("stbl", boxOf("stsd", be32(0, 1), entry), boxOf("stsz", be32(0, 0, samples)),
			boxOf("stco", be32(0, 1, 32))))))
}

func TestAVIFSequence(t *testing.T) {
	auxi := boxOf("auxi", be32(0), []byte(alphaName+"\x00"))
	tracks := boxOf("moov", avifTrack("pict", 5, boxOf("irot", []byte{1})), avifTrack("auxv", 5, auxi))
	checkAccepted(t, []accepted{
		{"track wins over the item", avifFile("avis", tracks, still()), with(plainAVIF, func(i *Info) {
			i.Frames, i.Alpha, i.Orientation = 5, true, 8
		})},
		{
			"no meta box", slices.Concat(boxOf("ftyp", []byte("avis"), be32(0), []byte("avifmif1")),
				boxOf("mdat", still().data), tracks),
			with(plainAVIF, func(i *Info) { i.Frames, i.Alpha, i.Orientation = 5, true, 8 }),
		},
	})
}

// TestAVIFOrientation compares with the turns and mirrors as such: the picture's corners are followed through an
// anti-clockwise turn, then a mirror, and through the EXIF orientation.
func TestAVIFOrientation(t *testing.T) {
	type corners [4]int // top left, top right, bottom right, bottom left
	turn := func(c corners) corners { return corners{c[1], c[2], c[3], c[0]} }
	topBottom := func(c corners) corners { return corners{c[3], c[2], c[1], c[0]} }
	leftRight := func(c corners) corners { return corners{c[1], c[0], c[3], c[2]} }
	shown := map[int]corners{ // EXIF 3.0 §4.6.5: which stored corner is shown where
		1: {1, 2, 3, 4}, 2: {2, 1, 4, 3}, 3: {3, 4, 1, 2}, 4: {4, 3, 2, 1},
		5: {1, 4, 3, 2}, 6: {4, 1, 2, 3}, 7: {3, 2, 1, 4}, 8: {2, 3, 4, 1},
	}
	for angle := range byte(4) {
		want := corners{1, 2, 3, 4}
		for range angle {
			want = turn(want)
		}
		irot := boxOf("irot", []byte{angle})
		rows := []struct {
			mirror string
			file   []byte
			want   corners
		}{
			{"none", avifOf(still(irot)), want},
			{"top and bottom", avifOf(still(irot, boxOf("imir", []byte{0}))), topBottom(want)},
			{"left and right", avifOf(still(irot, boxOf("imir", []byte{1}))), leftRight(want)},
			{"mirror listed first", avifOf(still(boxOf("imir", []byte{1}), irot)), leftRight(want)},
		}
		for _, row := range rows {
			t.Run(fmt.Sprintf("turn %d, mirror %s", angle, row.mirror), func(t *testing.T) {
				info, err := Read(row.file, testLimits)
				if err != nil {
					t.Fatal(err)
				}
				if got := shown[info.Orientation]; got != row.want {
					t.Errorf("orientation %d shows %v, want %v", info.Orientation, got, row.want)
				}
			})
		}
	}
}

// TestAVIFBudget holds that small files which ask for much work are refused.
func TestAVIFBudget(t *testing.T) {
	hundred := slices.Repeat([]uint16{2}, 60_000)
	empty := slices.Concat(be32(2<<24), be16(0), be32(0xffffffff), make([]byte, 100))
	locations := slices.Concat(be32(1<<24), be16(0, 0xffff), slices.Repeat(be16(1, 0, 0, 0xffff), 1000))
	files := map[string][]byte{
		"references": avifOf(gridItem(255, 235, 80, 60, hundred...), still()),
		"boxes":      slices.Concat(avifOf(still()), slices.Repeat(boxOf("free"), maxBoxes+1)),
		"items":      append(boxOf("ftyp", []byte("avif"), be32(0)), boxOf("meta", be32(0), boxOf("iloc", empty))...),
		"extents":    append(boxOf("ftyp", []byte("avif"), be32(0)), boxOf("meta", be32(0), boxOf("iloc", locations))...),
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			info, err := Read(file, testLimits)
			if err == nil || fault.From(err).Kind != fault.DamagedImage {
				t.Errorf("%+v, %v; want a refusal", info, err)
			}
		})
	}
}

// TestAVIFWide reads the boxes in their wide versions: ids and offsets of 32 and 64 bits, data in two extents,
// property numbers of 15 bits.
func TestAVIFWide(t *testing.T) {
	const color, alpha = 70_000, 80_000
	file := boxOf("ftyp", []byte("avif"), be32(0), []byte("avifmif1"))
	start := uint32(len(file)) + 8
	data := av1Still(0, 80, 60, yuv420)
	half, end := uint32(5), uint32(len(data))
	location := func(id uint32) []byte { // base offset and two extents, each with an index
		return slices.Concat(be32(id), be16(0, 0), be32(0, start), be16(2),
			be32(1, 0, 0, 0, half), be32(2, 0, half, 0, end-half))
	}
	infe := func(id uint32) []byte { return boxOf("infe", be32(3<<24, id), be16(0), []byte("av01\x00")) }
	properties := func(id uint32, numbers ...uint16) []byte {
		return slices.Concat(be32(id), []byte{byte(len(numbers))}, be16(numbers...))
	}
	meta := boxOf("meta", be32(0), boxOf("pitm", be32(1<<24, color)),
		boxOf("iloc", be32(2<<24), be16(0x8884), be32(2), location(color), location(alpha)),
		boxOf("iinf", be32(1<<24, 2), infe(color), infe(alpha)),
		boxOf("iref", be32(1<<24), boxOf("auxl", be32(alpha), be16(1), be32(color))),
		boxOf("iprp", boxOf("ipco", ispe(80, 60), av1c, auxc(alphaName)),
			boxOf("ipma", be32(1<<24|1, 2), properties(color, 1, 0x8002, 99), properties(alpha, 1, 2, 3))))
	whole := slices.Concat(file, boxOf("mdat", data), meta)
	checkAccepted(t, []accepted{{"wide", whole, with(plainAVIF, func(i *Info) { i.Alpha = true })}})
	elsewhere := slices.Clone(whole)
	elsewhere[len(file)+8+len(data)+bytes.Index(meta, location(color))+5] = 2 // construction method: in another item
	checkRefusals(t, []refusal{{"data in another item", elsewhere, fault.UnsupportedFormat, "other items"}})
}
