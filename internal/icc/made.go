package icc

import (
	"encoding/binary"
	"math"
)

// Chromaticities are x and y of white, red, green and blue, as a PNG's cHRM states them (PNG third edition §11.3.2.1).
type Chromaticities [8]float64

// chromaticitiesSRGB are those of sRGB.
var chromaticitiesSRGB = Chromaticities{0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06}

// FromGamma returns the profile that gAMA and cHRM stand for: samples are light to the power of gamma. Without
// chromaticities (nil) they are sRGB's. A grey picture gets a profile of its own. It returns nil where the numbers
// describe no colours, and where they describe nothing else than sRGB: a gamma alone within 5 % of 1/2.2.
func FromGamma(gamma float64, c *Chromaticities, gray bool) []byte {
	const usual, tolerance, most = 1 / 2.2, 0.05, 32767 // the last: what a number of the profile can hold
	if gamma <= 0 || c == nil && math.Abs(gamma/usual-1) <= tolerance {
		return nil
	}
	if c == nil {
		c = &chromaticitiesSRGB
	}
	m, ok := c.matrix()
	if !ok {
		return nil
	}
	curve := binary.BigEndian.AppendUint32([]byte("para\x00\x00\x00\x00\x00\x00\x00\x00"),
		uint32(math.Round(65536*min(1/gamma, most))))
	if gray {
		return layoutGray(curve)
	}
	return space{name: "gamma", primaries: m}.profile(curve)
}

// GrayAxis returns what an RGB profile of matrix and curves says of grey, as a grey profile: its curve. nil where it has
// tables instead.
func GrayAxis(profile []byte) []byte {
	t, ok := parse(profile)
	if !ok || t.has("A2B0") || t.has("A2B1") || t.has("D2B0") || parseCurve(t.data("gTRC")) == nil {
		return nil
	}
	return layoutGray(t.data("gTRC"))
}

func layoutGray(curve []byte) []byte {
	return layout("GRAY", []tag{
		{[]string{"desc"}, description("grey")},
		{[]string{"cprt"}, append([]byte("text\x00\x00\x00\x00"), "CC0\x00"...)},
		{[]string{"wtpt"}, xyz(whiteD50)},
		{[]string{"kTRC"}, curve},
	})
}

// bradford is the matrix of Annex E, X Y Z to the responses of the eye, by columns.
var bradford = matrix{{0.8951, -0.7502, 0.0389}, {0.2664, 1.7135, -0.0685}, {-0.1614, 0.0367, 1.0296}}

// matrix returns the XYZ of full red, green and blue, adapted to D50. ok is false for numbers that are no colours.
func (c *Chromaticities) matrix() (m matrix, ok bool) {
	for _, v := range c {
		if v < 0 || v > 1 {
			return m, false
		}
	}
	if c[1] == 0 {
		return m, false
	}
	white := [3]float64{c[0] / c[1], 1, (1 - c[0] - c[1]) / c[1]}
	for i := range m {
		x, y := c[2+2*i], c[3+2*i]
		m[i] = [3]float64{x, y, 1 - x - y}
	}
	if math.Abs(m.det()) < 1e-6 {
		return m, false
	}
	from, to := bradford.apply(white), bradford.apply(whiteD50)
	for i, share := range m.shares(white) {
		eye := bradford.apply([3]float64{m[i][0] * share, m[i][1] * share, m[i][2] * share})
		for k := range eye {
			eye[k] *= to[k] / from[k]
		}
		m[i] = bradford.shares(eye)
		for _, v := range m[i] {
			if !(math.Abs(v) < 4) { // a profile would hold it, but no display shows such a colour
				return m, false
			}
		}
	}
	return m, true
}

// apply returns the sum of the columns of m, each times its share.
func (m matrix) apply(shares [3]float64) (v [3]float64) {
	for i, s := range shares {
		for k := range v {
			v[k] += s * m[i][k]
		}
	}
	return v
}
