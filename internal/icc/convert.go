package icc

import "math"

// FromSRGB returns the samples that show the sRGB colour c under the profile of a kind that is carried along, DisplayP3
// or AdobeRGB; for the others c itself. A colour outside the profile's gamut is clipped to it: of sRGB's only a few
// saturated greens and cyans are, by less than a step.
func FromSRGB(k Kind, c [3]uint8) [3]uint8 {
	var to space
	switch k {
	case DisplayP3:
		to = displayP3
	case AdobeRGB:
		to = adobeRGB
	default:
		return c
	}
	var light [3]float64 // XYZ of the PCS
	for i, v := range c {
		l := srgb.decode(float64(v) / 255)
		for k := range light {
			light[k] += l * srgb.primaries[i][k]
		}
	}
	for i, l := range to.primaries.shares(light) {
		c[i] = uint8(math.Round(255 * to.encode(min(max(l, 0), 1))))
	}
	return c
}

// shares returns how much of each primary makes up xyz (Cramer's rule).
func (m matrix) shares(xyz [3]float64) (s [3]float64) {
	whole := m.det()
	for i := range s {
		part := m
		part[i] = xyz
		s[i] = part.det() / whole
	}
	return s
}

func (m matrix) det() float64 {
	return m[0][0]*(m[1][1]*m[2][2]-m[1][2]*m[2][1]) -
		m[0][1]*(m[1][0]*m[2][2]-m[1][2]*m[2][0]) +
		m[0][2]*(m[1][0]*m[2][1]-m[1][1]*m[2][0])
}
