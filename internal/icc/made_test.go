package icc

import (
	"math"
	"testing"
)

func TestFromGamma(t *testing.T) {
	p3 := &Chromaticities{0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060}
	adobe := &Chromaticities{0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06}
	tests := []struct {
		name  string
		gamma float64
		c     *Chromaticities
		gray  bool
		want  Kind
	}{
		{"linear", 1, nil, false, OtherRGB},
		{"linear grey", 1, nil, true, Gray},
		{"the usual gamma", 0.45455, nil, false, None},
		{"the usual gamma, grey", 0.45455, nil, true, None},
		{"nearly the usual gamma", 0.4751, nil, false, None},
		{"not so near", 0.48, nil, false, OtherRGB},
		{"the usual gamma and sRGB's colours", 0.45455, &chromaticitiesSRGB, false, OtherRGB}, // not sRGB's curve
		{"Display P3's colours", 0.45455, p3, false, OtherRGB},
		{"Adobe RGB", 256.0 / 563, adobe, false, AdobeRGB},
		{"no gamma", 0, p3, false, None},
		{"tiny gamma", 0.00001, nil, false, OtherRGB},
		{"huge gamma", 21474.83647, nil, false, OtherRGB},
		{"no colours", 1, &Chromaticities{}, false, None},
		{"white without light", 1, &Chromaticities{0.3, 0, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06}, false, None},
		{"all on one line", 1, &Chromaticities{0.3, 0.3, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5}, false, None},
		{"beyond all colours", 1, &Chromaticities{0.3127, 0.3290, 21474, 0.33, 0.30, 0.60, 0.15, 0.06}, false, None},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			profile := FromGamma(tt.gamma, tt.c, tt.gray)
			if got := Identify(profile); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestChromaticities: the known spaces come out with the primaries that their profiles have.
func TestChromaticities(t *testing.T) {
	tests := []struct {
		name string
		c    Chromaticities
		want matrix
	}{
		{"sRGB", chromaticitiesSRGB, srgb.primaries},
		{"Display P3", Chromaticities{0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060}, displayP3.primaries},
		{"Adobe RGB", Chromaticities{0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06}, adobeRGB.primaries},
	}
	for _, tt := range tests {
		got, ok := tt.c.matrix()
		for i := range got {
			for k := range got[i] {
				if !ok || math.Abs(got[i][k]-tt.want[i][k]) > 0.0005 {
					t.Errorf("%s: primary %d: got %v, want %v", tt.name, i, got[i], tt.want[i])
				}
			}
		}
	}
}

func TestGrayAxis(t *testing.T) {
	if got := Identify(GrayAxis(Profile(DisplayP3))); got != SRGB { // it has sRGB's curve
		t.Errorf("Display P3: got %v", got)
	}
	if got := Identify(GrayAxis(FromGamma(1, nil, false))); got != Gray {
		t.Errorf("linear RGB: got %v", got)
	}
	for _, profile := range [][]byte{nil, []byte("junk"), FromGamma(1, nil, true)} {
		if got := GrayAxis(profile); got != nil {
			t.Errorf("%d bytes: got a profile of %d", len(profile), len(got))
		}
	}
}
