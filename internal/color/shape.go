package color

import (
	"sync"

	"imagekit/internal/frame"
	"imagekit/internal/icc"
)

// table is a function of 0…1 in straight pieces, which are short enough to be within a hundredth of an 8-bit level for
// every curve in use.
type table [points]float32

// A table has steps from 0 to 1, one point more than steps, and another one that is only read.
const (
	steps  = 4096
	points = steps + 2
)

// tabled samples f.
func tabled(f func(v float64) float64) *table {
	t := new(table)
	for i := range steps + 1 {
		t[i] = float32(f(float64(i) / steps))
	}
	t[steps+1] = t[steps]
	return t
}

// encoded is sRGB's curve, from light to codes 0…65535, and decoded its inverse, from 0…1 to light.
var (
	encoded = sync.OnceValue(func() *table {
		return tabled(func(l float64) float64 { return 65535 * icc.EncodeSRGB(l) })
	})
	decoded = sync.OnceValue(func() *table { return tabled(icc.DecodeSRGB) })
)

// shaper is what brings RGB to sRGB, or from there to another gamut, without tables of three dimensions: a curve for each
// channel, a matrix, for HDR a tone curve between the two, and the result's own curve. What lies outside of its gamut is
// cut channel by channel.
type shaper struct {
	curves [3]*table
	toSRGB matrix // or to the gamut of the result
	tone   *tone  // nil = light is 0…1 already
	encode *table // light to codes; nil = sRGB's
}

// encoding returns the table from light to codes.
func (s shaper) encoding() *table {
	if s.encode == nil {
		return encoded()
	}
	return s.encode
}

// shaperOf returns the shaper of a profile, if it has one and describes pixels of this model.
func shaperOf(m frame.Model, profile []byte) (shaper, bool) {
	switch m {
	case frame.RGB:
		d, ok := icc.ParseDisplay(profile)
		if !ok {
			return shaper{}, false
		}
		return displayShaper(d), true
	case frame.Gray:
		c, ok := icc.ParseGray(profile)
		if !ok {
			return shaper{}, false
		}
		t := tabled(c)
		return shaper{curves: [3]*table{t, t, t}, toSRGB: matrix{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, true
	}
	return shaper{}, false
}

// displayShaper returns the shaper of a profile of matrix and curves.
func displayShaper(d icc.Display) shaper {
	var s shaper
	for i := range s.curves {
		if i > 0 && d.Alike {
			s.curves[i] = s.curves[0]
			continue
		}
		s.curves[i] = tabled(d.Curves[i])
	}
	s.toSRGB = between(toXYZ(d), bt709)
	return s
}

// toXYZ returns the matrix of a profile, from light to X, Y, Z.
func toXYZ(d icc.Display) (m matrix) {
	for j, p := range d.Primaries {
		for i, v := range p {
			m[i][j] = v
		}
	}
	return m
}

// rows returns m in single precision, row by row.
func rows(m matrix) (r [9]float32) {
	for i, row := range m {
		for j, v := range row {
			r[3*i+j] = float32(v)
		}
	}
	return r
}
