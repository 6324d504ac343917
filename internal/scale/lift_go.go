//go:build !cgo

package scale

import (
	"math"
	"unsafe"
)

// The filters work on words of two samples in 32 bits each. Code c of 0…255 in full range is foot + 64 c: the filters
// overshoot on both sides, by 0.7 of the range in two directions at the very most, and limited ranges go beyond black
// and white. None of that leaves 0…65535, so no sum leaves its half of the word.
const (
	stepOf = 64
	foot   = 384 * stepOf
	both   = 1<<32 | 1 // times a number: it in both halves
)

// lifter brings samples to words: sample v is base + (v − zero) gain alpha / 2^lifted.
type lifter struct {
	lift
	zero, gain, base int64
	bytes            *[256]uint64 // the words of opaque bytes; nil where there are none
}

const lifted = 40

func (l lift) lifter() *lifter {
	k := &lifter{lift: l, zero: int64(l.codes.zero), base: foot<<lifted + 1<<(lifted-1)}
	gain := 255 * stepOf / l.codes.unit
	if l.codes.chroma {
		k.base += 128 * stepOf << lifted
	}
	if l.alpha.Data != nil {
		gain /= l.alphaUnit
	}
	k.gain = int64(math.Round(gain * (1 << lifted)))
	if l.codes.depth <= 8 && l.alpha.Data == nil {
		k.bytes = new([256]uint64)
		for v := range k.bytes {
			k.bytes[v] = k.word(int64(v), 1)
		}
	}
	return k
}

func (l *lifter) word(v, alpha int64) uint64 {
	return uint64(((v-l.zero)*alpha*l.gain + l.base) >> lifted)
}

// row lifts row y into words of two samples, the last one alone where their number is odd.
func (l *lifter) row(out []uint64, y int) {
	at, n := unsafe.Add(l.plane.Data, y*l.plane.Stride), l.plane.Width
	alpha := unsafe.Add(l.alpha.Data, y*l.alpha.Stride) // nil where there is none
	switch {
	case l.bytes != nil:
		l.opaque(out, unsafe.Slice((*uint8)(at), n))
	case l.codes.depth <= 8:
		weigh(l, out, unsafe.Slice((*uint8)(at), n), unsafe.Slice((*uint8)(alpha), n))
	case l.alpha.Data == nil:
		l.plain(out, unsafe.Slice((*uint16)(at), n))
	default:
		weigh(l, out, unsafe.Slice((*uint16)(at), n), unsafe.Slice((*uint16)(alpha), n))
	}
}

func (l *lifter) opaque(out []uint64, v []uint8) {
	for i := range len(v) / 2 {
		out[i] = l.bytes[v[2*i]] | l.bytes[v[2*i+1]]<<32
	}
	if len(v)&1 == 1 {
		out[len(v)/2] = l.bytes[v[len(v)-1]]
	}
}

// plain lifts samples that are not multiplied.
func (l *lifter) plain(out []uint64, v []uint16) {
	for i := range len(v) / 2 {
		out[i] = l.word(int64(v[2*i]), 1) | l.word(int64(v[2*i+1]), 1)<<32
	}
	if i := len(v) - 1; len(v)&1 == 1 {
		out[i/2] = l.word(int64(v[i]), 1)
	}
}

// weigh lifts samples, multiplied by alpha.
func weigh[T uint8 | uint16](l *lifter, out []uint64, v, alpha []T) {
	alpha = alpha[:len(v)]
	for i := range len(v) / 2 {
		out[i] = l.word(int64(v[2*i]), int64(alpha[2*i])) | l.word(int64(v[2*i+1]), int64(alpha[2*i+1]))<<32
	}
	if i := len(v) - 1; len(v)&1 == 1 {
		out[i/2] = l.word(int64(v[i]), int64(alpha[i]))
	}
}

// dropper makes samples of words: (word gain + base) / 2^32, cut at 0 and top.
type dropper struct {
	drop
	gain, base, top int64
}

func (d drop) dropper() *dropper {
	gain := d.codes.unit / (255 * stepOf)
	middle := 0.0
	if d.codes.chroma {
		middle = 128 * stepOf
	}
	return &dropper{
		drop: d, top: int64(fullUnit(d.codes.depth)), gain: int64(math.Round(gain * (1 << 32))),
		base: int64(math.Round((d.codes.zero - (foot+middle)*gain + 0.5) * (1 << 32))),
	}
}

func (d *dropper) sample(word uint64) int64 {
	return min(max((int64(word)*d.gain+d.base)>>32, 0), d.top)
}

// rows makes rows y and y + 1 of words that hold a sample of each; the second is left out where there is none.
func (d *dropper) rows(sums []uint64, y int) {
	if d.codes.depth > 8 {
		dropRows[uint16](d, sums, y)
	} else {
		dropRows[uint8](d, sums, y)
	}
}

func dropRows[T uint8 | uint16](d *dropper, sums []uint64, y int) {
	at := unsafe.Add(d.plane.Data, y*d.plane.Stride)
	a := unsafe.Slice((*T)(at), len(sums))
	if y+1 == d.plane.Height {
		for x, s := range sums {
			a[x] = T(d.sample(s & low))
		}
		return
	}
	b := unsafe.Slice((*T)(unsafe.Add(at, d.plane.Stride)), len(sums))
	for x, s := range sums {
		a[x], b[x] = T(d.sample(s&low)), T(d.sample(s>>32))
	}
}
