package probe

import "math"

// boolDecoder reads the arithmetic code of VP8 (RFC 6386 §7.3) at even odds, as headers are written. Beyond the end it
// reads zeros.
type boolDecoder struct {
	b            []byte
	value, width uint32 // two bytes of the code, and the range
	shifted      int    // bits of the low byte that are used up
}

func newBoolDecoder(b []byte) *boolDecoder {
	d := &boolDecoder{b: b, width: 255}
	d.value = d.byte()<<8 | d.byte()
	return d
}

// byte returns the next byte of the code.
func (d *boolDecoder) byte() uint32 {
	if len(d.b) == 0 {
		return 0
	}
	v := d.b[0]
	d.b = d.b[1:]
	return uint32(v)
}

// flag returns the next bit.
func (d *boolDecoder) flag() bool { return d.bit(128) == 1 }

// bit returns the next bit, which is 0 with a probability of so many in 256.
func (d *boolDecoder) bit(zero uint32) (bit uint32) {
	split := 1 + (d.width-1)*zero>>8
	if d.value >= split<<8 {
		bit, d.value, d.width = 1, d.value-split<<8, d.width-split
	} else {
		d.width = split
	}
	for d.width < 128 {
		d.value, d.width = d.value<<1, d.width<<1
		if d.shifted++; d.shifted == 8 {
			d.shifted = 0
			d.value |= d.byte()
		}
	}
	return bit
}

// read returns a number of n bits, the highest first.
func (d *boolDecoder) read(n int) (v int) {
	for range n {
		v = v<<1 | int(d.bit(128))
	}
	return v
}

// optional reads a number of n bits and its sign where a flag says that it is there.
func (d *boolDecoder) optional(n int) (v int, there bool) {
	if there = d.flag(); !there {
		return 0, false
	}
	if v = d.read(n); d.flag() {
		v = -v
	}
	return v, true
}

// vp8Quantizers are the quantizer indices of a key frame's segments, 0…127 from fine to coarse, and which share of the
// picture each of them has.
type vp8Quantizers struct {
	index [4]int
	share [4]float64
}

// readVP8Quantizers reads a frame header, the beginning of the first partition, up to y_ac_qi (RFC 6386 §9.2 to §9.6,
// §19.2).
func readVP8Quantizers(b []byte) (q vp8Quantizers) {
	d := newBoolDecoder(b)
	d.read(2) // colour space, clamping
	q.share[0] = 1
	var deltas [4]int
	absolute := false
	if segmented := d.flag(); segmented {
		deltas, absolute = d.segments(&q)
	}
	d.read(1 + 6 + 3) // loop filter: type, level, sharpness
	if adjusted := d.flag(); adjusted {
		if updated := d.flag(); updated {
			for range 8 {
				d.optional(6)
			}
		}
	}
	d.read(2) // partitions
	base := d.read(7)
	for i, v := range deltas {
		if !absolute {
			v += base
		}
		q.index[i] = min(max(v, 0), 127)
	}
	return q
}

// segments reads how a frame is segmented (§9.3): the quantizers, or what is to be added to the frame's own, and the
// shares of the segments, as the probabilities tell them.
func (d *boolDecoder) segments(q *vp8Quantizers) (quantizers [4]int, absolute bool) {
	mapped, valued := d.flag(), d.flag()
	if valued {
		absolute = d.flag()
		for i := range quantizers {
			quantizers[i], _ = d.optional(7)
		}
		for range 4 {
			d.optional(6) // loop filter
		}
	}
	if !mapped {
		return quantizers, absolute
	}
	first := [3]float64{1, 1, 1} // the odds of the first half, of its first, and of the other half's first
	for i := range first {
		if there := d.flag(); there {
			first[i] = float64(d.read(8)) / 255
		}
	}
	q.share = [4]float64{
		first[0] * first[1], first[0] * (1 - first[1]), (1 - first[0]) * first[2], (1 - first[0]) * (1 - first[2]),
	}
	return quantizers, absolute
}

// qualityOfVP8 returns the quality 1…100 from which libwebp makes such quantizers. It raises a compression, which it
// derives from the quality, to a power for each segment, and the mean of these powers over the picture is 1
// (VP8SetSegmentParams): so the mean of the logarithms gives the compression back, whatever the segments are.
func qualityOfVP8(q vp8Quantizers) int {
	mean := 0.0
	for i, index := range q.index {
		mean += q.share[i] * math.Log(1-min(float64(index)+0.5, 126.5)/127)
	}
	linear := math.Pow(math.Exp(mean), 3) // QualityToCompression: the cube root of a line with a bend
	quality := 150 * linear
	if linear >= 0.5 {
		quality = 50 + 50*linear
	}
	return min(max(int(math.Round(quality)), 1), 100)
}
