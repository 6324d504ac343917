//go:build !cgo

package jpeg

import (
	"encoding/binary"
	"slices"

	"imagekit/internal/frame"
)

const (
	mDQT  = 0xDB
	mDRI  = 0xDD
	mSOF1 = 0xC1
)

// The JPEGs that most cameras and programs write, of one scan with Huffman codes, are read here: as small as they are
// wanted, where the standard library makes all pixels of them. Whatever is not as it should be is left to the standard
// library from the start, whose verdict counts.

// baseline is what is known of such a file.
type baseline struct {
	tables   byte // the highest number of a Huffman code that it may have
	parts    []part
	quants   [4]*[64]int32 // in the order of the file
	dc, ac   [4]*code
	interval int // MCUs between restart markers; 0 = none
	data     []byte
	block    coefficients // in work
}

// part is a channel while it is read.
type part struct {
	h, v   int // blocks of an MCU
	quant  *[64]int32
	dc, ac *code
	place  *[64]uint8 // where a coefficient goes in a block; 64 and more = it is not wanted
	n      int        // samples of a block in each direction that are wanted
	last   int32      // the first coefficient of the last block
	plane  *frame.Plane
	pix    []byte
}

// baselineOf reads the segments up to the scan; false when it is none of these files.
func baselineOf(src []byte, c census) (*baseline, bool) {
	if c.ended || c.sof > mSOF1 || c.scans != 1 || len(c.parts) != 1 && len(c.parts) != 3 || !c.luma() {
		return nil, false
	}
	d := &baseline{tables: 1}
	if c.sof == mSOF1 {
		d.tables = 3
	}
	for b := src[2:]; ; {
		if len(b) < 4 || b[0] != 0xFF {
			return nil, false
		}
		marker, size := b[1], 2+int(binary.BigEndian.Uint16(b[2:]))
		if size < 4 || size > len(b) {
			return nil, false
		}
		ok := true
		switch body := b[4:size]; marker {
		case mDQT:
			ok = d.quantizers(body)
		case mDHT:
			ok = d.codes(body)
		case mDRI:
			if ok = len(body) == 2; ok {
				d.interval = int(binary.BigEndian.Uint16(body))
			}
		case mSOS:
			d.data = b[size:]
			return d, d.scan(body, c)
		default:
			ok = marker == c.sof || mAPP0 <= marker && marker <= mAPP15 || marker == mCOM
		}
		if !ok {
			return nil, false
		}
		b = b[size:]
	}
}

// luma reports whether the first channel is luma: the only one, or one with as many samples as there are pixels, beside
// two of chroma that are alike.
func (c *census) luma() bool {
	usual := func(n byte) bool { return n == 1 || n == 2 || n == 4 } // as the standard library has it
	if len(c.parts) == 1 {
		return usual(c.parts[0].h) && usual(c.parts[0].v)
	}
	y, cb, cr := c.parts[0], c.parts[1], c.parts[2]
	if y.id == cb.id || y.id == cr.id || cb.id == cr.id || c.adobe && !c.ycc || y.id == 'R' && cb.id == 'G' && cr.id == 'B' {
		return false
	}
	return usual(y.h) && y.v < 4 && usual(y.v) && cb.h == 1 && cb.v == 1 && cr.h == 1 && cr.v == 1
}

// quantizers takes tables of quantizers (§B.2.4.1).
func (d *baseline) quantizers(b []byte) bool {
	for len(b) > 0 {
		wide, id := int(b[0]>>4), b[0]&15
		size := 64 << (wide & 1)
		if b = b[1:]; wide > 1 || id > 3 || len(b) < size {
			return false
		}
		q := new([64]int32)
		for i := range q {
			if wide == 0 {
				q[i] = int32(b[i])
			} else {
				q[i] = int32(binary.BigEndian.Uint16(b[2*i:]))
			}
		}
		d.quants[id], b = q, b[size:]
	}
	return true
}

// codes takes Huffman codes (§B.2.4.2).
func (d *baseline) codes(b []byte) bool {
	for len(b) > 0 {
		if len(b) < 17 {
			return false
		}
		class, id, counts, n := b[0]>>4, b[0]&15, b[1:17], 0
		for _, count := range counts {
			n += int(count)
		}
		if b = b[17:]; class > 1 || id > d.tables || n == 0 || n > 256 || len(b) < n {
			return false
		}
		c, ok := newCode(counts, b[:n])
		if !ok || slices.ContainsFunc(b[:n], func(symbol byte) bool { return unused(class, symbol) }) {
			return false
		}
		if class == 0 {
			d.dc[id] = c
		} else {
			d.ac[id] = c
		}
		b = b[n:]
	}
	return true
}

// unused reports whether a symbol means nothing in a scan of whole blocks (§F.1.2): a run before a first coefficient, or the
// end of several blocks, as progressive scans have it. The standard library goes by the latter, libjpeg ends one block.
func unused(class, symbol byte) bool {
	if class == 0 {
		return symbol > 15
	}
	return symbol&15 == 0 && symbol != 0 && symbol != 0xF0
}

