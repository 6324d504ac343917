package probe

import (
	"bytes"
	"encoding/binary"
	"image"
	"slices"
	"testing"

	"imagekit/internal/fault"
)

// bare is what a still of its own says of a picture.
func bare(i Info) Info {
	return Info{
		Format: i.Format, Width: i.Width, Height: i.Height, Orientation: 1, Frames: 1, Alpha: i.Alpha, Model: i.Model,
		Depth: i.Depth, SubX: i.SubX, SubY: i.SubY, CICP: i.CICP,
	}
}

// checkStill holds that the still of whatever is read reads as the same picture.
func checkStill(t *testing.T, file []byte) {
	t.Helper()
	want, err := Read(file, testLimits)
	if err != nil {
		return
	}
	still, shown, err := StillAVIF(file)
	if err != nil {
		t.Fatalf("the header reads, but %v", err)
	}
	if shown != image.Pt(want.Width, want.Height) {
		t.Errorf("shows %v, want %d × %d", shown, want.Width, want.Height)
	}
	if most := len(file) + 200*maxBoxes; len(still) > most {
		t.Errorf("%d bytes of %d, want at most %d", len(still), len(file), most)
	}
	got, err := Read(still, testLimits)
	if err != nil {
		t.Fatalf("the still cannot be read: %v", err)
	}
	if want.Coded > 0 {
		got.Width, got.Height = want.Width, want.Height
	}
	if got.Profile != nil || got.ICC != 0 {
		t.Error("want no profile in the still")
	}
	if a, b := bare(got), bare(want); a.Width != b.Width || a.Height != b.Height || a.Alpha != b.Alpha ||
		a.Model != b.Model ||
		a.Depth != b.Depth || a.SubX != b.SubX || a.CICP != b.CICP || got.Orientation != 1 || got.Frames != 1 {
		t.Errorf("got %+v, want %+v", a, b)
	}
}

func TestStillAVIF(t *testing.T) {
	for _, tt := range append(avifReads(), avifParts()...) {
		t.Run(tt.name, func(t *testing.T) { checkStill(t, tt.file) })
	}
	for _, tt := range avifRefusals() {
		if _, _, err := StillAVIF(tt.file); err == nil && tt.kind != fault.TooManyPixels {
			t.Errorf("%s: want a refusal", tt.name)
		}
	}
}

func FuzzStillAVIF(f *testing.F) {
	for _, tt := range append(avifReads(), avifParts()...) {
		f.Add(tt.file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) >= 12 && bytes.Equal(file[4:8], []byte("ftyp")) {
			checkStill(t, file)
		}
	})
}

// TestStillOrder: the tiles are items in the order of the grid, each with its own bytes, and boxes that strangers filled
// are gone.
func TestStillOrder(t *testing.T) {
	marked := func(mark byte) avifItem {
		x := still()
		x.data = append(x.data, 0x7a, mark, mark, mark) // behind the header
		return x
	}
	file := avifOf(gridItem(2, 2, 150, 110, 5, 3, 4, 2), marked('a'), marked('b'), marked('c'), marked('d'))
	b, _, err := StillAVIF(append(file, boxOf("evil", make([]byte, 9))...))
	if err != nil {
		t.Fatal(err)
	}
	a := avifReader{file: b, lim: testLimits, left: maxBoxes, items: map[uint32]*item{}}
	kinds := []string{}
	err = a.left.boxes(b, func(x box) error {
		kinds = append(kinds, x.kind)
		if x.kind == "meta" {
			return a.meta(x.body)
		}
		return nil
	})
	if err != nil || !slices.Equal(kinds, []string{"ftyp", "meta", "mdat"}) {
		t.Fatalf("%v, %v", kinds, err)
	}
	var marks []byte
	for _, id := range a.items[a.primary].parts {
		e := a.items[id].extents[0]
		marks = append(marks, b[e.offset+e.size-1])
	}
	if string(marks) != "dbca" || !slices.Equal(a.items[1].parts, []uint32{2, 3, 4, 5}) {
		t.Errorf("tiles %q of items %v", marks, a.items[1].parts)
	}
}

// splitIpma gives each item its own ipma box, as the first encoders did.
func splitIpma(file []byte) []byte {
	at := bytes.Index(file, []byte("ipma")) - 4
	end := at + int(binary.BigEndian.Uint32(file[at:]))
	var boxes []byte
	for b := file[at+16 : end]; len(b) > 0; {
		n := 3 + int(b[2])
		boxes = append(boxes, boxOf("ipma", be32(0, 1), b[:n])...)
		b = b[n:]
	}
	grown := uint32(len(boxes) - (end - at))
	out := slices.Concat(file[:at], boxes, file[end:])
	for _, kind := range []string{"meta", "iprp"} {
		head := out[bytes.Index(out, []byte(kind))-4:]
		binary.BigEndian.PutUint32(head, binary.BigEndian.Uint32(head)+grown)
	}
	return out
}

func clap(values ...uint32) []byte { return boxOf("clap", be32(values...)) }

