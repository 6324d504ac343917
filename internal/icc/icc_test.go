package icc

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

// build lays out a profile of this class, colour space and PCS with the tags in order of the arguments name, data, …
func build(class, colours, pcs string, nameData ...any) []byte {
	count := len(nameData) / 2
	table, body := binary.BigEndian.AppendUint32(nil, uint32(count)), []byte(nil)
	for pair := range slices.Chunk(nameData, 2) {
		data := pair[1].([]byte)
		table = append(table, pair[0].(string)...)
		table = binary.BigEndian.AppendUint32(table, uint32(headerLen+4+12*count+len(body)))
		table = binary.BigEndian.AppendUint32(table, uint32(len(data)))
		body = append(body, data...)
	}
	b := header(headerLen+len(table)+len(body), colours)
	copy(b[12:], class+colours+pcs)
	return append(append(b, table...), body...)
}

// matrixProfile is an RGB display profile with these primaries and one curve.
func matrixProfile(m matrix, curve []byte) []byte {
	return build("mntr", "RGB ", "XYZ ", "rXYZ", xyz(m[0]), "gXYZ", xyz(m[1]), "bXYZ", xyz(m[2]),
		"rTRC", curve, "gTRC", curve, "bTRC", curve)
}

func formula(kind byte, params ...float64) []byte {
	b := append([]byte("para\x00\x00\x00\x00\x00"), kind, 0, 0)
	for _, p := range params {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(65536*p))))
	}
	return b
}

// srgbFormula is sRGB's curve as version 4 profiles state it.
func srgbFormula() []byte {
	return formula(3, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)
}

func shifted(m matrix, by float64) matrix {
	m[1][0] += by
	return m
}

func TestIdentify(t *testing.T) {
	identity := gammaCurve(1)
	table := sampledCurve(DecodeSRGB)
	lut := []byte("mft2\x00\x00\x00\x00")
	tests := []struct {
		name    string
		profile []byte
		want    Kind
	}{
		{"nothing", nil, None},
		{"garbage", []byte("\xaa\xaa\xaa"), Invalid},
		{"sRGB with a table", matrixProfile(srgb.primaries, table), SRGB},
		{"sRGB with a formula", matrixProfile(srgb.primaries, srgbFormula()), SRGB},
		{"sRGB with the long formula", matrixProfile(srgb.primaries,
			formula(4, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045, 0, 0)), SRGB},
		{"sRGB of another maker", matrixProfile(shifted(srgb.primaries, 0.002), table), SRGB},
		{"primaries a little off", matrixProfile(shifted(srgb.primaries, 0.01), table), OtherRGB},
		{"sRGB primaries, gamma 2.2", matrixProfile(srgb.primaries, gammaCurve(2.2)), OtherRGB},
		{"sRGB primaries, linear", matrixProfile(srgb.primaries, identity), OtherRGB},
		{"sRGB primaries, no values in the curve", matrixProfile(srgb.primaries, make12("curv")), OtherRGB},
		{"sRGB and a table for the perceptual intent", build("mntr", "RGB ", "XYZ ", "A2B0", lut), OtherRGB},
		{"Display P3", matrixProfile(displayP3.primaries, srgbFormula()), DisplayP3},
		{"Adobe RGB", matrixProfile(adobeRGB.primaries, gammaCurve(2.19921875)), AdobeRGB},
		{"Adobe RGB with a formula", matrixProfile(adobeRGB.primaries, formula(0, 2.19921875)), AdobeRGB},
		{"Adobe RGB primaries, gamma 1.8", matrixProfile(adobeRGB.primaries, gammaCurve(1.8)), OtherRGB},
		{"no curves", build("mntr", "RGB ", "XYZ ", "rXYZ", xyz(whiteD50)), Invalid},
		{"curve cut short", matrixProfile(srgb.primaries, table[:40]), Invalid},
		{"formula cut short", matrixProfile(srgb.primaries, srgbFormula()[:20]), Invalid},
		{"unknown formula", matrixProfile(srgb.primaries, formula(5, 1, 1, 1, 1, 1, 1, 1)), Invalid},
		{"unknown curve type", matrixProfile(srgb.primaries, make12("abcd")), Invalid},
		{"gray, sRGB curve", build("mntr", "GRAY", "XYZ ", "kTRC", table), SRGB},
		{"gray, gamma 2.2", build("mntr", "GRAY", "XYZ ", "kTRC", gammaCurve(2.2)), Gray},
		{"gray, lightness", build("mntr", "GRAY", "Lab ", "kTRC", table), Gray},
		{"gray, table", build("mntr", "GRAY", "XYZ ", "A2B0", lut), Gray},
		{"gray, nothing", build("mntr", "GRAY", "XYZ "), Invalid},
		{"CMYK", build("prtr", "CMYK", "Lab ", "A2B0", lut), CMYK},
		{"CMYK without a table", build("prtr", "CMYK", "Lab "), Invalid},
		{"Lab colours", build("spac", "Lab ", "Lab ", "A2B0", lut), Invalid},
		{"device link", build("link", "RGB ", "XYZ ", "A2B0", lut), Invalid},
		{"PCS is RGB", build("mntr", "RGB ", "RGB ", "A2B0", lut), Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Identify(tt.profile); got != tt.want {
				t.Errorf("Identify = %v, want %v", got, tt.want)
			}
			if got := Identify(append(slices.Clone(tt.profile), 0)); len(tt.profile) > 0 && got != tt.want {
				t.Errorf("with a byte behind: %v, want %v", got, tt.want)
			}
		})
	}
}

