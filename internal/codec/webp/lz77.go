package webp

import (
	"encoding/binary"
	"math/bits"
)

// match says that at this sample so many samples begin that are the same as those so far before.
type match struct{ at, length, distance int32 }

// What a match may be: the longest and the farthest that the format has.
const (
	maxMatch    = 4096
	maxDistance = 1<<20 - 120
)

// What the samples of a match have to cost else, when what it repeats begins at one of the four
// nearest samples, and when elsewhere: found by trying. A far match takes bits for its distance and makes the codes of
// others longer, and what is cheap in it would have been in near matches.
const (
	worthNear = 9 * bit
	worthFar  = 60 * bit
)

// matches finds repetitions in rows of this width, greedily; entropy is what each sample would cost.
func matches(p []byte, width int, entropy *[samples]uint32) []match {
	whole := *entropy // but where there are two symbols, none has less than one bit
	for v := range whole {
		whole[v] = max(whole[v], bit)
	}
	const hashBits, shortest = 15, 4
	var last [1 << hashBits]int32 // the place after the last one where four samples had this hash; 0 = none
	var found []match
	for i := 0; i+shortest <= len(p); {
		next := binary.LittleEndian.Uint32(p[i:])
		same := func(distance int) int { // 0: less than shortest
			if distance > i || distance == 0 || binary.LittleEndian.Uint32(p[i-distance:]) != next {
				return 0
			}
			return common(p, i, distance)
		}
		h := next * 2654435761 >> (32 - hashBits)
		length, distance, worth, cost := same(1), 1, uint32(worthNear), &whole
		for _, d := range [...]int{width, width + 1, width - 1} {
			if n := same(d); n > length {
				length, distance = n, d
			}
		}
		if before := i + 1 - int(last[h]); length == 0 && last[h] > 0 && before <= maxDistance {
			length, distance, worth, cost = same(before), before, worthFar, entropy
		}
		last[h] = int32(i) + 1
		if length == 0 || !costsMore(p[i:i+length], worth, cost) {
			i++
			continue
		}
		found = append(found, match{int32(i), int32(length), int32(distance)})
		i += length
	}
	return found
}

// costsMore reports whether literal samples would cost more than this.
func costsMore(p []byte, than uint32, cost *[samples]uint32) bool {
	sum := uint32(0)
	for _, v := range p {
		if sum += cost[v]; sum > than {
			return true
		}
	}
	return false
}

// common returns how many samples at i are the same as those so far before, at most maxMatch.
func common(p []byte, i, distance int) int {
	a, b := p[i:], p[i-distance:]
	a = a[:min(len(a), maxMatch)]
	n := 0
	for ; n+8 <= len(a); n += 8 {
		if d := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); d != 0 {
			return n + bits.TrailingZeros64(d)/8
		}
	}
	for n < len(a) && a[n] == b[n] {
		n++
	}
	return n
}

// symbol splits a length or a distance code, from 1, into its prefix symbol and the bits after it (RFC 9649
// section 3.6.2.2).
func symbol(v uint32) (prefix, extra uint32, n uint) {
	if v <= 2 {
		return v - 1, 0, 0
	}
	v--
	high := uint(bits.Len32(v)) - 1
	n = high - 1
	return uint32(2*high) + v>>n&1, v & (1<<n - 1), n
}

// distanceCode returns the code for a distance (section 3.6.2.1): that of the sample above is 1, of the one before 2,
// of the others above 3 and 4.
func distanceCode(distance, width int32) uint32 {
	switch distance {
	case width:
		return 1
	case 1:
		return 2
	case width + 1:
		return 3
	case width - 1:
		return 4
	}
	return uint32(distance) + 120
}