// avifParts are files of encoders that libavif 0.11 refuses or reads otherwise.
func avifParts() []accepted {
	alpha := with(plainAVIF, func(i *Info) { i.Alpha = true })
	of := func(of uint16, properties ...[]byte) avifItem {
		x := still(append(properties, auxc(alphaName))...)
		x.describes = []uint16{of}
		return x
	}
	unsized := of(1)
	unsized.properties = unsized.properties[1:]
	pair := slices.Concat(avifOf(still(), of(1)))
	endless := bytes.Clone(pair)
	binary.BigEndian.PutUint32(endless[bytes.LastIndex(endless, []byte("meta"))-4:], 0)
	gridInfo := with(plainAVIF, func(i *Info) { i.Width, i.Height = 150, 60 })
	const minus = 1 << 32
	cut := func(w, h int) Info {
		return with(plainAVIF, func(i *Info) { i.Width, i.Height, i.Coded = w, h, 4800 })
	}
	sound := boxOf("trak", boxOf("tkhd", make([]byte, 84)),
		boxOf("mdia", boxOf("hdlr", be32(0, 0), []byte("soun"), make([]byte, 13)),
			boxOf("minf", boxOf("stbl", boxOf("stsd", be32(0, 1), boxOf("mp4a", make([]byte, 28)))))))
	return []accepted{
		{"an ipma box for each item", splitIpma(pair), alpha},
		{"meta up to the end", endless, alpha},
		{"alpha without its size", avifOf(still(), unsized), alpha},
		{
			"alpha of each tile", avifOf(gridItem(2, 1, 150, 60, 2, 3), still(), still(), of(2), of(3)),
			with(gridInfo, func(i *Info) { i.Alpha = true }),
		},
		{"alpha of one tile of two", avifOf(gridItem(2, 1, 150, 60, 2, 3), still(), still(), of(3)), gridInfo},
		{
			"sound", avifFile("avis", boxOf("moov", sound, avifTrack("pict", 5)), still()),
			with(plainAVIF, func(i *Info) { i.Frames = 5 }),
		},
		{"brightest light", avifOf(still(boxOf("clli", be16(1200, 300)))), with(plainAVIF, func(i *Info) { i.Peak = 1200 })},
		{"clean aperture", avifOf(still(clap(70, 1, 50, 1, minus-5, 1, minus-5, 1))), cut(70, 50)},
		{"clean aperture in fractions", avifOf(still(clap(140, 2, 150, 3, minus-10, 2, minus-30, 6))), cut(70, 50)},
		{"clean aperture of everything", avifOf(still(clap(80, 1, 60, 1, 0, 1, 0, 1))), plainAVIF},
		{"clean aperture in the middle", avifOf(still(clap(70, 1, 50, 1, 0, 1, 0, 1))), plainAVIF},
		{"clean aperture of half a pixel", avifOf(still(clap(141, 2, 50, 1, minus-5, 1, minus-5, 1))), plainAVIF},
		{"clean aperture in zeroths", avifOf(still(clap(70, 0, 50, 1, minus-5, 1, minus-5, 1))), plainAVIF},
		{"clean aperture that overflows", avifOf(still(clap(1<<31, minus-1, 50, 1, 1<<31, 1<<31, minus-5, 1))), plainAVIF},
		{"colours cut short", avifOf(still(boxOf("colr", []byte("nclx"), be16(9, 16)))), plainAVIF},
	}
}

func TestAVIFParts(t *testing.T) { checkAccepted(t, avifParts()) }

// TestStillIsBounded: what is referred to many times is written once.
func TestStillIsBounded(t *testing.T) {
	large := still(boxOf("a1op", make([]byte, 100_000)))
	large.properties[1] = boxOf("av1C", []byte{0x81, 0, 0, 0}, make([]byte, 100_000))
	large.data = append(large.data, make([]byte, 100_000)...)
	file := avifOf(gridItem(100, 50, 8000, 3000, slices.Repeat([]uint16{2}, 5000)...), large)
	still, _, err := StillAVIF(file)
	if err != nil || len(still) > len(file)+500_000 {
		t.Errorf("%d bytes of %d, %v", len(still), len(file), err)
	}
}

// TestOverlappingExtents: an item whose extents add up to more than the file is refused.
func TestOverlappingExtents(t *testing.T) {
	x := still()
	x.data = append(x.data, make([]byte, 3000)...)
	file := avifOf(x)
	at := bytes.Index(file, []byte("iloc")) - 4
	old := int(binary.BigEndian.Uint32(file[at:]))
	iloc := boxOf("iloc", be32(1<<24), be16(0x4400, 1, 1, 0, 0, 4000), slices.Repeat(be32(32, 3000), 4000))
	grown := slices.Concat(file[:at], iloc, file[at+old:])
	head := grown[bytes.Index(grown, []byte("meta"))-4:]
	binary.BigEndian.PutUint32(head, binary.BigEndian.Uint32(head)+uint32(len(iloc)-old))
	checkRefusals(t, []refusal{{"12 MB of 35 KB", grown, fault.DamagedImage, "more bytes than the file"}})
}
