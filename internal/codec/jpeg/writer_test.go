package jpeg

import (
	"bytes"
	"encoding/binary"
)

// sketch describes a JPEG made of flat 8×8 blocks. All its quantisers are 1 and a block has no AC terms, so any
// decoder gives exactly the value asked for, at any DCT scale. No real encoder writes all these shapes.
type sketch struct {
	width, height int
	components    []component
	sof           byte // 0xC0 baseline (also for 0), 0xC2 progressive, …
	precision     byte // bits per sample; 8 for 0
	adobe         int  // colour transform of an Adobe marker (0, 1, 2); none when < 0
	separate      bool // one scan per component instead of one for all
	scans         int  // write the scans of a separate file this often; once for 0
	jfif          bool
	restart       int // MCUs between restart markers; none when 0
}

type component struct {
	id   byte
	h, v int
	at   func(x, y int) uint8 // value of block x, y
}

// checks returns blocks of many values that differ from their neighbours and from other components' blocks.
func checks(seed int) func(x, y int) uint8 {
	return func(x, y int) uint8 { return uint8(seed*53 + x*37 + y*91 + x*y*11) }
}

func flat(v uint8) func(x, y int) uint8 { return func(int, int) uint8 { return v } }

func (s *sketch) encode() []byte {
	var b bytes.Buffer
	b.Write([]byte{0xFF, 0xD8})
	if s.jfif {
		segment(&b, 0xE0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))
	}
	if s.adobe >= 0 {
		segment(&b, 0xEE, append([]byte("Adobe\x00\x64\x00\x00\x00\x00"), byte(s.adobe)))
	}
	segment(&b, 0xDB, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...))
	s.header(&b)
	if s.restart > 0 {
		segment(&b, 0xDD, binary.BigEndian.AppendUint16(nil, uint16(s.restart)))
	}
	dc := make([]byte, 17, 29)
	dc[4] = 12 // twelve codes of four bits: the categories 0…11
	for i := range 12 {
		dc = append(dc, byte(i))
	}
	segment(&b, 0xC4, dc)
	ac := make([]byte, 18)
	ac[0], ac[1] = 0x10, 1 // one code of one bit: end of block
	segment(&b, 0xC4, ac)
	s.body(&b)
	b.Write([]byte{0xFF, 0xD9})
	return b.Bytes()
}

func segment(b *bytes.Buffer, marker byte, payload []byte) {
	b.Write([]byte{0xFF, marker})
	b.Write(binary.BigEndian.AppendUint16(nil, uint16(len(payload)+2)))
	b.Write(payload)
}

func (s *sketch) header(b *bytes.Buffer) {
	p := []byte{max(s.precision, 8)}
	if s.precision > 0 {
		p[0] = s.precision
	}
	p = binary.BigEndian.AppendUint16(p, uint16(s.height))
	p = binary.BigEndian.AppendUint16(p, uint16(s.width))
	p = append(p, byte(len(s.components)))
	for _, c := range s.components {
		p = append(p, c.id, byte(c.h<<4|c.v), 0)
	}
	segment(b, max(s.sof, 0xC0), p)
}

func (s *sketch) body(b *bytes.Buffer) {
	if !s.separate {
		s.scan(b, s.components)
		return
	}
	for range max(s.scans, 1) {
		for i := range s.components {
			s.scan(b, s.components[i:i+1])
		}
	}
}

// most returns the largest sampling factors.
func (s *sketch) most() (h, v int) {
	for _, c := range s.components {
		h, v = max(h, c.h), max(v, c.v)
	}
	return h, v
}

func (s *sketch) scan(b *bytes.Buffer, of []component) {
	first, last := byte(0), byte(63)
	switch s.sof {
	case 0xC2:
		last = 0
	case 0xC3: // lossless: predictor 1 (ITU-T T.81 §H.1.2.1)
		first, last = 1, 0
	}
	p := []byte{byte(len(of))}
	for _, c := range of {
		p = append(p, c.id, 0)
	}
	segment(b, 0xDA, append(p, first, last, 0))
	w := bitWriter{out: b}
	h, v := s.most()
	columns, rows := ceil(s.width, 8*h), ceil(s.height, 8*v)
	if len(of) == 1 { // T.81 A.2.2: a scan of one component holds only the blocks that hold picture
		columns, rows = ceil(s.width*of[0].h, 8*h), ceil(s.height*of[0].v, 8*v)
	}
	before := make([]int, len(of))
	for i := range columns * rows {
		if s.restart > 0 && i > 0 && i%s.restart == 0 {
			w.flush()
			b.Write([]byte{0xFF, 0xD0 + byte(i/s.restart-1)%8})
			clear(before)
		}
		for n, c := range of {
			ch, cv := c.h, c.v
			if len(of) == 1 {
				ch, cv = 1, 1
			}
			for j := range ch * cv {
				dc := 8 * (int(c.at(i%columns*ch+j%ch, i/columns*cv+j/ch)) - 128)
				w.block(dc-before[n], last > 0)
				before[n] = dc
			}
		}
	}
	w.flush()
}

// bitWriter writes entropy-coded data with its stuffed zeros (T.81 F.1.2.3).
type bitWriter struct {
	out  *bytes.Buffer
	bits uint32
	n    int
}

func (w *bitWriter) put(bits uint32, n int) {
	w.bits, w.n = w.bits<<n|bits, w.n+n
	for ; w.n >= 8; w.n -= 8 {
		v := byte(w.bits >> (w.n - 8))
		w.out.WriteByte(v)
		if v == 0xFF {
			w.out.WriteByte(0)
		}
	}
}

func (w *bitWriter) flush() {
	if w.n > 0 {
		w.put(1<<(8-w.n)-1, 8-w.n)
	}
}

// block writes the difference of a block's DC term and, when there are AC terms, that they are all zero.
func (w *bitWriter) block(diff int, ac bool) {
	size, bits := 0, diff
	for v := max(diff, -diff); v > 0; v >>= 1 {
		size++
	}
	if diff < 0 {
		bits += 1<<size - 1
	}
	w.put(uint32(size), 4)
	w.put(uint32(bits)&(1<<size-1), size)
	if ac {
		w.put(0, 1)
	}
}
