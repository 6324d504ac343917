package imagetest

import (
	"bytes"
	"encoding/binary"
	"image"
	"slices"
	"testing"
)

// Item is an image item of an AVIF that is put together by hand.
type Item struct {
	Kind       string // av01 or grid
	Data       []byte
	Properties [][]byte
	Tiles      []uint16 // dimg: the items of a grid, from 1, in their order
	AlphaOf    uint16   // auxl
}

// Box returns an ISO box with the parts as its body.
func Box(kind string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), kind...), body...)
}

func numbers(values ...any) []byte {
	var b []byte
	for _, v := range values {
		b, _ = binary.Append(b, binary.BigEndian, v)
	}
	return b
}

// CodedItem encodes a picture and returns it as an item with its size and configuration, and more properties.
func CodedItem(tb testing.TB, img *image.NRGBA, o AVIF, more ...[]byte) Item {
	tb.Helper()
	file := EncodeAVIF(tb, img, o)
	config := bytes.Index(file, []byte("av1C"))
	nclx := bytes.Index(file, []byte("colrnclx"))
	size := img.Bounds().Size()
	return Item{
		Kind: "av01", Data: file[bytes.LastIndex(file, []byte("mdat"))+4:],
		Properties: append([][]byte{
			Box("ispe", numbers(uint32(0), uint32(size.X), uint32(size.Y))), Box("av1C", file[config+4:config+8]),
			Box("colr", file[nclx+4:nclx+15]),
		}, more...),
	}
}

// GridItem returns a grid of these tiles.
func GridItem(columns, rows byte, size image.Point, tiles ...uint16) Item {
	return Item{
		Kind: "grid", Data: append([]byte{0, 0, rows - 1, columns - 1}, numbers(uint16(size.X), uint16(size.Y))...),
		Properties: [][]byte{Box("ispe", numbers(uint32(0), uint32(size.X), uint32(size.Y)))}, Tiles: tiles,
	}
}

// AlphaProperty marks an item as alpha.
func AlphaProperty() []byte {
	return Box("auxC", numbers(uint32(0)), []byte("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00"))
}

// BuildAVIF returns a file of the items 1, 2, … of which the first is shown. As in files of early encoders each item has
// an ipma box of its own, and meta reaches to the end of the file.
func BuildAVIF(items ...Item) []byte {
	file := Box("ftyp", []byte("avif\x00\x00\x00\x00avifmif1"))
	var infe, ipco, ipma, iref []byte
	iloc, properties := numbers(uint32(0), uint16(0x4400), uint16(len(items))), 0
	for i, x := range items {
		id := uint16(i + 1)
		iloc = append(iloc, numbers(id, uint16(0), uint16(1), uint32(len(file)+8), uint32(len(x.Data)))...)
		file = append(file, Box("mdat", x.Data)...)
		infe = append(infe, Box("infe", numbers(uint32(2<<24), id, uint16(0)), []byte(x.Kind), []byte{0})...)
		of := numbers(uint32(0), uint32(1), id, byte(len(x.Properties)))
		for _, p := range x.Properties {
			properties++
			ipco, of = append(ipco, p...), append(of, byte(properties))
		}
		ipma = append(ipma, Box("ipma", of)...)
		if x.Tiles != nil {
			iref = append(iref, Box("dimg", numbers(id, uint16(len(x.Tiles)), x.Tiles))...)
		}
		if x.AlphaOf != 0 {
			iref = append(iref, Box("auxl", numbers(id, uint16(1), x.AlphaOf))...)
		}
	}
	meta := Box("meta", numbers(uint32(0)), Box("hdlr", numbers(uint32(0), uint32(0)), []byte("pict"), make([]byte, 13)),
		Box("pitm", numbers(uint32(0), uint16(1))), Box("iinf", numbers(uint32(0), uint16(len(items))), infe),
		Box("iloc", iloc), Box("iref", numbers(uint32(0)), iref), Box("iprp", Box("ipco", ipco), ipma))
	binary.BigEndian.PutUint32(meta, 0)
	return append(file, meta...)
}