// make12 is a type signature with nothing but zeros behind it.
func make12(kind string) []byte { return append([]byte(kind), make([]byte, 8)...) }

func TestIdentifyDamagedHeader(t *testing.T) {
	tests := []struct {
		name string
		edit func(b []byte) []byte
	}{
		{"signature", func(b []byte) []byte { b[36] = 'x'; return b }},
		{"cut in the header", func(b []byte) []byte { return b[:100] }},
		{"cut in the tag table", func(b []byte) []byte { return b[:200] }},
		{"cut in the curve", func(b []byte) []byte { return b[:len(b)-1] }},
		{"size zero", func(b []byte) []byte { clear(b[:4]); return b }},
		{"a billion tags", func(b []byte) []byte { b[128] = 0x3f; return b }},
		{"101 tags", func(b []byte) []byte {
			b[131] = maxTags + 1
			b = append(b, make([]byte, 2000)...)
			binary.BigEndian.PutUint32(b, uint32(len(b)))
			return b
		}},
		{"offset beyond the end", func(b []byte) []byte { b[132+4] = 0xff; return b }},
		{"offset and size overflow", func(b []byte) []byte {
			copy(b[132+4:], "\xff\xff\xff\xff\xff\xff\xff\xff")
			return b
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := tt.edit(matrixProfile(srgb.primaries, sampledCurve(DecodeSRGB)))
			if got := Identify(b); got != Invalid {
				t.Errorf("Identify = %v, want invalid", got)
			}
		})
	}
}

func TestKindsHaveNames(t *testing.T) {
	for k := None; k <= Invalid; k++ {
		if k.String() == "" {
			t.Errorf("kind %d has no name", k)
		}
	}
}

// FuzzIdentify holds that bytes behind the profile change nothing, and that no bytes make it fail.
func FuzzIdentify(f *testing.F) {
	f.Add(matrixProfile(srgb.primaries, srgbFormula()))
	f.Add(Profile(DisplayP3))
	f.Add(Profile(AdobeRGB))
	f.Add(build("mntr", "GRAY", "XYZ ", "kTRC", formula(4, 1, 0, 0, 0, 0, 0, 0)))
	f.Add(build("prtr", "CMYK", "Lab ", "A2B0", []byte("mft2")))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := Identify(b)
		if len(b) < headerLen || uint64(binary.BigEndian.Uint32(b)) > uint64(len(b)) {
			return
		}
		if again := Identify(append(b[:len(b):len(b)], "behind"...)); again != got {
			t.Errorf("Identify = %v, with bytes behind %v", got, again)
		}
	})
}
