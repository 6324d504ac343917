package gifblock

import "encoding/binary"

// The bounds of LZW in a GIF (§22 and appendix F).
const (
	maxLiteral = 8  // bits of a palette index
	maxWidth   = 12 // bits of a code
	maxCodes   = 1 << maxWidth
)

// codes reads LZW codes, least significant bit first, out of data sub-blocks.
type codes struct {
	blocks []byte // the sub-blocks that follow
	block  []byte // what is left of this one
	bits   uint64 // bits that were read and not used
	count  uint   // how many of them
}

// next returns a code of width bits; -1 when there are not so many left.
func (c *codes) next(width uint) int {
	if c.count < width {
		c.fill()
		if c.count < width {
			return -1
		}
	}
	code := int(c.bits & (1<<width - 1))
	c.bits >>= width
	c.count -= width
	return code
}

// fill reads until there are more than 56 bits or no bytes.
func (c *codes) fill() {
	for c.count <= 56 {
		if len(c.block) >= 8 { // what is read too much here is read again, over itself
			c.bits |= binary.LittleEndian.Uint64(c.block) << c.count
			n := (63 - c.count) / 8
			c.block = c.block[n:]
			c.count += 8 * n
			return
		}
		if len(c.block) == 0 {
			c.bits &= 1<<c.count - 1
			if len(c.blocks) == 0 {
				return
			}
			size := min(int(c.blocks[0]), len(c.blocks)-1)
			c.block, c.blocks = c.blocks[1:1+size], c.blocks[1+size:]
			continue
		}
		c.bits |= uint64(c.block[0]) << c.count
		c.block = c.block[1:]
		c.count += 8
	}
}

// budget is how many codes a picture may have: several for each pixel. More is nothing but clear codes.
func (p *Picture) budget() int { return 3*p.Pixels() + maxCodes }

// Indices decodes the picture's palette indices, in the order in which they are stored, into out. It returns how many
// there are: at most len(out), what the file has beyond is ignored. Fewer when the codes end or make no sense.
//
// A code stands for a string that was written before, with one index more. So the table holds no strings, only where
// in out each begins and how long it is.
func (p *Picture) Indices(out []byte) int {
	if p.codeSize > maxLiteral {
		return 0
	}
	var start, length [maxCodes]int32
	clear := 1 << p.codeSize
	in := codes{blocks: p.data}
	free, width := clear+2, uint(p.codeSize)+1 // the next new code, the bits of a code
	before, at := -1, 0                        // where the last string begins, -1 after a clear code; where it ends
	for budget := p.budget(); at < len(out) && budget > 0; budget-- {
		code := in.next(width)
		if code == clear {
			free, width, before = clear+2, uint(p.codeSize)+1, -1
			continue
		}
		if code < 0 || code == clear+1 || code > free || before < 0 && code > clear { // the end, or no code that can be
			break
		}
		if before >= 0 && free < maxCodes { // the last string and the first index of this one
			start[free], length[free] = int32(before), int32(at-before+1)
			free++
		}
		if free >= 1<<width && width < maxWidth {
			width++
		}
		before = at
		if code < clear {
			out[at] = byte(code)
			at++
			continue
		}
		at += repeat(out, at, int(start[code]), int(length[code]))
	}
	return at
}

// repeat copies n bytes from start to at, as far as there is room, and returns how many. They may overlap by one: a
// code may stand for the string that is just being made.
func repeat(out []byte, at, start, n int) int {
	from, to := out[start:min(start+n, len(out))], out[at:]
	n = min(n, len(to))
	if n <= 8 { // most are, and a call costs more
		for i := range n {
			to[i] = from[i]
		}
		return n
	}
	copy(to[:n], from[:n-1])
	to[n-1] = from[n-1]
	return n
}

// Complete reports whether the codes fill the picture, as Indices would find, without memory for it.
func (p *Picture) Complete() bool {
	left := p.Pixels()
	if p.codeSize > maxLiteral {
		return left == 0
	}
	var length [maxCodes]int32
	clear := 1 << p.codeSize
	in := codes{blocks: p.data}
	free, width, last := clear+2, uint(p.codeSize)+1, int32(0)
	for budget := p.budget(); left > 0 && budget > 0; budget-- {
		code := in.next(width)
		if code == clear {
			free, width, last = clear+2, uint(p.codeSize)+1, 0
			continue
		}
		if code < 0 || code == clear+1 || code > free || last == 0 && code > clear {
			break
		}
		if last > 0 && free < maxCodes {
			length[free] = last + 1
			free++
		}
		if free >= 1<<width && width < maxWidth {
			width++
		}
		last = 1
		if code > clear {
			last = length[code]
		}
		left -= int(last)
	}
	return left <= 0
}