// scan takes the scan's header (§B.2.3), whose channels have to be those of the frame, in their order.
func (d *baseline) scan(b []byte, c census) bool {
	if len(b) != 4+2*len(c.parts) || int(b[0]) != len(c.parts) {
		return false
	}
	for i, p := range c.parts {
		s := b[1+2*i:]
		if s[0] != p.id || s[1]>>4 > d.tables || s[1]&15 > d.tables || p.table > 3 {
			return false
		}
		d.parts = append(d.parts, part{
			h: int(p.h), v: int(p.v), dc: d.dc[s[1]>>4], ac: d.ac[s[1]&15],
			quant: d.quants[p.table],
		})
		if q := &d.parts[i]; q.dc == nil || q.ac == nil || q.quant == nil {
			return false
		}
	}
	if len(d.parts) == 1 { // its blocks come one by one
		d.parts[0].h, d.parts[0].v = 1, 1
	}
	return true
}

// frame reads the pixels, made smaller by shrink; nil when something is not as it should be.
func (d *baseline) frame(c census, shrink int) (*frame.Frame, error) {
	model, sizes := frame.YCbCr, make([]frame.Size, len(d.parts))
	if len(d.parts) == 1 {
		model = frame.Gray
	}
	first := d.parts[0]
	by := make([]int, len(d.parts))
	for i, p := range d.parts {
		by[i] = min(8, source{subX: first.h / p.h, subY: first.v / p.v}.by(shrink))
		sizes[i] = frame.Size{W: ceil(c.width, first.h/p.h*by[i]), H: ceil(c.height, first.v/p.v*by[i])}
	}
	f, err := frame.New(model, 8, c.width, c.height, sizes...)
	if err != nil {
		return nil, err
	}
	for i := range d.parts {
		p, to := &d.parts[i], &f.Planes[i]
		p.plane, p.pix, p.n, p.place = to, samples(to, to.Height), 8/by[i], &places[by[i]]
		to.PitchX, to.PitchY = 1/float64(first.h/p.h*by[i]), 1/float64(first.v/p.v*by[i])
	}
	if !d.read(ceil(c.width, 8*first.h), ceil(c.height, 8*first.v)) {
		f.Release()
		return nil, nil
	}
	return f, nil
}

// read reads w × h MCUs.
func (d *baseline) read(w, h int) bool {
	r := bits{src: d.data}
	for i := range w * h {
		if d.interval > 0 && i > 0 && i%d.interval == 0 {
			if !r.restart(i/d.interval - 1) {
				return false
			}
			for k := range d.parts {
				d.parts[k].last = 0
			}
		}
		for k := range d.parts {
			if !d.parts[k].read(&r, &d.block, i%w, i/w) {
				return false
			}
		}
		if !r.intact() {
			return false
		}
	}
	return r.before(mEOI)
}

// read reads the channel's blocks of MCU x, y.
func (p *part) read(r *bits, b *coefficients, x, y int) bool {
	for i := range p.h * p.v {
		busy, ok := r.block(b, p)
		if !ok {
			return false
		}
		p.put(b, (x*p.h+i%p.h)*p.n, (y*p.v+i/p.h)*p.n, busy)
		if busy {
			clear(b[:64])
		}
	}
	return true
}

// put writes a block's samples from x, y on, as far as they belong to the picture.
func (p *part) put(b *coefficients, x, y int, busy bool) {
	w, h := p.plane.Width-x, p.plane.Height-y
	if w <= 0 || h <= 0 {
		return
	}
	at := y*p.plane.Stride + x
	if w >= p.n && h >= p.n {
		p.samples(b, p.pix[at:], p.plane.Stride, busy)
		return
	}
	var whole [64]byte
	p.samples(b, whole[:], 8, busy)
	for i := range min(h, p.n) {
		copy(p.pix[at+i*p.plane.Stride:][:min(w, p.n)], whole[8*i:])
	}
}

// samples writes n × n samples.
func (p *part) samples(b *coefficients, out []byte, stride int, busy bool) {
	if busy {
		inverse(b, out, stride, p.n)
	} else {
		level(b[0], out, stride, p.n)
	}
}

// places are the tables of where coefficients go, by how much smaller the picture is made.
var places = [9][64]uint8{1: placesFor(8), 2: placesFor(4), 4: placesFor(2), 8: placesFor(1)}

// placesFor goes the way of T.81 figure A.6 and leaves out what is not among the n lowest frequencies of a direction.
func placesFor(n int) (t [64]uint8) {
	x, y := 0, 0
	for k := range t {
		if t[k] = uint8(8*y + x); x >= n || y >= n {
			t[k] = 64
		}
		switch up := (x+y)%2 == 0; {
		case up && x == 7, !up && y < 7 && x == 0:
			y++
		case up && y == 0, !up && y == 7:
			x++
		case up:
			x, y = x+1, y-1
		default:
			x, y = x-1, y+1
		}
	}
	return t
}
