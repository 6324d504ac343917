package probe

import (
	"encoding/binary"
	"image"
	"math"
	"slices"

	"imagekit/internal/format"
)

// StillAVIF returns a file that holds nothing but the picture which Read describes, in the plainest boxes there are, and
// the size of what is shown of it, at the top left. The boxes are written anew from what was understood here, so that no
// decoder has to understand, or be safe from, what strangers put into theirs; the bytes behind them are b's.
// Turns, aperture, profiles and pixel information are left out: they are in Info.
func StillAVIF(b []byte) (file []byte, shown image.Point, err error) {
	s, err := parseAVIF(b, Limits{MaxPixels: math.MaxInt64 / 4})
	if err != nil {
		return nil, shown, err
	}
	w := stillWriter{numbers: map[string]uint16{}}
	color := w.add(s.color, false)
	if s.alpha != nil {
		alpha := w.add(*s.alpha, true)
		w.refer("auxl", alpha, color)
		if s.premultiplied {
			w.refer("prem", color, alpha)
		}
	}
	if len(w.numbers) >= essential {
		return nil, shown, refused(format.AVIF, essential, "properties")
	}
	width, height := cleanAperture(s.color)
	return w.file(b), image.Pt(int(width), int(height)), nil
}

// stillWriter collects the items of a file: 1 is the picture.
type stillWriter struct {
	items      []stillItem
	ipco       []byte
	numbers    map[string]uint16 // of the properties in ipco, by their bytes
	references []byte
	grids      []byte // the data of the grids
}

// stillItem is an item and where its data lies: in grids, or in the source.
type stillItem struct {
	kind       string
	grid       span
	data       []span
	properties []uint16
}

// essential marks a property that a decoder must know.
const essential = 0x8000

// add adds a picture, its tiles behind it in their order, and returns its number.
func (w *stillWriter) add(p picture, alpha bool) (id uint16) {
	x := stillItem{kind: "grid", properties: []uint16{w.property("ispe", uint32s(0, p.width, p.height))}}
	if b, ok := nclx(p.properties); ok {
		x.properties = append(x.properties, w.property("colr", append([]byte("nclx"), b...)))
	}
	if alpha {
		x.properties = append(x.properties, w.property("auxC", append(uint32s(0), alphaName+"\x00"...)))
	}
	id = uint16(len(w.items) + 1)
	if p.columns == 0 {
		x.kind, x.data = "av01", p.tiles[0].data
		x.properties = append(x.properties, w.coding(p.tiles[0])...)
		w.items = append(w.items, x)
		return id
	}
	x.grid.start = len(w.grids)
	w.grids = append(append(w.grids, 0, 1, byte(p.rows-1), byte(p.columns-1)), uint32s(p.width, p.height)...)
	x.grid.size = len(w.grids) - x.grid.start
	w.items = append(w.items, x)
	var parts []uint16
	for _, t := range p.tiles {
		width, height := extentsOf(t.properties)
		if width == 0 || height == 0 {
			width, height = t.header.width, t.header.height
		}
		properties := append(w.coding(t), w.property("ispe", uint32s(0, width, height)))
		w.items = append(w.items, stillItem{kind: "av01", data: t.data, properties: properties})
		parts = append(parts, uint16(len(w.items)))
	}
	w.refer("dimg", id, parts...)
	return id
}

// coding returns the properties that a decoder of AV1 needs (AV1-ISOBMFF §2.3, AVIF §2.3).
func (w *stillWriter) coding(t tile) (numbers []uint16) {
	for _, c := range []struct {
		kind      string
		size      int // what is behind is not for a still picture
		essential uint16
	}{{"av1C", 4, essential}, {"a1op", 1, essential}, {"lsel", 2, essential}, {"a1lx", 13, 0}} {
		if b, ok := find(t.properties, c.kind); ok {
			numbers = append(numbers, w.property(c.kind, b[:min(c.size, len(b))])|c.essential)
		}
	}
	return numbers
}

// property returns the number of a property, which is written once.
func (w *stillWriter) property(kind string, body []byte) uint16 {
	b := string(boxed(kind, body))
	n, ok := w.numbers[b]
	if !ok {
		w.ipco = append(w.ipco, b...)
		n = uint16(len(w.numbers) + 1)
		w.numbers[b] = n
	}
	return n
}

func (w *stillWriter) refer(kind string, from uint16, to ...uint16) {
	w.references = append(w.references, boxed(kind, uint16s(from, uint16(len(to))), uint16s(to...))...)
}

// file writes the boxes, and behind them the data of the grids and the source.
func (w *stillWriter) file(source []byte) []byte {
	size := 8 + len(w.grids) + len(source)
	mdat := append(uint32s(int64(size)), "mdat"...)
	head := len(w.head(0)) + len(mdat)
	return slices.Concat(w.head(head), mdat, w.grids, source)
}

// head is everything in front of mdat, whose data has this offset in the file.
func (w *stillWriter) head(data int) []byte {
	iloc := append(uint32s(0), 0x44, 0)
	iloc = append(iloc, uint16s(uint16(len(w.items)))...)
	iinf := append(uint32s(0), uint16s(uint16(len(w.items)))...)
	ipma := uint32s(1, int64(len(w.items)))
	for i, x := range w.items {
		id := uint16(i + 1)
		iinf = append(iinf, boxed("infe", uint32s(2<<24), uint16s(id, 0), []byte(x.kind), []byte{0})...)
		iloc = append(iloc, uint16s(id, 0, uint16(max(1, len(x.data))))...)
		if x.kind == "grid" {
			iloc = append(iloc, uint32s(int64(data+x.grid.start), int64(x.grid.size))...)
		}
		for _, s := range x.data {
			iloc = append(iloc, uint32s(int64(data+len(w.grids)+s.start), int64(s.size))...)
		}
		ipma = append(append(ipma, uint16s(id)...), byte(len(x.properties)))
		ipma = append(ipma, uint16s(x.properties...)...)
	}
	hdlr := append(append(uint32s(0, 0), "pict"...), make([]byte, 13)...)
	meta := boxed("meta", uint32s(0), boxed("hdlr", hdlr), boxed("pitm", uint32s(0), uint16s(1)), boxed("iloc", iloc),
		boxed("iinf", iinf), boxed("iref", uint32s(0), w.references), boxed("iprp", boxed("ipco", w.ipco),
			boxed("ipma", ipma)))
	return slices.Concat(boxed("ftyp", []byte("avif\x00\x00\x00\x00avifmif1miaf")), meta)
}

// boxed returns a box with the parts as its body.
func boxed(kind string, parts ...[]byte) []byte {
	size := 8
	for _, p := range parts {
		size += len(p)
	}
	b := append(binary.BigEndian.AppendUint32(make([]byte, 0, size), uint32(size)), kind...)
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func uint32s(values ...int64) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(v))
	}
	return b
}

func uint16s(values ...uint16) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}
