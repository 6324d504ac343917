//go:build !cgo

// Package png reads and writes PNG (W3C PNG third edition, ISO/IEC 15948), row by row, straight between the file and
// planes.
package png

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"runtime"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Version says what reads and writes here.
func Version() string { return "compress/zlib of " + runtime.Version() }

// Decode reads a PNG into Gray or RGB planes, with an alpha plane when the file has an alpha channel or tRNS.
// Depths below 8 and palettes become 8 bits, 16 bits stay. Of an animated PNG it reads the still picture. Gamma and
// profiles are not applied. Rows outside h.Crop may be left undefined.
//
// Rows that are missing, pixels cut short and pixels whose checksums fail are a DamagedImage; what is missing, cut or
// stray behind them is accepted, and a checksum of a chunk where that of the zlib stream in it is right.
func Decode(src []byte, h frame.Hint) (*frame.Frame, error) {
	head, file, err := strip(src)
	if err != nil {
		return nil, err
	}
	if err := sensible(head, file); err != nil {
		return nil, err
	}
	d := decoder{header: head}
	pixels := d.read(file)
	if err := d.fillTables(); err != nil {
		return nil, err
	}
	z, err := zlib.NewReader(pixels)
	if err != nil {
		return nil, damaged("its pixels: %v", err)
	}
	f, err := newFrame(head)
	if err != nil {
		return nil, err
	}
	top, bottom := 0, head.height
	if !h.Crop.Empty() && !head.interlaced {
		top, bottom = max(h.Crop.Min.Y, 0), min(h.Crop.Max.Y, head.height)
	}
	d.planes = channels(f)
	if err := d.rows(z, top, bottom); err != nil {
		f.Release()
		return nil, damaged("its pixels: %v", err)
	}
	return f, nil
}

// sensible refuses headers that stand for no picture (§11.2.1).
func sensible(h header, file []byte) error {
	depths := map[byte]string{
		gray: "\x01\x02\x04\x08\x10", rgb: "\x08\x10", palette: "\x01\x02\x04\x08",
		grayAlpha: "\x08\x10", rgbAlpha: "\x08\x10",
	}
	ihdr := file[len(signature)+8:]
	if bytes.IndexByte([]byte(depths[h.color]), byte(h.depth)) < 0 || ihdr[10] != 0 || ihdr[11] != 0 || ihdr[12] > 1 {
		return damaged("colour type %d, depth %d, methods %d", h.color, h.depth, ihdr[10:13])
	}
	return nil
}

// decoder is a picture on its way from rows to planes.
type decoder struct {
	header
	plte, trns []byte
	planes     []frame.Plane
	table      [4][256]byte // of palettes and depths below 8: the samples of each plane
}

// read takes what the chunks of a stripped file hold and returns the stream of its pixels.
func (d *decoder) read(file []byte) io.Reader {
	var pixels []io.Reader
	for b := file[len(signature):]; len(b) >= 12; {
		n := int(binary.BigEndian.Uint32(b))
		data := b[8 : 8+n]
		switch string(b[4:8]) {
		case "PLTE":
			d.plte = data
		case "tRNS":
			d.trns = data
		case "IDAT":
			pixels = append(pixels, bytes.NewReader(data))
		}
		b = b[12+n:]
	}
	return io.MultiReader(pixels...)
}

// fillTables makes the lookup tables: palette entries, or grey samples scaled to 8 bits. Indices beyond the palette are
// black, as everybody shows them; entries beyond tRNS are opaque.
func (d *decoder) fillTables() error {
	for i := range d.table[3] {
		d.table[3][i] = 255
	}
	switch {
	case d.color == palette:
		if len(d.plte) == 0 || len(d.plte) > 3*256 {
			return damaged("its palette has %d bytes", len(d.plte))
		}
		for i := range len(d.plte) / 3 {
			for c := range 3 {
				d.table[c][i] = d.plte[3*i+c]
			}
		}
		if d.transparency {
			copy(d.table[3][:], d.trns)
		}
	case d.depth < 8:
		most := 1<<d.depth - 1
		for i := range most + 1 {
			d.table[0][i] = byte(i * 255 / most)
		}
		if d.transparency {
			d.table[1] = d.table[3]
			d.table[1][binary.BigEndian.Uint16(d.trns)&0xff] = 0
		}
	}
	return nil
}

// channels returns how many samples of the file make a pixel.
func (d *decoder) channels() int {
	return [...]int{gray: 1, rgb: 3, palette: 1, grayAlpha: 2, rgbAlpha: 4}[d.color]
}

