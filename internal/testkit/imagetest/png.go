package imagetest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"testing"
)

// PNG says how a file is written. The standard library writes neither grey with alpha, nor interlaced, nor profiles.
type PNG struct {
	Gray, Alpha bool
	Depth       int // 8 (also for 0) or 16
	Interlaced  bool
	ICC         []byte
	Exif        int // orientation 1…8; 0 = no eXIf chunk
}

// adam7 lists the passes of an interlaced file: start and step across and down (PNG third edition §8.1).
var adam7 = [...][4]int{{0, 8, 0, 8}, {4, 8, 0, 8}, {0, 4, 4, 8}, {2, 4, 0, 4}, {0, 2, 2, 4}, {1, 2, 0, 2}, {0, 1, 1, 2}}

// EncodePNG writes img as p says.
func EncodePNG(t testing.TB, img *image.NRGBA, p PNG) []byte {
	t.Helper()
	kind, depth, interlace := byte(2), byte(8), byte(0)
	if p.Gray {
		kind = 0
	}
	if p.Alpha {
		kind |= 4
	}
	if p.Depth == 16 {
		depth = 16
	}
	passes := [][4]int{{0, 1, 0, 1}}
	if p.Interlaced {
		passes, interlace = adam7[:], 1
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	var rows []byte
	for _, a := range passes {
		for y := a[2]; y < h && a[0] < w; y += a[3] {
			rows = append(rows, 0) // filter: none
			for x := a[0]; x < w; x += a[1] {
				rows = p.appendPixel(rows, img.Pix[img.PixOffset(x, y):])
			}
		}
	}
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(w)), uint32(h))
	chunk(&b, "IHDR", append(size, depth, kind, 0, 0, interlace))
	if p.ICC != nil {
		chunk(&b, "iCCP", append([]byte("icc\x00\x00"), deflate(t, p.ICC)...))
	}
	if p.Exif > 0 {
		chunk(&b, "eXIf", exif(p.Exif))
	}
	chunk(&b, "IDAT", deflate(t, rows))
	chunk(&b, "IEND", nil)
	return b.Bytes()
}

func (p PNG) appendPixel(row []byte, c []byte) []byte {
	channels := c[:3:3]
	if p.Gray {
		channels = []byte{clip(0.299*float64(c[0]) + 0.587*float64(c[1]) + 0.114*float64(c[2]))}
	}
	if p.Alpha {
		channels = append(channels, c[3])
	}
	for _, v := range channels {
		row = append(row, v)
		if p.Depth == 16 {
			row = append(row, v) // v · 257
		}
	}
	return row
}

func chunk(b *bytes.Buffer, name string, data []byte) {
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	body := append([]byte(name), data...)
	b.Write(body)
	b.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body)))
}

func deflate(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
