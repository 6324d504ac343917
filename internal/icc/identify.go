package icc

import (
	"encoding/binary"
	"math"
)

const (
	headerLen = 128
	// maxTags is what readers accept, Little CMS among them; profiles in use have at most about 60.
	maxTags = 100
)

// Identify classifies a profile. The usual profiles of sRGB, Display P3 and Adobe RGB differ in their bytes, so
// primaries and curves are compared, within tolerances that no 8-bit picture shows. An empty profile is None.
// The work is bounded by maxTags, whatever the profile's size; nothing is allocated.
func Identify(profile []byte) Kind {
	if len(profile) == 0 {
		return None
	}
	t, ok := parse(profile)
	if !ok {
		return Invalid
	}
	lut := t.lut() // it wins over matrix and curves where a profile has both (ICC.1:2022 §8.10.2)
	switch string(profile[16:20]) {
	case "RGB ":
		return t.rgb(lut)
	case "GRAY":
		return t.gray(lut)
	case "CMYK":
		if lut {
			return CMYK
		}
	}
	return Invalid
}

// tags is a profile whose header and tag table are in order.
type tags struct {
	profile []byte // cut to the size the header states
	count   int
}

// parse checks the header (ICC.1:2022 §7.2) and the extent of the tag table (§7.3).
func parse(b []byte) (tags, bool) {
	if len(b) < headerLen+4 || string(b[36:40]) != "acsp" {
		return tags{}, false
	}
	size := binary.BigEndian.Uint32(b)
	b = b[:min(int64(len(b)), int64(size))] // some writers pad, some count wrong: what is there is used
	if len(b) < headerLen+4 {
		return tags{}, false
	}
	switch string(b[12:16]) { // links, abstract and named colour profiles cannot describe an image
	case "scnr", "mntr", "prtr", "spac":
	default:
		return tags{}, false
	}
	if pcs := string(b[20:24]); pcs != "XYZ " && pcs != "Lab " {
		return tags{}, false
	}
	count := binary.BigEndian.Uint32(b[headerLen:])
	if count > maxTags || headerLen+4+12*int(count) > len(b) {
		return tags{}, false
	}
	return tags{b, int(count)}, true
}

// data returns the bytes of a tag, nil when it is missing or does not lie within the profile.
func (t tags) data(name string) []byte {
	for i := range t.count {
		entry := t.profile[headerLen+4+12*i:]
		if string(entry[:4]) != name {
			continue
		}
		start := uint64(binary.BigEndian.Uint32(entry[4:]))
		end := start + uint64(binary.BigEndian.Uint32(entry[8:]))
		if end > uint64(len(t.profile)) {
			return nil
		}
		return t.profile[start:end]
	}
	return nil
}

func (t tags) has(name string) bool { return t.data(name) != nil }

func (t tags) rgb(lut bool) Kind {
	if lut {
		return OtherRGB
	}
	m, curves, ok := t.display()
	if !ok {
		return Invalid
	}
	for _, s := range []space{srgb, displayP3, adobeRGB} {
		if m.near(s.primaries) && s.near(curves[0]) && s.near(curves[1]) && s.near(curves[2]) {
			return s.kind
		}
	}
	return OtherRGB
}

func (t tags) gray(lut bool) Kind {
	if lut {
		return Gray
	}
	c := parseCurve(t.data("kTRC"))
	switch {
	case c == nil:
		return Invalid
	case string(t.profile[20:24]) == "XYZ " && srgb.near(c): // with a Lab PCS the curve gives lightness, not light
		return SRGB
	}
	return Gray
}

// maxPrimaryError is how far two primaries may lie apart in each of X, Y, Z. Makers of sRGB profiles differ by up to
// 0.001, because of their D65 and their rounding; the spaces themselves by 0.05 and more.
const maxPrimaryError = 0.003

func (m matrix) near(n matrix) bool {
	for i := range m {
		for j := range m[i] {
			if math.Abs(m[i][j]-n[i][j]) > maxPrimaryError {
				return false
			}
		}
	}
	return true
}

// maxCurveError is how far, in encoded values 0…1, a curve may lie from the space's own: two 8-bit steps. Compact
// profiles approximate sRGB to about one; a pure 2.2 gamma is seven steps away in the shadows.
const maxCurveError = 2.0 / 255

// near reports whether c decodes every 8-bit value to about the light the space means by it.
func (s space) near(c curve) bool {
	for i := range 256 {
		v := float64(i) / 255
		if math.Abs(s.encode(clamp(c(v)))-v) > maxCurveError {
			return false
		}
	}
	return true
}

// clamp limits to 0…1, and takes what is not a number for 0.
func clamp(v float64) float64 {
	if !(v > 0) {
		return 0
	}
	return min(v, 1)
}

// parseXYZ reads an XYZType (ICC.1:2022 §10.31): three s15Fixed16Numbers.
func parseXYZ(b []byte) (v [3]float64, ok bool) {
	if len(b) < 20 || string(b[:4]) != "XYZ " {
		return v, false
	}
	for i := range v {
		v[i] = fixed(b[8+4*i:])
	}
	return v, true
}

// fixed reads a signed number with 16 fractional bits (ICC.1:2022 §4.6).
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }
