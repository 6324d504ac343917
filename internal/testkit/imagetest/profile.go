package imagetest

import (
	"encoding/binary"
	"math"
)

// SRGBPrimaries are the D50 colorants of sRGB in X, Y, Z: red, green, blue.
var SRGBPrimaries = [3][3]float64{{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}}

// WithPrimaries returns a copy of a matrix profile with other colorants.
func WithPrimaries(profile []byte, primaries [3][3]float64) []byte {
	p := append([]byte(nil), profile...)
	for i, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		for n := range binary.BigEndian.Uint32(p[128:]) {
			entry := p[132+12*n:]
			if string(entry[:4]) != name {
				continue
			}
			at := binary.BigEndian.Uint32(entry[4:]) + 8
			for k, v := range primaries[i] {
				binary.BigEndian.PutUint32(p[at+4*uint32(k):], fixed(v))
			}
		}
	}
	return p
}

// fixed returns an s15Fixed16Number (ICC.1:2022 §4.6).
func fixed(v float64) uint32 { return uint32(int32(math.Round(65536 * v))) }

// GrayProfile returns a grey profile with a gamma curve.
func GrayProfile(gamma float64) []byte {
	curve := binary.BigEndian.AppendUint16([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01"), uint16(math.Round(256*gamma)))
	return profile("mntrGRAYXYZ ", map[string][]byte{"wtpt": xyz(0.9642, 1, 0.8249), "kTRC": append(curve, 0, 0)})
}

// CMYKProfile returns a printer's profile with one table of two points per ink: lab gives L*, a*, b* of an ink
// combination, each 0 or 1 in the order C, M, Y, K.
func CMYKProfile(lab func(c, m, y, k int) [3]float64) []byte {
	t := append([]byte("mft2\x00\x00\x00\x00"), 4, 3, 2, 0) // lut16Type, version 2 encoding (ICC.1:2001-04 §6.5.8)
	for i := range 9 {
		v := 0.0
		if i%4 == 0 {
			v = 1
		}
		t = binary.BigEndian.AppendUint32(t, fixed(v))
	}
	t = append(t, 0, 2, 0, 2) // two entries in each curve
	straight := []byte{0, 0, 0xFF, 0xFF}
	for range 4 {
		t = append(t, straight...)
	}
	for i := range 16 {
		v := lab(i>>3&1, i>>2&1, i>>1&1, i&1)
		for k, unit := range [3]float64{652.8, 256, 256} {
			zero := 32768.0
			if k == 0 {
				zero = 0
			}
			t = binary.BigEndian.AppendUint16(t, uint16(math.Round(zero+unit*v[k])))
		}
	}
	for range 3 {
		t = append(t, straight...)
	}
	return profile("prtrCMYKLab ", map[string][]byte{"wtpt": xyz(0.9642, 1, 0.8249), "A2B0": t})
}

func xyz(x, y, z float64) []byte {
	b := []byte("XYZ \x00\x00\x00\x00")
	for _, v := range []float64{x, y, z} {
		b = binary.BigEndian.AppendUint32(b, fixed(v))
	}
	return b
}

// profile lays out a version 2 profile: class, colour space and connection space, then its tags.
func profile(kind string, tags map[string][]byte) []byte {
	table := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	var body []byte
	for name, data := range tags {
		table = append(table, name...)
		table = binary.BigEndian.AppendUint32(table, uint32(128+4+12*len(tags)+len(body)))
		table = binary.BigEndian.AppendUint32(table, uint32(len(data)))
		body = append(body, data...)
		body = append(body, make([]byte, -len(data)&3)...)
	}
	b := binary.BigEndian.AppendUint32(nil, uint32(128+len(table)+len(body)))
	b = append(b, "\x00\x00\x00\x00\x02\x40\x00\x00"+kind...)
	b = append(b, "\x07\xd0\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00acsp"...)
	b = append(b, make([]byte, 28)...)
	b = append(b, xyz(0.9642, 1, 0.8249)[8:]...)
	b = append(b, make([]byte, 128-len(b))...)
	return append(append(b, table...), body...)
}

// RGBProfile returns a display's profile of these D50 colorants whose three channels have one curve, a curveType or a
// parametricCurveType.
func RGBProfile(primaries [3][3]float64, curve []byte) []byte {
	curve = append(append([]byte(nil), curve...), make([]byte, -len(curve)&3)...)
	tags := map[string][]byte{"wtpt": xyz(0.9642, 1, 0.8249), "rTRC": curve, "gTRC": curve, "bTRC": curve}
	for i, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		tags[name] = xyz(primaries[i][0], primaries[i][1], primaries[i][2])
	}
	return profile("mntrRGB XYZ ", tags)
}

// RGBTableProfile returns a display's profile that says the same by a table of side points a side, as scanners' and
// printers' profiles do: gamma curves in front of the table, L*, a*, b* in it.
func RGBTableProfile(primaries [3][3]float64, gamma float64, side int) []byte {
	const entries = 256
	t := append([]byte("mft2\x00\x00\x00\x00"), 3, 3, byte(side), 0)
	for i := range 9 {
		t = binary.BigEndian.AppendUint32(t, fixed([4]float64{0: 1}[i%4]))
	}
	t = append(t, entries>>8, entries&255, 0, 2)
	for range 3 {
		for i := range entries { // towards lightness, so that the table is even
			t = binary.BigEndian.AppendUint16(t, uint16(math.Round(65535*math.Pow(float64(i)/(entries-1), gamma/3))))
		}
	}
	for i := range side * side * side {
		var v [3]float64
		for k, n := range [3]int{i / side / side, i / side % side, i % side} {
			l := math.Pow(float64(n)/float64(side-1), 3)
			for j := range v {
				v[j] += l * primaries[k][j]
			}
		}
		t = append(t, labWords(v)...)
	}
	for range 3 {
		t = append(t, 0, 0, 0xFF, 0xFF)
	}
	return profile("mntrRGB Lab ", map[string][]byte{"wtpt": xyz(0.9642, 1, 0.8249), "A2B0": t})
}

// labWords encodes X, Y, Z as L*, a*, b* in words of version 2 (ICC.1:2001-04 §6.5.8).
func labWords(v [3]float64) []byte {
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x, y, z := f(v[0]/0.9642), f(v[1]), f(v[2]/0.8249)
	var b []byte
	for _, w := range [3]float64{(116*y - 16) * 652.8, 32768 + 500*(x-y)*256, 32768 + 200*(y-z)*256} {
		b = binary.BigEndian.AppendUint16(b, uint16(math.Round(min(max(w, 0), 65535))))
	}
	return b
}
