package png

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
)

// picture is a PNG to be: samples in the file's own depth, row by row, channels interleaved.
type picture struct {
	w, h, depth int
	color       byte
	interlaced  bool
	samples     []uint16
	plte, trns  []byte
	extra       []chunk // between tRNS and IDAT
	idatSize    int     // bytes per IDAT chunk; 0 = one chunk
}

type chunk struct {
	kind string
	data []byte
}

func (p picture) channels() int {
	return map[byte]int{gray: 1, rgb: 3, palette: 1, grayAlpha: 2, rgbAlpha: 4}[p.color]
}

// at returns the sample of channel c at x, y.
func (p picture) at(x, y, c int) uint16 { return p.samples[(y*p.w+x)*p.channels()+c] }

// passes lists start and step of the rows and columns: one pass, or Adam7's seven.
func (p picture) passes() [][4]int {
	if !p.interlaced {
		return [][4]int{{0, 0, 1, 1}}
	}
	return [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}
}

// scanlines returns the raw bytes of all passes, every row with filter 0.
func (p picture) scanlines() []byte {
	var out []byte
	for _, s := range p.passes() {
		for y := s[1]; y < p.h && s[0] < p.w; y += s[3] {
			out = append(out, 0)
			acc, bits := 0, 0
			for x := s[0]; x < p.w; x += s[2] {
				for c := range p.channels() {
					v := p.at(x, y, c)
					if p.depth == 16 {
						out = append(out, byte(v>>8), byte(v))
						continue
					}
					acc, bits = acc<<p.depth|int(v), bits+p.depth
					if bits == 8 {
						out, acc, bits = append(out, byte(acc)), 0, 0
					}
				}
			}
			if bits > 0 {
				out = append(out, byte(acc<<(8-bits)))
			}
		}
	}
	return out
}

// chunks lists everything after the signature.
func (p picture) chunks() []chunk {
	ihdr := binary.BigEndian.AppendUint32(nil, uint32(p.w))
	ihdr = binary.BigEndian.AppendUint32(ihdr, uint32(p.h))
	ihdr = append(ihdr, byte(p.depth), p.color, 0, 0, 0)
	if p.interlaced {
		ihdr[12] = 1
	}
	list := []chunk{{"IHDR", ihdr}}
	if p.plte != nil {
		list = append(list, chunk{"PLTE", p.plte})
	}
	if p.trns != nil {
		list = append(list, chunk{"tRNS", p.trns})
	}
	list = append(list, p.extra...)
	var z bytes.Buffer
	zw := zlib.NewWriter(&z)
	zw.Write(p.scanlines())
	zw.Close()
	for data := z.Bytes(); len(data) > 0; {
		n := len(data)
		if p.idatSize > 0 {
			n = min(n, p.idatSize)
		}
		list, data = append(list, chunk{"IDAT", data[:n]}), data[n:]
	}
	return append(list, chunk{"IEND", nil})
}

// encode returns the file.
func (p picture) encode() []byte { return assemble(p.chunks()) }

func assemble(list []chunk) []byte {
	out := []byte(signature)
	for _, c := range list {
		out = binary.BigEndian.AppendUint32(out, uint32(len(c.data)))
		at := len(out)
		out = append(append(out, c.kind...), c.data...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[at:]))
	}
	return out
}
