package icc

import (
	"encoding/binary"
	"math"
	"testing"
)

func TestParseDisplay(t *testing.T) {
	for _, k := range []Kind{DisplayP3, AdobeRGB} {
		d, ok := ParseDisplay(Profile(k))
		if !ok || !d.Alike || d.Primaries[0][0] < 0.5 || math.Abs(d.Curves[2](1)-1) > 1e-4 || d.Curves[1](0) != 0 {
			t.Errorf("%s: got %+v, %t", k, d, ok)
		}
	}
	tables := Profile(AdobeRGB)
	copy(tables[len("....")+headerLen:], "A2B0") // desc, once
	cut := Profile(AdobeRGB)
	for name, b := range map[string][]byte{
		"none": nil, "header": cut[:headerLen], "tables": tables, "cut": cut[:300],
		"grey": grayProfile("XYZ ", 2),
	} {
		if _, ok := ParseDisplay(b); ok {
			t.Errorf("%s: want a refusal", name)
		}
	}
}

// grayProfile is a grey profile of a gamma in a connection space.
func grayProfile(pcs string, gamma uint16) []byte {
	curve := binary.BigEndian.AppendUint16([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01"), gamma<<8)
	b := header(headerLen+16+len(curve), "GRAY")
	copy(b[16:], "GRAY"+pcs)
	b = binary.BigEndian.AppendUint32(b, 1)
	b = binary.BigEndian.AppendUint32(append(b, "kTRC"...), headerLen+16)
	return append(binary.BigEndian.AppendUint32(b, uint32(len(curve))), curve...)
}

func TestParseGray(t *testing.T) {
	for _, c := range []struct {
		pcs  string
		v    float64
		want float64
	}{
		{"XYZ ", 0.5, 0.25},
		{"Lab ", 0.5, 0.0441548}, // L* 25
		{"Lab ", 0.2, 0.0044282}, // L* 4
		{"Lab ", 1, 1},
	} {
		light, ok := ParseGray(grayProfile(c.pcs, 2))
		if !ok {
			t.Fatalf("%s: not read", c.pcs)
		}
		if got := light(c.v); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%s %g: got %g, want %g", c.pcs, c.v, got, c.want)
		}
	}
	if _, ok := ParseGray(Profile(DisplayP3)); ok {
		t.Error("want no grey curve in an RGB profile")
	}
}

// FuzzDisplay holds that whatever a profile says, light is a number of 0…1.
func FuzzDisplay(f *testing.F) {
	f.Add(Profile(DisplayP3), 0.3)
	f.Add(Profile(AdobeRGB), 1.0)
	f.Add(grayProfile("Lab ", 2), 0.5)
	f.Fuzz(func(t *testing.T, profile []byte, v float64) {
		if !(v >= 0 && v <= 1) {
			return
		}
		check := func(light func(float64) float64) {
			if l := light(v); !(l >= 0 && l <= 1) {
				t.Fatalf("light of %g is %g", v, l)
			}
		}
		if d, ok := ParseDisplay(profile); ok {
			for _, c := range d.Curves {
				check(c)
			}
		}
		if c, ok := ParseGray(profile); ok {
			check(c)
		}
	})
}