// pass is where the pixels of a pass stand: the first one, and how far apart they are.
type pass struct{ x, y, dx, dy int }

// adam7 are the passes of an interlaced picture (§8.2).
var adam7 = []pass{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}

// rows decodes the rows from top to bottom, and what comes before them.
func (d *decoder) rows(z io.Reader, top, bottom int) error {
	passes := []pass{{0, 0, 1, 1}}
	if d.interlaced {
		passes = adam7
	}
	bits := d.channels() * d.depth
	size := (d.width*bits + 7) / 8
	now, before := make([]byte, 1+size), make([]byte, 1+size)
	for _, p := range passes {
		width := (d.width - p.x + p.dx - 1) / p.dx
		if width <= 0 {
			continue
		}
		n := 1 + (width*bits+7)/8
		clear(before)
		for y := p.y; y < bottom; y += p.dy {
			if _, err := io.ReadFull(z, now[:n]); err != nil {
				return err
			}
			if err := unfilter(now[0], now[1:n], before[1:n], max(1, bits/8)); err != nil {
				return err
			}
			if y >= top {
				d.store(now[1:n], y, p, width)
			}
			now, before = before, now
		}
	}
	return nil
}

// unfilter restores a row from the one above (§9.2).
func unfilter(filter byte, row, up []byte, bpp int) error {
	switch filter {
	case 0:
	case 1:
		for i := bpp; i < len(row); i++ {
			row[i] += row[i-bpp]
		}
	case 2:
		for i, v := range up[:len(row)] {
			row[i] += v
		}
	case 3:
		for i := range min(bpp, len(row)) {
			row[i] += up[i] / 2
		}
		for i := bpp; i < len(row); i++ {
			row[i] += byte((int(row[i-bpp]) + int(up[i])) / 2)
		}
	case 4:
		for i := range min(bpp, len(row)) {
			row[i] += up[i]
		}
		for i := bpp; i < len(row); i++ {
			row[i] += paeth(row[i-bpp], up[i], up[i-bpp])
		}
	default:
		return fault.New(fault.DamagedImage, "a row has filter %d", filter)
	}
	return nil
}

// paeth predicts a sample from its neighbours on the left, above, and above on the left (§9.4).
func paeth(a, b, c byte) byte {
	pa, pb := int(b)-int(c), int(a)-int(c)
	pc := abs(pa + pb)
	pa, pb = abs(pa), abs(pb)
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

func abs(v int) int { return max(v, -v) }

// store writes a row of width pixels to the planes.
func (d *decoder) store(row []byte, y int, p pass, width int) {
	n, key := d.channels(), d.transparency && d.color != palette
	switch {
	case d.color == palette || d.depth < 8:
		d.lookUp(row, y, p, width)
		return
	case d.depth == 16:
		for c := range n {
			out := d.planes[c].Row(y, 16)[2*p.x:]
			for x := range width {
				at := 2 * (x*n + c)
				binary.NativeEndian.PutUint16(out[2*x*p.dx:], binary.BigEndian.Uint16(row[at:]))
			}
		}
	default:
		for c := range n {
			out, in := d.planes[c].Row(y, 8)[p.x:], row[c:]
			for x := range width {
				out[x*p.dx] = in[x*n]
			}
		}
	}
	if key {
		d.keyed(row, y, p, width)
	}
}

// lookUp writes what the samples of a row stand for.
func (d *decoder) lookUp(row []byte, y int, p pass, width int) {
	mask, perByte := byte(1<<d.depth-1), 8/d.depth
	for c := range d.planes {
		table, out := &d.table[c], d.planes[c].Row(y, 8)[p.x:]
		if d.depth == 8 {
			for x := range width {
				out[x*p.dx] = table[row[x]]
			}
			continue
		}
		for x := range width {
			shift := (perByte - 1 - x%perByte) * d.depth
			out[x*p.dx] = table[row[x/perByte]>>shift&mask]
		}
	}
}

// keyed writes the alpha plane of a picture with one transparent colour.
func (d *decoder) keyed(row []byte, y int, p pass, width int) {
	size := d.depth / 8 * d.channels()
	key := make([]byte, 0, 6)
	for c := range d.channels() { // 16 bits each in the file; of 8 the low ones count
		key = append(key, d.trns[2*c+2-d.depth/8:2*c+2]...)
	}
	out := d.planes[d.channels()].Row(y, d.depth)
	for x := range width {
		a := byte(255)
		if bytes.Equal(row[x*size:(x+1)*size], key) {
			a = 0
		}
		at := (p.x + x*p.dx) * d.depth / 8
		out[at], out[at+d.depth/8-1] = a, a
	}
}
