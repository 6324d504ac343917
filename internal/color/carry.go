package color

import (
	"math"

	"imagekit/internal/frame"
	"imagekit/internal/icc"
)

// FromSRGB brings an RGB or grey working frame from sRGB to the colours of a profile that is carried along, icc.DisplayP3
// or icc.AdobeRGB, in place. Other kinds change nothing.
func FromSRGB(f *frame.Frame, to icc.Kind) {
	encode := encodeSRGB
	switch to {
	case icc.DisplayP3:
	case icc.AdobeRGB:
		encode = func(l float64) float64 { return math.Pow(l, 1/adobeGamma) }
	default:
		return
	}
	display, ok := icc.ParseDisplay(icc.Profile(to))
	if !ok {
		return // never: the profile is ours
	}
	inv, _ := toXYZ(display).inverse()
	t := tabled(decodeSRGB)
	shaper{
		curves: [3]*table{t, t, t}, toSRGB: inv.times(bt709.toXYZ()),
		encode: tabled(func(l float64) float64 { return 65535 * encode(l) }),
	}.run(f)
}

// adobeGamma is the exponent of Adobe RGB (1998).
const adobeGamma = 2 + 51.0/256
