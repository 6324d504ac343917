package icc

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
)

func TestProfile(t *testing.T) {
	for _, k := range []Kind{DisplayP3, AdobeRGB} {
		t.Run(k.String(), func(t *testing.T) {
			b := Profile(k)
			if got := Identify(b); got != k {
				t.Errorf("Identify = %v", got)
			}
			if len(b) > 600 || len(b)%4 != 0 {
				t.Errorf("%d bytes, want a multiple of 4 up to 600", len(b))
			}
			if size := binary.BigEndian.Uint32(b); int(size) != len(b) {
				t.Errorf("states %d bytes, has %d", size, len(b))
			}
			if !bytes.Equal(b, Profile(k)) {
				t.Error("two calls differ")
			}
			parsed, ok := parse(b)
			if !ok {
				t.Fatal("does not parse")
			}
			for _, tag := range []string{"desc", "cprt", "wtpt", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"} {
				if !parsed.has(tag) {
					t.Errorf("tag %s is missing, which version 2 requires of a display profile", tag)
				}
			}
		})
	}
	for _, k := range []Kind{None, SRGB, OtherRGB, Gray, CMYK, Invalid} {
		if b := Profile(k); b != nil {
			t.Errorf("%v: %d bytes, want none", k, len(b))
		}
	}
}

// TestProfileCurve holds that the written curves decode all 8-bit values within an eighth of a step.
func TestProfileCurve(t *testing.T) {
	for _, s := range []space{displayP3, adobeRGB} {
		parsed, _ := parse(Profile(s.kind))
		c := parseCurve(parsed.data("gTRC"))
		for i := range 256 {
			v := float64(i) / 255
			if got := s.encode(c(v)); math.Abs(got-v) > 0.125/255 {
				t.Errorf("%v: %d comes back as %.3f", s.kind, i, 255*got)
			}
		}
	}
}

// TestPrimaries derives the tables from the chromaticities in the standards: RGB to XYZ for D65, then Bradford to D50.
func TestPrimaries(t *testing.T) {
	tests := []struct {
		space      space
		r, g, b, w [2]float64
	}{
		{srgb, [2]float64{0.64, 0.33}, [2]float64{0.30, 0.60}, [2]float64{0.15, 0.06}, [2]float64{0.3127, 0.3290}},
		{
			displayP3,
			[2]float64{0.680, 0.320},
			[2]float64{0.265, 0.690},
			[2]float64{0.150, 0.060},
			[2]float64{0.3127, 0.3290},
		},
		{adobeRGB, [2]float64{0.64, 0.33}, [2]float64{0.21, 0.71}, [2]float64{0.15, 0.06}, [2]float64{0.3127, 0.3290}},
	}
	for _, tt := range tests {
		t.Run(tt.space.kind.String(), func(t *testing.T) {
			got := adapted(tt.r, tt.g, tt.b, tt.w)
			for i := range got {
				for j := range got[i] {
					if math.Abs(got[i][j]-tt.space.primaries[i][j]) > 0.0004 {
						t.Errorf("primary %d, XYZ %d: table %.5f, derived %.5f", i, j, tt.space.primaries[i][j], got[i][j])
					}
				}
			}
		})
	}
}

// adapted returns the PCS colours of primaries with these chromaticities (Lindbloom, RGB/XYZ matrices).
func adapted(r, g, b, w [2]float64) matrix {
	bradford := matrix{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}
	p := matrix{lift(r), lift(g), lift(b)}
	scale := solve(p, lift(w))
	from, to := apply(bradford, lift(w)), apply(bradford, whiteD50)
	for i := range p {
		cone := apply(bradford, [3]float64{scale[i] * p[i][0], scale[i] * p[i][1], scale[i] * p[i][2]})
		for j := range cone {
			cone[j] *= to[j] / from[j]
		}
		p[i] = solve(transpose(bradford), cone)
	}
	return p
}

// lift returns the XYZ with Y = 1 of a chromaticity.
func lift(xy [2]float64) [3]float64 {
	return [3]float64{xy[0] / xy[1], 1, (1 - xy[0] - xy[1]) / xy[1]}
}

func apply(m matrix, v [3]float64) (out [3]float64) {
	for i := range m {
		for j := range v {
			out[i] += m[i][j] * v[j]
		}
	}
	return out
}

func transpose(m matrix) (out matrix) {
	for i := range m {
		for j := range m[i] {
			out[j][i] = m[i][j]
		}
	}
	return out
}

// solve returns the x for which the sum of x[i]·rows[i] is v, by Cramer's rule.
func solve(rows matrix, v [3]float64) (x [3]float64) {
	for i := range x {
		replaced := rows
		replaced[i] = v
		x[i] = determinant(replaced) / determinant(rows)
	}
	return x
}

func determinant(m matrix) float64 {
	return m[0][0]*(m[1][1]*m[2][2]-m[1][2]*m[2][1]) -
		m[0][1]*(m[1][0]*m[2][2]-m[1][2]*m[2][0]) +
		m[0][2]*(m[1][0]*m[2][1]-m[1][1]*m[2][0])
}
