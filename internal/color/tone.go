package color

import "imagekit/internal/cicp"

import "math"

// The light of HDR pictures is counted in units of their reference white, 203 cd/m² (ITU-R BT.2408 §2.1).
const (
	referenceWhite = 203.0
	usualPeak      = 1000.0 // cd/m² of a picture that does not state its brightest
)

// tone is the curve that brings HDR into the range of sRGB: the reference white tone mapping of SMPTE ST 2094-50, which
// is what Chromium shows. Up to reference white light is only scaled, by 1/2 where the picture reaches 1000 cd/m² and
// more, else by less; from there to the brightest light of the picture a parabola leads to white. All three channels
// are scaled alike, as the brightest of them in BT.2020 asks, so hues stay.
type tone struct {
	toWide matrix
	peak   float64 // brightest light of the picture, above 1
	hlg    bool    // the light is a scene's; the display's own curve is still to come
}

// white returns what the curve makes of reference white.
func (t tone) white() float64 {
	return 1 - 0.5*min(1, math.Log(t.peak)/math.Log(usualPeak/referenceWhite))
}

// middle returns the control point of the parabola, a Bézier curve from (1, white) to (peak, 1).
func (t tone) middle() (x, y float64) {
	const bend = 0.65
	white := t.white()
	return 1 - bend + bend/white, (1-bend)*white + bend
}

// display is the exponent that a display of 1000 cd/m² adds to the luminance of HLG: its own is 1.2 (ITU-R BT.2100
// table 5). 0 = none.
func (t tone) display() float64 {
	if t.hlg {
		return 0.2
	}
	return 0
}

// toneOf returns the curve for a picture in these primaries; nil where PQ does not go beyond reference white. The light
// of HLG ends at its display's 1000 cd/m², whatever the picture states.
func toneOf(from Signal, p primaries) *tone {
	t := tone{toWide: between(p.toXYZ(), bt2020), hlg: from.Transfer == cicp.TransferHLG}
	nits, most := float64(from.Peak), 10000.0
	if t.hlg {
		most = usualPeak
	}
	if from.Peak <= 0 {
		nits = usualPeak
	}
	t.peak = min(nits, most) / referenceWhite
	if t.peak <= 1 && !t.hlg {
		return nil
	}
	t.peak = max(t.peak, 1.001)
	return &t
}
