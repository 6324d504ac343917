package probe

import "testing"

// av1Syntax is a sequence header whose frame headers are written out, of 80 × 60 pixels, with the choices of a case.
func av1Syntax(numbered, hinted, wide, superres, chosen uint32) []byte {
	w := new(bitWriter).put(3, 0).put(1, 1).put(1, 0).put(1, 0).put(1, 0).put(5, 0).put(12, 0).put(5, 4)
	w.size(80, 60).put(1, numbered)
	if numbered == 1 {
		w.put(4, 3).put(3, 2) // 8 bits
	}
	w.put(1, wide).put(2, 0).put(4, 0).put(1, hinted)
	if hinted == 1 {
		w.put(2, 0)
	}
	if w.put(1, chosen); chosen == 0 {
		w.put(1, 1)
	}
	if w.put(1, chosen); chosen == 0 {
		w.put(1, 0)
	}
	if hinted == 1 {
		w.put(3, 6) // 7 bits
	}
	w.put(1, superres).put(2, 0)
	yuv420(w)
	return obu(1, w.put(7, 0).b)
}

// bitsOf appends pairs of length and value.
func bitsOf(pairs ...uint32) []byte {
	w := new(bitWriter)
	for i := 0; i < len(pairs); i += 2 {
		w.put(int(pairs[i]), pairs[i+1])
	}
	return w.put(32, 0).b
}

func TestFindQuantizer(t *testing.T) {
	still := func(width, height uint32) []byte { return av1Still(0, width, height, yuv420) }
	tests := []struct {
		name           string
		sequence, unit []byte
		want           int
	}{
		// probabilities, screen content, another size to be shown, uniform, one more column, one more row, quantizer
		{"still", still(80, 60), obu(6, bitsOf(1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 8, 77)), 77},
		{"frame header alone", still(80, 60), obu(3, bitsOf(1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 8, 77)), 77},
		{"behind other units", still(80, 60), append(obu(5, make([]byte, 9)),
			obu(6, bitsOf(1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 8, 77))...), 77},
		{"screen content", still(80, 60), obu(6, bitsOf(1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 8, 201)), 201},
		{"shown in another size", still(80, 60), obu(6, bitsOf(1, 0, 1, 0, 1, 1, 32, 99, 1, 1, 1, 0, 8, 5)), 5},
		{"two columns", still(80, 60), obu(6, bitsOf(1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 2, 3, 8, 5)), 5},
		{"8 columns and 4 rows", still(1000, 300), obu(6,
			bitsOf(1, 0, 1, 0, 1, 0, 1, 1, 3, 7, 1, 0, 2, 3, 1, 0, 5, 9, 2, 3, 8, 9)), 9},
		{"columns by width", still(8192, 64), obu(6, bitsOf(1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 2, 3, 8, 9)), 9},
		{"rows by area", still(4096, 4096), obu(6, bitsOf(1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1, 2, 3, 8, 9)), 9},
		{"lossless", still(80, 60), obu(6, bitsOf(1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 8, 0)), 0},
		{"tiles of several sizes", still(80, 60), obu(6, bitsOf(1, 0, 1, 0, 1, 0, 1, 0, 8, 255)), 0},
		{"cut short", still(80, 60), obu(6, bitsOf(1, 0, 1, 0, 1, 0)[:1]), 0},
		{"no frame", still(80, 60), nil, 0},
		{"frame before the sequence", nil, append(obu(6, bitsOf(1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 8, 77)), still(80, 60)...), 0},
		{"decoder model", av1Moving(true, true, true, true), obu(6, bitsOf(4, 1, 32, 0)), 0},
		// key frame, probabilities, own size, probabilities at the end
		{"not a still", av1Syntax(0, 0, 0, 0, 1), obu(6, bitsOf(4, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 8, 44)), 44},
		{
			"fixed probabilities", av1Syntax(0, 0, 0, 0, 1), obu(6, bitsOf(4, 1, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 8, 44)),
			44,
		},
		{
			"numbered, with hints, screen content, large blocks", av1Syntax(1, 1, 1, 0, 0),
			obu(6, bitsOf(4, 1, 1, 0, 8, 200, 1, 0, 7, 99, 1, 0, 1, 0, 1, 0, 1, 1, 8, 44)), 44,
		},
		{
			"of another size", av1Syntax(0, 1, 0, 0, 1),
			obu(6, bitsOf(4, 1, 1, 0, 1, 0, 1, 1, 7, 99, 16, 299, 16, 63, 1, 0, 1, 0, 1, 1, 3, 6, 2, 0, 2, 0, 8, 44)), 44,
		},
		{
			"could be scaled", av1Syntax(0, 0, 0, 1, 1),
			obu(6, bitsOf(4, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 8, 44)), 44,
		},
		{"scaled", av1Syntax(0, 0, 0, 1, 1), obu(6, bitsOf(4, 1, 1, 0, 1, 0, 1, 0, 1, 1, 32, 1<<32-1)), 0},
		{"hidden frame", av1Syntax(0, 0, 0, 0, 1), obu(6, bitsOf(4, 0, 32, 1<<32-1)), 0},
		{"frame shown again", av1Syntax(0, 0, 0, 0, 1), obu(6, bitsOf(4, 8, 32, 1<<32-1)), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := findQuantizer(append(tt.sequence, tt.unit...)); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestQualityOfAV1(t *testing.T) {
	for quantizer, want := range map[int]int{0: 0, 1: 99, 4: 99, 5: 97, 84: 67, 85: 65, 248: 2, 249: 2, 250: 1, 255: 1} {
		got := qualityOfAV1(quantizer)
		if got != want {
			t.Errorf("%d: got %d, want %d", quantizer, got, want)
		}
		if got > 1 && avifQuantizer(got) < quantizer {
			t.Errorf("%d: quality %d is finer", quantizer, got)
		}
	}
}

// FuzzFindQuantizer holds that whatever stands in the units, the answer is a quantizer, and the same behind padding.
func FuzzFindQuantizer(f *testing.F) {
	f.Add(append(av1Still(0, 80, 60, yuv420), obu(6, bitsOf(1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 8, 77))...))
	f.Add(append(av1Syntax(1, 1, 1, 0, 0), obu(6, bitsOf(4, 1, 1, 0, 8, 200, 1, 0, 7, 99, 1, 0, 1, 0, 1, 0, 1, 1, 8,
		44))...))
	f.Add(append(av1Still(0, 65536, 65536, yuv420), obu(6, bitsOf(1, 0, 1, 0, 1, 0, 32, 1<<32-1, 32, 1<<32-1))...))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := findQuantizer(b)
		if q := qualityOfAV1(got); got < 0 || got > 255 || q < 0 || q > 99 {
			t.Errorf("%d, quality %d", got, q)
		}
		if again := findQuantizer(append(obu(15, nil), b...)); again != got {
			t.Errorf("%d, behind padding %d", got, again)
		}
	})
}
