package main

import (
	"encoding/binary"
	"math"
	"slices"
)

// sRGBPrimaries are the D50 colorants of sRGB in X, Y, Z: red, green, blue (IEC 61966-2-1, adapted by Bradford).
var sRGBPrimaries = [3][3]float64{{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}}

// withPrimaries returns a copy of a matrix profile with other colorants (ICC.1:2022 §7.3: the tag table stands after
// the 128 bytes of the header, 12 bytes an entry; §10.31: an XYZ value is three s15Fixed16Numbers behind 8 bytes).
func withPrimaries(profile []byte, primaries [3][3]float64) []byte {
	p := slices.Clone(profile)
	for n := range binary.BigEndian.Uint32(p[128:]) {
		entry := p[132+12*n:]
		i := slices.Index([]string{"rXYZ", "gXYZ", "bXYZ"}, string(entry[:4]))
		if i < 0 {
			continue
		}
		at := binary.BigEndian.Uint32(entry[4:]) + 8
		for k, v := range primaries[i] {
			binary.BigEndian.PutUint32(p[at+4*uint32(k):], uint32(int32(math.Round(65536*v))))
		}
	}
	return p
}
