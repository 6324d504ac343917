package webp

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// bitWriter writes numbers of bits, the least significant first (RFC 9649 section 3).
type bitWriter struct {
	out     []byte
	pending uint64
	n       uint // bits pending, below 32 between calls
}

// put writes the low n ≤ 32 bits of v, whose higher bits are 0.
func (b *bitWriter) put(v uint32, n uint) {
	b.pending |= uint64(v) << b.n
	b.n += n
	if b.n >= 32 {
		b.out = binary.LittleEndian.AppendUint32(b.out, uint32(b.pending))
		b.pending >>= 32
		b.n -= 32
	}
}

// finish returns what was written, filled up to a byte.
func (b *bitWriter) finish() []byte {
	for ; b.n > 0; b.n -= min(b.n, 8) {
		b.out = append(b.out, byte(b.pending))
		b.pending >>= 8
	}
	return b.out
}

// Limits of RFC 9649 section 3.7.2: the longest code of a symbol, and of a code length.
const (
	maxCodeLength       = 15
	maxLengthCodeLength = 7
)

// prefixCode is a canonical prefix code: for each symbol its bits, ready to be written, and their number.
type prefixCode struct {
	bits   []uint16
	length []uint8
}

// newPrefixCode returns the best code for symbols as frequent as this, none longer than limit. A single symbol, and
// none at all, need no bits.
func newPrefixCode(counts []uint32, limit uint8) prefixCode {
	c := prefixCode{make([]uint16, len(counts)), make([]uint8, len(counts))}
	var used []int
	for s, n := range counts {
		if n > 0 {
			used = append(used, s)
		}
	}
	if len(used) < 2 {
		return c
	}
	// Where a code is too long, rare symbols are taken for more frequent until it is not.
	for least := uint32(1); ; least *= 2 {
		if c.grow(used, counts, least) <= limit {
			break
		}
	}
	c.number()
	return c
}

// grow sets the lengths of Huffman's code, counting every symbol at least this often, and returns the greatest.
func (c *prefixCode) grow(used []int, counts []uint32, least uint32) uint8 {
	type node struct {
		count  uint32
		parent int
	}
	sorted := slices.Clone(used)
	slices.SortStableFunc(sorted, func(a, b int) int { return cmp.Compare(max(counts[a], least), max(counts[b], least)) })
	nodes := make([]node, 0, 2*len(used))
	for _, s := range sorted {
		nodes = append(nodes, node{count: max(counts[s], least)})
	}
	leaf, inner := 0, len(used) // the first of each kind that has no parent; both kinds come in rising order
	take := func() int {
		if leaf < len(used) && (inner >= len(nodes) || nodes[leaf].count <= nodes[inner].count) {
			leaf++
			return leaf - 1
		}
		inner++
		return inner - 1
	}
	for range len(used) - 1 {
		a, b := take(), take()
		nodes[a].parent, nodes[b].parent = len(nodes), len(nodes)
		nodes = append(nodes, node{count: nodes[a].count + nodes[b].count})
	}
	depth := make([]uint8, len(nodes))
	longest := uint8(0)
	for i := len(nodes) - 2; i >= 0; i-- {
		depth[i] = depth[nodes[i].parent] + 1
		longest = max(longest, depth[i])
	}
	for i, s := range sorted {
		c.length[s] = depth[i]
	}
	return longest
}

// number gives the symbols their bits: shorter codes come before longer ones, then in the order of the symbols, and
// the first bit of a code is written first.
func (c *prefixCode) number() {
	next := 0
	for length := uint8(1); length <= maxCodeLength; length++ {
		for s, l := range c.length {
			if l == length {
				c.bits[s] = bits.Reverse16(uint16(next)) >> (16 - length)
				next++
			}
		}
		next <<= 1
	}
}

// entropy returns how many bits the best code would take for these counts, and how many symbols there are.
func entropy(counts []uint32) (size float64, used int) {
	total := 0.0
	for _, n := range counts {
		if n > 0 {
			size -= float64(n) * math.Log2(float64(n))
			total += float64(n)
			used++
		}
	}
	if total > 0 {
		size += total * math.Log2(total)
	}
	return size, used
}

// write writes the code itself (section 3.7.2.1). A code of one symbol wants it below 256.
func (c *prefixCode) write(b *bitWriter, counts []uint32) {
	used, last := 0, 0
	for s, n := range counts {
		if n > 0 {
			used, last = used+1, s
		}
	}
	if used < 2 { // a simple code: one symbol, of 8 bits or of 1
		b.put(0b01, 2)
		if last < 2 {
			b.put(uint32(last)<<1, 2)
		} else {
			b.put(uint32(last)<<1|1, 9)
		}
		return
	}
	runs := lengthRuns(c.length)
	var frequent [19]uint32
	for _, r := range runs {
		frequent[r.code]++
	}
	lengths := newPrefixCode(frequent[:], maxLengthCodeLength)
	if n := slices.IndexFunc(frequent[:], func(n uint32) bool { return n == uint32(len(runs)) }); n >= 0 {
		lengths.length[n] = 1 // one code length alone: written with one bit, read with none
	}
	n := len(lengthOrder)
	for n > 4 && lengths.length[lengthOrder[n-1]] == 0 {
		n--
	}
	b.put(0, 1)
	b.put(uint32(n-4), 4)
	for _, code := range lengthOrder[:n] {
		b.put(uint32(lengths.length[code]), 3)
	}
	b.put(0, 1) // the lengths of all symbols follow
	for _, r := range runs {
		if len(runs) != int(frequent[r.code]) {
			b.put(uint32(lengths.bits[r.code]), uint(lengths.length[r.code]))
		}
		b.put(r.extra, lengthExtra[r.code])
	}
}

// lengthOrder is the order in which the lengths of the codes of code lengths stand; lengthExtra are the bits after
// the codes that repeat.
var (
	lengthOrder = [19]uint8{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	lengthExtra = [19]uint{16: 2, 17: 3, 18: 7}
)

// lengthRun is a code length, or one of the codes 16 (the last length again 3…6 times), 17 (3…10 zeros) and
// 18 (11…138 zeros).
type lengthRun struct {
	code  uint8
	extra uint32
}

func lengthRuns(lengths []uint8) []lengthRun {
	var runs []lengthRun
	for i := 0; i < len(lengths); {
		v, n := lengths[i], 1
		for i+n < len(lengths) && lengths[i+n] == v {
			n++
		}
		i += n
		if v > 0 {
			runs = append(runs, lengthRun{code: v})
			n--
		}
		for n > 0 {
			most, code, least := 6, uint8(16), 3
			switch {
			case v == 0 && n > 10:
				most, code, least = 138, 18, 11
			case v == 0:
				most, code = 10, 17
			}
			if n < least {
				runs = append(runs, lengthRun{code: v})
				n--
				continue
			}
			k := min(n, most)
			runs = append(runs, lengthRun{code, uint32(k - least)})
			n -= k
		}
	}
	return runs
}
