package probe

import "imagekit/internal/cicp"

// sequenceHeader is what the decoder will make, whatever the boxes around the AV1 data say (AV1 specification §5.5).
type sequenceHeader struct {
	width, height int64 // the largest frame
	depth         int   // 8, 10 or 12
	mono          bool
	subX, subY    int // 1 or 2
	cicp          CICP
}

// bits reads single bits, the highest first. Beyond the end it gives zeros and remembers that it was short.
type bits struct {
	b     []byte
	pos   int
	short bool
}

// read returns the next n bits, n up to 32.
func (r *bits) read(n int) (v uint32) {
	for range n {
		if r.pos>>3 >= len(r.b) {
			r.short = true
			return 0
		}
		v = v<<1 | uint32(r.b[r.pos>>3]>>(7-r.pos&7)&1)
		r.pos++
	}
	return v
}

// flag returns the next bit.
func (r *bits) flag() bool { return r.read(1) == 1 }

// skip passes over n bits.
func (r *bits) skip(n int) { r.pos += n }

// The kinds of open bitstream units (§6.2.2) that are looked at.
const (
	unitSequenceHeader = 1
	unitFrameHeader    = 3
	unitFrame          = 6 // a frame header, and the tiles behind it
)

// findSequenceHeader returns the first sequence header in b.
func findSequenceHeader(b []byte) (h sequenceHeader, ok bool) {
	eachUnit(b, func(kind byte, data []byte) (more bool) {
		if kind == unitSequenceHeader {
			h, _, ok = parseSequenceHeader(data)
			return false
		}
		return true
	})
	return h, ok
}

// eachUnit calls take for each open bitstream unit in b (§5.3) while that wants more. The last one may be cut short.
func eachUnit(b []byte, take func(kind byte, data []byte) (more bool)) {
	for c := (cursor{b: b}); len(c.b) > 0; {
		head := c.uint(1)
		kind, extended, sized := byte(head>>3&15), head&4 != 0, head&2 != 0
		if extended {
			c.uint(1)
		}
		size := len(c.b)
		if sized {
			size = leb128(&c)
		}
		if !take(kind, c.b[:min(size, len(c.b))]) {
			return
		}
		c.take(size)
	}
}

// leb128 reads a number of up to 32 bits, 7 per byte, the lowest first (§4.10.5).
func leb128(c *cursor) int {
	v := uint64(0)
	for i := range 8 {
		x := c.uint(1)
		v |= x & 0x7f << (7 * i)
		if x&0x80 == 0 {
			break
		}
	}
	return int(min(v, 1<<32-1))
}

// parseSequenceHeader reads up to and including the colour configuration, and what it says about the frame headers.
func parseSequenceHeader(b []byte) (h sequenceHeader, f frameSyntax, ok bool) {
	r := &bits{b: b}
	f.screenContent, f.integerMV = choose, choose
	profile := r.read(3)
	r.skip(1) // still picture
	f.reduced = r.flag()
	if f.reduced {
		r.skip(5) // level
	} else {
		f.decoderModel = r.operatingPoints()
	}
	f.widthBits, f.heightBits = int(r.read(4))+1, int(r.read(4))+1
	h.width, h.height = int64(r.read(f.widthBits))+1, int64(r.read(f.heightBits))+1
	if !f.reduced && r.flag() {
		f.idBits = int(r.read(4)+r.read(3)) + 3
	}
	f.superblock = 64 << r.read(1)
	r.skip(2) // filter intra, intra edge filter
	if !f.reduced {
		f.interTools(r)
	}
	f.superres = r.flag()
	r.skip(2) // cdef, restoration
	h.colour(r, profile)
	return h, f, !r.short && profile <= 2
}

// operatingPoints passes over timing, decoder model and operating points. It reports whether there is a model.
func (r *bits) operatingPoints() (model bool) {
	delayBits := 0
	if r.flag() { // timing info
		r.skip(32 + 32)
		if r.flag() {
			r.uvlc()
		}
		if model = r.flag(); model {
			delayBits = int(r.read(5)) + 1
			r.skip(32 + 5 + 5)
		}
	}
	initialDelay := r.flag()
	for range r.read(5) + 1 {
		r.skip(12)
		if level := r.read(5); level > 7 {
			r.skip(1) // tier
		}
		if model && r.flag() {
			r.skip(2*delayBits + 1)
		}
		if initialDelay && r.flag() {
			r.skip(4)
		}
	}
	return model
}

// uvlc passes over a number of variable length (§4.10.3).
func (r *bits) uvlc() {
	zeros := 0
	for !r.short && !r.flag() {
		zeros++
	}
	if zeros < 32 {
		r.skip(zeros)
	}
}

// interTools reads the switches for tools that only moving pictures use.
func (f *frameSyntax) interTools(r *bits) {
	r.skip(4) // interintra compound, masked compound, warped motion, dual filter
	orderHint := r.flag()
	if orderHint {
		r.skip(2) // jnt_comp, ref_frame_mvs
	}
	if chosen := r.flag(); !chosen {
		f.screenContent = r.read(1)
	}
	if f.screenContent > 0 {
		if chosen := r.flag(); !chosen {
			f.integerMV = r.read(1)
		}
	}
	if orderHint {
		f.hintBits = int(r.read(3)) + 1
	}
}

// colour reads the colour configuration (§5.5.2).
func (h *sequenceHeader) colour(r *bits, profile uint32) {
	h.depth, h.subX, h.subY = 8, 1, 1
	if r.flag() {
		h.depth = 10
		if profile == 2 && r.flag() {
			h.depth = 12
		}
	}
	h.mono = profile != 1 && r.flag()
	if r.flag() {
		h.cicp = CICP{Primaries: uint8(r.read(8)), Transfer: uint8(r.read(8)), Matrix: uint8(r.read(8))}
	}
	// sRGB as it is: always 4:4:4 and full range
	if !h.mono && h.cicp == (CICP{
		Primaries: cicp.PrimariesBT709, Transfer: cicp.TransferSRGB,
		Matrix: cicp.MatrixIdentity,
	}) {
		h.cicp.FullRange = true
		return
	}
	h.cicp.FullRange = r.flag()
	if h.mono {
		return
	}
	switch {
	case profile == 0:
		h.subX, h.subY = 2, 2
	case profile == 2 && h.depth == 12:
		if r.flag() {
			h.subX = 2
			if r.flag() {
				h.subY = 2
			}
		}
	case profile == 2:
		h.subX = 2
	}
}
