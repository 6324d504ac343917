package color

import (
	"math"
	"sync"

	"imagekit/internal/frame"
	"imagekit/internal/icc"
)

// FromSRGB brings an RGB or grey working frame from sRGB to the colours of a profile that is carried along, icc.DisplayP3
// or icc.AdobeRGB, in place. Other kinds change nothing.
func FromSRGB(f *frame.Frame, to icc.Kind) {
	var encode *table
	switch to {
	case icc.DisplayP3:
		encode = encoded()
	case icc.AdobeRGB:
		encode = adobeEncoded()
	default:
		return
	}
	display, ok := icc.ParseDisplay(icc.Profile(to))
	if !ok {
		return // never: the profile is ours
	}
	inv, _ := toXYZ(display).inverse()
	t := decoded()
	shaper{curves: [3]*table{t, t, t}, toSRGB: inv.times(bt709.toXYZ()), encode: encode}.run(f)
}

// adobeGamma is the exponent of Adobe RGB (1998).
const adobeGamma = 2 + 51.0/256

// adobeEncoded is its curve, from light to codes 0…65535.
var adobeEncoded = sync.OnceValue(func() *table {
	return tabled(func(l float64) float64 { return 65535 * math.Pow(l, 1/adobeGamma) })
})
