//go:build !cgo

package jpeg

// The inverse transforms of a block to n × n samples, n = 8, 4, 2 or 1: from the n lowest frequencies in each direction,
// sample (x, y) is 128 + 1/8 Σ Σ w(u, x) w(v, y) F(u, v), where w(0, x) = 1 and w(u, x) = √2 cos((2x+1) u π / 2n). For
// n = 8 that is the transform of T.81 (§A.3.3), for less the picture made smaller.

// Cosines times √2, in fixed point of unit bits: c8k is √2 cos(k π / 16), c4k is √2 cos(k π / 8).
const (
	unit = 12
	c81  = 5681
	c82  = 5352
	c83  = 4816
	c85  = 3219
	c86  = 2217
	c87  = 1130
	c41  = c82
	c43  = c86
)

// Between the two directions samples keep so many bits more.
const (
	more = 3
	up   = unit - more             // from sums to what is kept
	down = unit + more + 3         // from sums to samples: 1/8 is in it
	grey = 128<<down + 1<<(down-1) // what is added at the end, with rounding
)

func sample(v int32) byte { return byte(min(max(v>>down, 0), 255)) }

// inverse8 writes 8 × 8 samples.
func inverse8(b *coefficients, out []byte, stride int) {
	for i := range 8 {
		c := b[i : i+57 : i+57]
		if c[8]|c[16]|c[24]|c[32]|c[40]|c[48]|c[56] == 0 {
			v := c[0] << more
			c[0], c[8], c[16], c[24], c[32], c[40], c[48], c[56] = v, v, v, v, v, v, v, v
			continue
		}
		e := even8(c[0], c[16], c[32], c[48], 1<<(up-1))
		o := odd8(c[8], c[24], c[40], c[56])
		c[0], c[56] = (e[0]+o[0])>>up, (e[0]-o[0])>>up
		c[8], c[48] = (e[1]+o[1])>>up, (e[1]-o[1])>>up
		c[16], c[40] = (e[2]+o[2])>>up, (e[2]-o[2])>>up
		c[24], c[32] = (e[3]+o[3])>>up, (e[3]-o[3])>>up
	}
	for y := range 8 {
		r := b[8*y : 8*y+8 : 8*y+8]
		to := out[y*stride:][:8:8]
		e := even8(r[0], r[2], r[4], r[6], grey)
		o := odd8(r[1], r[3], r[5], r[7])
		to[0], to[7] = sample(e[0]+o[0]), sample(e[0]-o[0])
		to[1], to[6] = sample(e[1]+o[1]), sample(e[1]-o[1])
		to[2], to[5] = sample(e[2]+o[2]), sample(e[2]-o[2])
		to[3], to[4] = sample(e[3]+o[3]), sample(e[3]-o[3])
	}
}

// even8 is what even frequencies give to the first four samples, and add.
func even8(f0, f2, f4, f6, add int32) [4]int32 {
	a, b := (f0+f4)<<unit+add, (f0-f4)<<unit+add
	p, q := f2*c82+f6*c86, f2*c86-f6*c82
	return [4]int32{a + p, b + q, b - q, a - p}
}

// odd8 is what odd frequencies give to the first four samples; the last four get the opposite.
func odd8(f1, f3, f5, f7 int32) [4]int32 {
	return [4]int32{
		f1*c81 + f3*c83 + f5*c85 + f7*c87,
		f1*c83 - f3*c87 - f5*c81 - f7*c85,
		f1*c85 - f3*c81 + f5*c87 + f7*c83,
		f1*c87 - f3*c85 + f5*c83 - f7*c81,
	}
}

// inverse4 writes 4 × 4 samples.
func inverse4(b *coefficients, out []byte, stride int) {
	for i := range 4 {
		c := b[i : i+25 : i+25]
		p, q, r, s := four(c[0], c[8], c[16], c[24], 1<<(up-1))
		c[0], c[8], c[16], c[24] = p>>up, q>>up, r>>up, s>>up
	}
	for y := range 4 {
		r := b[8*y : 8*y+4 : 8*y+4]
		to := out[y*stride:][:4:4]
		p, q, s, t := four(r[0], r[1], r[2], r[3], grey)
		to[0], to[1], to[2], to[3] = sample(p), sample(q), sample(s), sample(t)
	}
}

func four(f0, f1, f2, f3, add int32) (a, b, c, d int32) {
	e, g := (f0+f2)<<unit+add, (f0-f2)<<unit+add
	o, p := f1*c41+f3*c43, f1*c43-f3*c41
	return e + o, g + p, g - p, e - o
}

// inverse2 writes 2 × 2 samples.
func inverse2(b *coefficients, out []byte, stride int) {
	const round = 128<<3 + 4
	p, q := b[0]+b[8]+round, b[0]-b[8]+round
	r, s := b[1]+b[9], b[1]-b[9]
	top, bottom := out[:2:2], out[stride:][:2:2]
	top[0], top[1] = eighth(p+r), eighth(p-r)
	bottom[0], bottom[1] = eighth(q+s), eighth(q-s)
}

// eighth is a sample of eight times as much, rounded before.
func eighth(v int32) byte { return byte(min(max(v>>3, 0), 255)) }

// level writes n × n samples of a block with nothing but its first coefficient.
func level(f int32, out []byte, stride, n int) {
	v := eighth(f + 128<<3 + 4)
	for y := range n {
		row := out[y*stride:][:n]
		for x := range row {
			row[x] = v
		}
	}
}

// inverse writes n × n samples.
func inverse(b *coefficients, out []byte, stride, n int) {
	switch n {
	case 8:
		inverse8(b, out, stride)
	case 4:
		inverse4(b, out, stride)
	case 2:
		inverse2(b, out, stride)
	}
}
