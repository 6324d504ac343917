//go:build cgo || nodynamic

package webp

import "testing"

// TestPrefixCode: codes are complete, prefix-free, within the limit, and no longer for what is more frequent.
func TestPrefixCode(t *testing.T) {
	fibonacci := make([]uint32, 30)
	for i := range fibonacci {
		fibonacci[i] = 1
		if i > 1 {
			fibonacci[i] = fibonacci[i-1] + fibonacci[i-2]
		}
	}
	even := make([]uint32, 280)
	for i := range even {
		even[i] = 7
	}
	for name, tt := range map[string]struct {
		counts []uint32
		limit  uint8
		used   int
	}{
		"none":        {make([]uint32, 5), 15, 0},
		"one":         {[]uint32{0, 9, 0}, 15, 1},
		"two":         {[]uint32{0, 9, 1}, 15, 2},
		"even":        {even, 15, 280},
		"too long":    {fibonacci, 15, 30},
		"much too so": {fibonacci[:19], 7, 19},
	} {
		t.Run(name, func(t *testing.T) {
			c := newPrefixCode(tt.counts, tt.limit)
			space, used := 0, 0
			for s, n := range c.length {
				if n > tt.limit {
					t.Errorf("symbol %d: %d bits", s, n)
				}
				if n > 0 {
					used++
					space += 1 << (maxCodeLength - n)
				}
				for o, m := range c.length {
					if m > 0 && n > 0 && o != s && m <= n && c.bits[s]&(1<<m-1) == c.bits[o] {
						t.Errorf("the code of %d begins with that of %d", s, o)
					}
					if m > 0 && n > m && tt.counts[s] > tt.counts[o] {
						t.Errorf("%d is more frequent than %d and longer", s, o)
					}
				}
			}
			if tt.used < 2 {
				tt.used = 0 // needs no bits
			} else if space != 1<<maxCodeLength {
				t.Errorf("the codes take %d of %d", space, 1<<maxCodeLength)
			}
			if used != tt.used {
				t.Errorf("want %d symbols, got %d", tt.used, used)
			}
		})
	}
}

// TestSymbol: the prefixes of RFC 9649 section 4.2.2 (prefix, value range) and the bits after them.
func TestSymbol(t *testing.T) {
	for _, tt := range []struct{ value, prefix, extra, bits int }{
		{1, 0, 0, 0},
		{2, 1, 0, 0},
		{3, 2, 0, 0},
		{4, 3, 0, 0},
		{5, 4, 0, 1},
		{6, 4, 1, 1},
		{7, 5, 0, 1},
		{8, 5, 1, 1},
		{9, 6, 0, 2},
		{12, 6, 3, 2},
		{13, 7, 0, 2},
		{3073, 23, 0, 10},
		{4096, 23, 1023, 10},
		{524289, 38, 0, 18},
		{786433, 39, 0, 18},
		{1048576, 39, 1<<18 - 1, 18},
	} {
		prefix, extra, bits := symbol(uint32(tt.value))
		if int(prefix) != tt.prefix || int(extra) != tt.extra || int(bits) != tt.bits {
			t.Errorf("%d: want %d, %d in %d bits, got %d, %d in %d", tt.value, tt.prefix, tt.extra, tt.bits, prefix, extra,
				bits)
		}
	}
}
