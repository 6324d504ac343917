package probe

import "testing"

// boolEncoder writes the arithmetic code of VP8 (RFC 6386 §7.3) at even odds.
type boolEncoder struct {
	b             []byte
	bottom, width uint32
	left          int // bits before the next byte is complete
}

func newBoolEncoder() *boolEncoder { return &boolEncoder{width: 255, left: 24} }

// put writes the lowest n bits of v, the highest first.
func (e *boolEncoder) put(n int, v uint32) *boolEncoder {
	for i := n - 1; i >= 0; i-- {
		e.bit(v >> i & 1)
	}
	return e
}

func (e *boolEncoder) bit(bit uint32) {
	split := 1 + (e.width-1)*128>>8
	if bit == 1 {
		before := e.bottom
		if e.bottom, e.width = e.bottom+split, e.width-split; e.bottom < before {
			e.carry()
		}
	} else {
		e.width = split
	}
	for e.width < 128 {
		if e.width <<= 1; e.bottom>>31 == 1 {
			e.carry()
		}
		e.bottom <<= 1
		if e.left--; e.left == 0 {
			e.b = append(e.b, byte(e.bottom>>24))
			e.bottom, e.left = e.bottom&(1<<24-1), 8
		}
	}
}

// carry adds one to what is written.
func (e *boolEncoder) carry() {
	i := len(e.b) - 1
	for ; e.b[i] == 255; i-- {
		e.b[i] = 0
	}
	e.b[i]++
}

// bytes ends the code.
func (e *boolEncoder) bytes() []byte { return e.put(32, 0).b }

// plainVP8 is a frame without segments and filter changes.
func plainVP8(quantizer uint32) []byte {
	return newBoolEncoder().put(2, 0).put(1, 0).put(10, 0x155).put(1, 0).put(2, 0).put(7, quantizer).bytes()
}

// segmentedVP8 is a frame with four quantizers, two thirds of it in the first segment and a third in the second.
func segmentedVP8(absolute uint32, quantizers [4]int, base uint32) []byte {
	e := newBoolEncoder().put(2, 0).put(1, 1).put(2, 3).put(1, absolute)
	for _, q := range quantizers {
		if e.put(1, 1); q < 0 {
			e.put(7, uint32(-q)).put(1, 1)
		} else {
			e.put(7, uint32(q)).put(1, 0)
		}
	}
	e.put(1, 1).put(6, 63).put(1, 1).put(3, 0)              // loop filter of the first
	e.put(1, 1).put(8, 255).put(1, 1).put(8, 170).put(1, 0) // all in the first half, two thirds of it in the first
	e.put(10, 0x3ff)
	e.put(1, 1).put(1, 1).put(1, 1).put(6, 63).put(1, 1).put(7, 0)
	return e.put(2, 3).put(7, base).bytes()
}

func TestVP8Quantizers(t *testing.T) {
	most := 170.0 / 255
	shares := [4]float64{most, 1 - most, 0, 0}
	all := [4]float64{1}
	tests := []struct {
		name string
		b    []byte
		want vp8Quantizers
	}{
		{"plain", plainVP8(77), vp8Quantizers{[4]int{77, 77, 77, 77}, all}},
		{"coarsest", plainVP8(127), vp8Quantizers{[4]int{127, 127, 127, 127}, all}},
		{"segments", segmentedVP8(1, [4]int{10, 20, 30, 127}, 99), vp8Quantizers{[4]int{10, 20, 30, 127}, shares}},
		{
			"segments by difference", segmentedVP8(0, [4]int{10, -20, 100, -100}, 60),
			vp8Quantizers{[4]int{70, 40, 127, 0}, shares},
		},
		{
			"segments without a map", newBoolEncoder().put(2, 0).put(1, 1).put(2, 0).put(10, 0).put(1, 0).put(2, 0).put(7,
				9).bytes(),
			vp8Quantizers{[4]int{9, 9, 9, 9}, all},
		},
		{"nothing", nil, vp8Quantizers{[4]int{}, all}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := readVP8Quantizers(tt.b); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// libwebp's quality falls with its quantizer; segments count by their shares.
func TestQualityOfVP8(t *testing.T) {
	last := 101
	for i := range 128 {
		got := qualityOfVP8(vp8Quantizers{[4]int{i, i, i, i}, [4]float64{1}})
		if got > last || got < 1 || got > 100 {
			t.Errorf("quantizer %d: quality %d after %d", i, got, last)
		}
		last = got
	}
	for _, c := range []struct{ quantizer, want int }{{0, 99}, {13, 86}, {26, 74}, {62, 20}, {127, 1}} {
		if got := qualityOfVP8(vp8Quantizers{[4]int{c.quantizer, 127, 127, 127}, [4]float64{1}}); got != c.want {
			t.Errorf("quantizer %d: quality %d, want %d", c.quantizer, got, c.want)
		}
	}
}

// FuzzVP8Quantizers holds that whatever a frame header says, indices, shares and the quality are possible ones.
func FuzzVP8Quantizers(f *testing.F) {
	f.Add(plainVP8(77))
	f.Add(segmentedVP8(1, [4]int{10, 20, 30, 127}, 99))
	f.Add(segmentedVP8(0, [4]int{10, -20, 100, -100}, 60))
	f.Fuzz(func(t *testing.T, b []byte) {
		q := readVP8Quantizers(b)
		total := 0.0
		for i, index := range q.index {
			if index < 0 || index > 127 || q.share[i] < 0 {
				t.Errorf("%+v", q)
			}
			total += q.share[i]
		}
		if got := qualityOfVP8(q); got < 1 || got > 100 || total < 0.999 || total > 1.001 {
			t.Errorf("%+v: quality %d, shares of %g", q, got, total)
		}
	})
}
