package color

import (
	"math"

	"imagekit/internal/cicp"
	"imagekit/internal/frame"
	"imagekit/internal/icc"
)

// Signal says what the samples of a picture without a profile mean, in the code points of ITU-T H.273.
type Signal struct {
	Primaries, Transfer uint8
	Peak                int // cd/m² of the brightest light that an HDR picture states; 0 = not stated
}

var (
	d65    = chromaticity{0.3127, 0.3290}
	whiteC = chromaticity{0.310, 0.316}
	bt709  = primaries{{0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}, d65}
	bt2020 = primaries{{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}, d65}
	ntsc   = primaries{{0.630, 0.340}, {0.310, 0.595}, {0.155, 0.070}, d65}
)

// known are the primaries by their code (H.273 table 2). What is not here is taken for BT.709, as browsers do.
var known = map[uint8]primaries{
	4:  {{0.67, 0.33}, {0.21, 0.71}, {0.14, 0.08}, whiteC},
	5:  {{0.64, 0.33}, {0.29, 0.60}, {0.15, 0.06}, d65},
	6:  ntsc,
	7:  ntsc,
	8:  {{0.681, 0.319}, {0.243, 0.692}, {0.145, 0.049}, whiteC},
	9:  bt2020,
	10: {{1, 1e-9}, {1e-9, 1}, {1e-9, 1e-9}, {1.0 / 3, 1.0 / 3}},
	11: {{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}, {0.314, 0.351}},
	12: {{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}, d65},
	22: {{0.630, 0.340}, {0.295, 0.605}, {0.155, 0.077}, d65},
}

func primariesOf(code uint8) primaries {
	if p, ok := known[code]; ok {
		return p
	}
	return bt709
}

// light is how a code 0…1 becomes light, by transfer characteristics (H.273 table 3). All others are meant for the
// displays that sRGB is meant for: its curve is taken, as browsers do.
var light = map[uint8]curve{
	4:                power(2.2),
	5:                power(2.8),
	7:                smpte240,
	8:                power(1),
	9:                func(v float64) float64 { return logarithmic(v, 2) },
	10:               func(v float64) float64 { return logarithmic(v, 2.5) },
	cicp.TransferPQ:  decodePQ,
	17:               func(v float64) float64 { return 52.37 / 48 * math.Pow(v, 2.6) },
	cicp.TransferHLG: decodeHLG,
}

type curve = func(v float64) float64

func power(gamma float64) curve { return func(v float64) float64 { return math.Pow(v, gamma) } }

func smpte240(v float64) float64 {
	if v < 4*0.0228 {
		return v / 4
	}
	return math.Pow((v+0.1115)/1.1115, 1/0.45)
}

// logarithmic covers so many powers of ten below 1.
func logarithmic(v, decades float64) float64 {
	if v <= 0 {
		return 0
	}
	return math.Pow(10, (v-1)*decades)
}

// decodePQ returns the light of SMPTE ST 2084 in units of reference white.
func decodePQ(v float64) float64 {
	const m1, m2, c1, c2, c3 = 1305.0 / 8192, 2523.0 / 32, 107.0 / 128, 2413.0 / 128, 2392.0 / 128
	p := math.Pow(v, 1/m2)
	return 10000 / referenceWhite * math.Pow(max(0, p-c1)/(c2-c3*p), 1/m1)
}

// decodeHLG returns the light of the scene, 0…1 (ITU-R BT.2100 table 5).
func decodeHLG(v float64) float64 {
	const a, b, c = 0.17883277, 0.28466892, 0.55991073
	if v <= 0.5 {
		return v * v / 3
	}
	return (math.Exp((v-c)/a) + b) / 12
}

// FromSignal brings an RGB or grey working frame (16 bits, 4:4:4) in another gamut or of HDR to sRGB, in place.
func FromSignal(f *frame.Frame, from Signal) {
	p := primariesOf(from.Primaries)
	decode, ok := light[from.Transfer]
	if !ok {
		decode = icc.DecodeSRGB
	}
	t := tabled(decode)
	s := shaper{curves: [3]*table{t, t, t}, toSRGB: between(p.toXYZ(), bt709)}
	if from.Transfer == cicp.TransferPQ || from.Transfer == cicp.TransferHLG {
		s.tone = toneOf(from, p)
	}
	if s.tone != nil {
		s.toSRGB = between(bt2020.toXYZ(), bt709)
	}
	s.run(f)
}
