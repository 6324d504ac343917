//go:build !cgo

package jpeg

import "encoding/binary"

// bits reads the entropy-coded data of a scan (T.81 §F.2.2.5). Up to 64 bits lie in acc, the next one on top.
type bits struct {
	src    []byte
	at     int // of the next byte
	acc    uint64
	n      uint // bits in acc
	padded uint // how many of them are zeros behind the data
}

// fill brings acc to 56 bits and more. Behind the data it pads.
func (r *bits) fill() {
	if r.at+8 <= len(r.src) {
		v := binary.BigEndian.Uint64(r.src[r.at:])
		const ones, tops = 0x0101010101010101, 0x8080808080808080
		if (^v-ones)&v&tops == 0 { // no byte is 0xFF
			r.acc |= v >> r.n
			r.at += int(63-r.n) >> 3
			r.n |= 56
			return
		}
	}
	for r.n <= 56 {
		v, ok := r.next()
		if !ok {
			r.padded += 8
		}
		r.acc |= uint64(v) << (56 - r.n)
		r.n += 8
	}
}

// next returns the next byte of the data, which ends at a marker.
func (r *bits) next() (byte, bool) {
	if r.at >= len(r.src) {
		return 0, false
	}
	v := r.src[r.at]
	if v == 0xFF {
		if r.at+1 >= len(r.src) || r.src[r.at+1] != 0 {
			return 0, false
		}
		r.at++
	}
	r.at++
	return v, true
}

// intact reports whether no bit was used that is not there.
func (r *bits) intact() bool { return r.n >= r.padded }

// before reports whether a marker is the next thing, but for bits that fill a byte.
func (r *bits) before(marker byte) bool {
	r.fill()
	return r.intact() && r.n-r.padded < 8 && r.at+2 <= len(r.src) && r.src[r.at] == 0xFF && r.src[r.at+1] == marker
}

// restart goes on behind restart marker i, which has to be the next thing.
func (r *bits) restart(i int) bool {
	if !r.before(mRST0 + byte(i&7)) {
		return false
	}
	*r = bits{src: r.src, at: r.at + 2}
	return true
}

// lookBits is the length of what is looked up at once.
const lookBits = 10

// An entry of a code says what follows: value << 16 | run << 12 | bits of the value that come << 8 | last | bits to drop.
// Where the bits of a value are looked up with its code, none come. 0 is no entry.
const (
	last   = 1 << 7 // the block has no more coefficients
	length = 1<<5 - 1
)

// code is a Huffman code.
type code struct {
	look [1 << lookBits]int32
	// Longer codes: those of n bits are below end[n], and the entries of all stand in order.
	end     [17]uint32 // of 16 bits
	shift   [17]int    // from a code of n bits to its entry
	entries []int32
}

// newCode makes a code of lengths and symbols (T.81 annex C); false when there is none. Symbols are run and size.
func newCode(counts, symbols []byte) (*code, bool) {
	c := &code{entries: make([]int32, len(symbols))}
	next, at := uint32(0), 0
	for n := 1; n <= 16; n++ {
		count := int(counts[n-1])
		if next+uint32(count) > 1<<n {
			return nil, false
		}
		c.shift[n] = at - int(next)
		for range count {
			e := entry(symbols[at], n)
			c.entries[at] = e
			if n <= lookBits {
				c.fill(next, n, e)
			}
			next, at = next+1, at+1
		}
		c.end[n] = next << (16 - n)
		next <<= 1
	}
	return c, true
}

// entry is that of a symbol whose code has n bits.
func entry(symbol byte, n int) int32 {
	run, size := int32(symbol>>4), int32(symbol&15)
	if size == 0 && run != 15 {
		return last | int32(n)
	}
	return run<<12 | size<<8 | int32(n)
}

// fill writes the entries of all that begins with a code of n bits.
func (c *code) fill(bits uint32, n int, e int32) {
	free := uint(lookBits - n)
	size := uint(e >> 8 & 15)
	for rest := range uint32(1) << free {
		at := bits<<free | rest
		c.look[at] = e
		if size > 0 && size <= free {
			v := extend(rest>>(free-size), size)
			c.look[at] = v<<16 | e&0xF000 | int32(n) + int32(size)
		}
	}
}

// extend is the value of size bits (T.81 figure F.12).
func extend(bits uint32, size uint) int32 {
	if bits < 1<<(size-1) {
		return int32(bits) - 1<<size + 1
	}
	return int32(bits)
}

// long returns the entry of what is not looked up, 0 when there is none.
func (c *code) long(acc uint64) int32 {
	v := uint32(acc >> 48)
	for n := lookBits + 1; n <= 16; n++ {
		if v < c.end[n] {
			if i := int(v>>(16-n)) + c.shift[n]; i >= 0 && i < len(c.entries) {
				return c.entries[i]
			}
			break
		}
	}
	return 0
}

// coefficients are those of a block: 64, and behind them what is not wanted.
type coefficients [256]int32

// block reads a block: its first coefficient as a difference, and the others in their places, multiplied. busy tells
// whether any of these is wanted.
func (r *bits) block(b *coefficients, p *part) (busy, ok bool) {
	r.fill()
	e := p.dc.look[r.acc>>(64-lookBits)]
	if e == 0 {
		e = p.dc.long(r.acc)
	}
	if e == 0 {
		return false, false
	}
	p.last += r.value(e)
	b[0] = p.last * p.quant[0]
	acc, n := r.acc, r.n
	for k := 1; k < 64; k++ {
		if n < 32 {
			r.acc, r.n = acc, n
			r.fill()
			acc, n = r.acc, r.n
		}
		e := p.ac.look[acc>>(64-lookBits)]
		if e == 0 {
			if e = p.ac.long(acc); e == 0 {
				return false, false
			}
		}
		acc, n = acc<<(e&length), n-uint(e&length)
		if e&last != 0 {
			break
		}
		if k += int(e >> 12 & 15); k > 63 {
			return false, false
		}
		v := e >> 16
		if size := uint(e >> 8 & 15); size > 0 {
			v = extend(uint32(acc>>(64-size)), size)
			acc, n = acc<<size, n-size
		}
		at := p.place[k]
		b[at] = v * p.quant[k]
		busy = busy || at < 64
	}
	r.acc, r.n = acc, n
	return busy, true
}

// value drops an entry and returns its value.
func (r *bits) value(e int32) int32 {
	r.acc, r.n = r.acc<<(e&length), r.n-uint(e&length)
	size := uint(e >> 8 & 15)
	if size == 0 {
		return e >> 16
	}
	v := extend(uint32(r.acc>>(64-size)), size)
	r.acc, r.n = r.acc<<size, r.n-size
	return v
}
