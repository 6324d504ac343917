package icc

import (
	"encoding/binary"
	"math"
)

// A matrix is what a display profile says of its primaries: the PCS XYZ of full red, green and blue, adapted to
// D50 by the Bradford transform (ICC.1:2022 §6.3.4.3, Annex E).
type matrix [3][3]float64

// space is a colour space as a matrix/TRC profile describes it.
type space struct {
	kind      Kind
	name      string // as the description in Profile
	primaries matrix
	decode    func(v float64) float64 // sample value 0…1 to linear light 0…1
	encode    func(l float64) float64
}

// srgb, displayP3 and adobeRGB are the spaces that are told apart from the rest: IEC 61966-2-1:1999; SMPTE EG 432-1
// primaries with D65 and sRGB's curve; Adobe RGB (1998) Color Image Encoding §4.3.
var (
	srgb = space{
		kind: SRGB, name: "sRGB",
		primaries: matrix{{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}},
		decode:    DecodeSRGB, encode: EncodeSRGB,
	}
	displayP3 = space{
		kind: DisplayP3, name: "Display P3",
		primaries: matrix{{0.51512, 0.24120, -0.00105}, {0.29198, 0.69225, 0.04189}, {0.15710, 0.06657, 0.78407}},
		decode:    DecodeSRGB, encode: EncodeSRGB,
	}
	adobeRGB = space{
		kind: AdobeRGB, name: "Compatible with Adobe RGB (1998)",
		primaries: matrix{{0.60974, 0.31111, 0.01947}, {0.20528, 0.62567, 0.06087}, {0.14919, 0.06322, 0.74457}},
		decode:    func(v float64) float64 { return math.Pow(v, adobeGamma) },
		encode:    func(l float64) float64 { return math.Pow(l, 1/adobeGamma) },
	}
)

const adobeGamma = 2 + 51.0/256 // 2.19921875

// DecodeSRGB is the light, 0…1, of a value of sRGB, 0…1 (IEC 61966-2-1:1999).
func DecodeSRGB(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// EncodeSRGB is the inverse of DecodeSRGB.
func EncodeSRGB(l float64) float64 {
	if l <= 0.0031308 {
		return l * 12.92
	}
	return 1.055*math.Pow(l, 1/2.4) - 0.055
}

// Profile returns a small profile for the kinds that are carried along, DisplayP3 and AdobeRGB, and nil for the
// others. It is version 2 (ICC.1:2001-04), which every reader knows, and the same bytes at every call, so that
// results can be compared and cached. The caller must not change it.
func Profile(k Kind) []byte {
	switch k {
	case DisplayP3:
		return displayP3.profile(sampledCurve(DecodeSRGB))
	case AdobeRGB:
		return adobeRGB.profile(gammaCurve(adobeGamma))
	}
	return nil
}

// curvePoints is enough for sRGB's curve: between 64 points the straight lines stay within an eighth of an 8-bit step.
const curvePoints = 64

// sampledCurve returns a curveType (ICC.1:2001-04 §6.5.3) with curvePoints samples of f.
func sampledCurve(f func(float64) float64) []byte {
	b := append([]byte("curv\x00\x00\x00\x00"), 0, 0, 0, curvePoints)
	for i := range curvePoints {
		b = binary.BigEndian.AppendUint16(b, uint16(math.Round(65535*f(float64(i)/(curvePoints-1)))))
	}
	return b
}

// gammaCurve returns a curveType with one value: the exponent as u8Fixed8Number.
func gammaCurve(gamma float64) []byte {
	return binary.BigEndian.AppendUint16([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01"), uint16(math.Round(256*gamma)))
}

// The white points of the header and of the media, as the profiles of these spaces' makers have them: version 2
// states a display's white as measured, D65, while its primaries are adapted to D50.
var (
	whiteD50 = [3]float64{0.9642, 1, 0.8249}
	whiteD65 = [3]float64{0.9505, 1, 1.0891}
)

// tag is an element of a profile and the names it goes by.
type tag struct {
	names []string
	data  []byte
}

// profile returns a display profile of these primaries; the three curves share their bytes.
func (s space) profile(curve []byte) []byte {
	return layout("RGB ", []tag{
		{[]string{"desc"}, description(s.name)},
		{[]string{"cprt"}, append([]byte("text\x00\x00\x00\x00"), "CC0\x00"...)},
		{[]string{"wtpt"}, xyz(whiteD65)},
		{[]string{"rXYZ"}, xyz(s.primaries[0])},
		{[]string{"gXYZ"}, xyz(s.primaries[1])},
		{[]string{"bXYZ"}, xyz(s.primaries[2])},
		{[]string{"rTRC", "gTRC", "bTRC"}, curve},
	})
}

// layout puts header, tag table and tags together (ICC.1:2001-04 §6).
func layout(colours string, tags []tag) []byte {
	count := 0
	for _, t := range tags {
		count += len(t.names)
	}
	table := binary.BigEndian.AppendUint32(nil, uint32(count))
	var body []byte
	for _, t := range tags {
		for _, name := range t.names {
			table = append(table, name...)
			table = binary.BigEndian.AppendUint32(table, uint32(headerLen+4+12*count+len(body)))
			table = binary.BigEndian.AppendUint32(table, uint32(len(t.data)))
		}
		body = append(body, t.data...)
		body = append(body, make([]byte, -len(body)&3)...) // tags start at multiples of 4
	}
	b := header(headerLen+len(table)+len(body), colours)
	return append(append(b, table...), body...)
}

// header returns the 128 bytes of a display profile of this size; the date is fixed.
func header(size int, colours string) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, size), uint32(size))
	b = append(b, "\x00\x00\x00\x00\x02\x40\x00\x00mntr"+colours+"XYZ "...) // no CMM, version 2.4
	b = append(b, "\x07\xd0\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00acsp"...)
	b = append(b, make([]byte, 28)...) // no platform, flags, maker, model, attributes; perceptual intent
	b = append(b, xyz(whiteD50)[8:]...)
	return append(b, make([]byte, headerLen-len(b))...)
}

// description returns a textDescriptionType (ICC.1:2001-04 §6.5.17) with empty Unicode and ScriptCode parts.
func description(s string) []byte {
	b := binary.BigEndian.AppendUint32([]byte("desc\x00\x00\x00\x00"), uint32(len(s)+1))
	b = append(b, s...)
	return append(b, make([]byte, 1+4+4+2+1+67)...)
}

// xyz returns an XYZType (ICC.1:2022 §10.31) with one colour.
func xyz(v [3]float64) []byte {
	b := []byte("XYZ \x00\x00\x00\x00")
	for _, x := range v {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(65536*x))))
	}
	return b
}
