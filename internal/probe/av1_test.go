package probe

import (
	"bytes"
	"testing"
)

// bitWriter appends bits, the highest first.
type bitWriter struct {
	b    []byte
	free int
}

// put appends the lowest n bits of v.
func (w *bitWriter) put(n int, v uint32) *bitWriter {
	for i := n - 1; i >= 0; i-- {
		if w.free == 0 {
			w.b, w.free = append(w.b, 0), 8
		}
		w.free--
		w.b[len(w.b)-1] |= byte(v>>i&1) << w.free
	}
	return w
}

// size appends width and height, 16 bits each, without one.
func (w *bitWriter) size(width, height uint32) *bitWriter {
	return w.put(4, 15).put(4, 15).put(16, width-1).put(16, height-1)
}

// av1Still is the header of a still picture: profile, then what color appends.
func av1Still(profile, width, height uint32, color func(w *bitWriter)) []byte {
	w := new(bitWriter).put(3, profile).put(1, 1).put(1, 1).put(5, 0).size(width, height).put(3, 0).put(3, 0)
	color(w)
	return obu(1, w.put(7, 0).b)
}

// obu returns an open bitstream unit with its size.
func obu(kind byte, data []byte) []byte {
	b := []byte{kind<<3 | 2}
	n := len(data)
	for ; n > 127; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(append(b, byte(n)), data...)
}

// yuv420 is 8 bits, no colour description, full range.
func yuv420(w *bitWriter) { w.put(1, 0).put(1, 0).put(1, 0).put(1, 1) }

// av1Moving is the header of a sequence with two operating points, and what it may hold on the way to its size and
// behind it.
func av1Moving(timing, model, delay, hint bool) []byte {
	bit := map[bool]uint32{true: 1}
	w := new(bitWriter).put(3, 0).put(1, 0).put(1, 0).put(1, bit[timing])
	if timing {
		w.put(32, 1).put(32, 30).put(1, 1).put(3, 0b001).put(2, 0b11) // uvlc 6
		w.put(1, bit[model])
		if model {
			w.put(5, 9).put(32, 7).put(5, 1).put(5, 2)
		}
	}
	w.put(1, bit[delay]).put(5, 1)
	for range 2 {
		w.put(12, 0x101).put(5, 9).put(1, 1)
		if model {
			w.put(1, 1).put(10, 77).put(10, 99).put(1, 1)
		}
		if delay {
			w.put(1, 1).put(4, 5)
		}
	}
	w.size(80, 60).put(1, 1).put(4, 3).put(3, 2).put(3, 0)
	w.put(4, 15).put(1, bit[hint])
	if hint {
		w.put(2, 3)
	}
	w.put(1, 0).put(1, 1).put(1, 0).put(1, 0)
	if hint {
		w.put(3, 6)
	}
	w.put(3, 7)
	yuv420(w)
	return obu(1, w.put(7, 0).b)
}

func TestSequenceHeader(t *testing.T) {
	full := CICP{FullRange: true}
	movingWant := sequenceHeader{width: 80, height: 60, depth: 8, subX: 2, subY: 2, cicp: full}
	color := func(bits ...uint32) func(*bitWriter) { // pairs of length and value
		return func(w *bitWriter) {
			for i := 0; i < len(bits); i += 2 {
				w.put(int(bits[i]), bits[i+1])
			}
		}
	}
	tests := []struct {
		name string
		data []byte
		want sequenceHeader
		ok   bool
	}{
		{"4:2:0", av1Still(0, 80, 60, yuv420), movingWant, true},
		{"largest", av1Still(0, 65536, 65536, yuv420), sequenceHeader{65536, 65536, 8, false, 2, 2, full}, true},
		{"10 bits, limited range, BT.2020", av1Still(0, 80, 60, color(1, 1, 1, 0, 1, 1, 8, 9, 8, 16, 8, 9, 1, 0)), sequenceHeader{80, 60, 10, false, 2, 2, CICP{9, 16, 9, false}}, true},
		{"monochrome", av1Still(0, 80, 60, color(1, 0, 1, 1, 1, 0, 1, 1)), sequenceHeader{80, 60, 8, true, 1, 1, full}, true},
		{"4:4:4", av1Still(1, 80, 60, color(1, 0, 1, 0, 1, 1)), sequenceHeader{80, 60, 8, false, 1, 1, full}, true},
		{"sRGB as it is", av1Still(1, 80, 60, color(1, 0, 1, 1, 8, 1, 8, 13, 8, 0)), sequenceHeader{80, 60, 8, false, 1, 1, CICP{1, 13, 0, true}}, true},
		{"4:2:2", av1Still(2, 80, 60, color(1, 0, 1, 0, 1, 0, 1, 1)), sequenceHeader{80, 60, 8, false, 2, 1, full}, true},
		{"4:2:2 of 10 bits", av1Still(2, 80, 60, color(1, 1, 1, 0, 1, 0, 1, 0, 1, 1)), sequenceHeader{80, 60, 10, false, 2, 1, full}, true},
		{"4:2:0 of 12 bits", av1Still(2, 80, 60, color(1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1)), sequenceHeader{80, 60, 12, false, 2, 2, full}, true},
		{"4:4:4 of 12 bits", av1Still(2, 80, 60, color(1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 0)), sequenceHeader{80, 60, 12, false, 1, 1, full}, true},
		{"moving", av1Moving(false, false, false, true), movingWant, true},
		{"moving with everything", av1Moving(true, true, true, true), movingWant, true},
		{"moving without order hints", av1Moving(true, false, true, false), movingWant, true},
		{"behind other units", append(append(obu(2, nil), obu(5, make([]byte, 200))...), av1Still(0, 80, 60, yuv420)...), movingWant, true},
		{"with extension, without size", append([]byte{1<<3 | 4, 0}, av1Still(0, 80, 60, yuv420)[2:]...), movingWant, true},
		{"profile 3", av1Still(3, 80, 60, yuv420), sequenceHeader{}, false},
		{"cut short", av1Still(0, 80, 60, yuv420)[:8], sequenceHeader{}, false},
		{"unit of 4 GB first", append([]byte{5<<3 | 2, 0xff, 0xff, 0xff, 0xff, 0x0f}, av1Still(0, 80, 60, yuv420)...), sequenceHeader{}, false},
		{"no sequence header", obu(6, make([]byte, 100)), sequenceHeader{}, false},
		{"endless zeros in a number", obu(1, bytes.Repeat([]byte{0x04}, 1)), sequenceHeader{}, false},
		{"nothing", nil, sequenceHeader{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := findSequenceHeader(tt.data)
			if ok != tt.ok || ok && got != tt.want {
				t.Errorf("got %+v, %v; want %+v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

// FuzzSequenceHeader holds that sizes and depth are possible ones, and that units in front change nothing.
func FuzzSequenceHeader(f *testing.F) {
	f.Add(av1Still(0, 80, 60, yuv420))
	f.Add(obu(5, make([]byte, 200)))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, ok := findSequenceHeader(b)
		if ok && (h.width < 1 || h.width > 1<<16 || h.height < 1 || h.height > 1<<16 || h.depth < 8 || h.depth > 12) {
			t.Errorf("%+v", h)
		}
		if again, _ := findSequenceHeader(append(obu(15, b), b...)); again != h {
			t.Errorf("%+v, behind padding %+v", h, again)
		}
	})
}
