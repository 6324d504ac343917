package plan

import (
	"cmp"

	"imagekit/internal/format"
	"imagekit/internal/param"
)

// point says which number of an encoder looks like a quality on the JPEG scale.
type point struct{ jpeg, own int }

// scales holds, per format, the encoder's quality numbers (libwebp and libavif: 0…100) at points of the JPEG scale;
// between them they are linear. JPEG and WebP take q as it is. This is a first fit: libavif's numbers are those that
// came out equal in Butteraugli on photos at q = 80, the rest follows the curve's shape.
var scales = map[format.Format][]point{
	format.AVIF: {{1, 10}, {30, 35}, {50, 45}, {80, 63}, {90, 75}, {95, 82}, {100, 100}},
}

// What the encoders spend: libwebp's method 4 is its own default; libaom at speed 9 is faster than that, smaller and
// better; zlib's level 6 takes twice the time of level 4 for photos that are 1.4 % smaller.
const (
	methodWebP = 4
	speedAVIF  = 9
	levelPNG   = 4
)

// alphaAVIF is the least quality of an AVIF alpha plane: edges show every loss, and the plane costs little.
const alphaAVIF = 80

// encoder returns the quality on the JPEG scale (q, or the default when it is 0) and the encoder's numbers for it.
func encoder(q int, out format.Format) (int, Encoder) {
	q = cmp.Or(q, param.DefaultQuality)
	own := interpolate(scales[out], q)
	switch out {
	case format.WebP:
		return q, Encoder{Quality: own, Effort: methodWebP}
	case format.AVIF:
		return q, Encoder{Quality: own, AlphaQuality: max(own, alphaAVIF), Effort: speedAVIF}
	case format.PNG:
		return q, Encoder{Effort: levelPNG} // lossless: q has no effect
	}
	return q, Encoder{Quality: own}
}

// interpolate reads a piecewise linear scale at q, rounded half up; no scale means q itself.
func interpolate(scale []point, q int) int {
	for i := 1; i < len(scale); i++ {
		if a, b := scale[i-1], scale[i]; q <= b.jpeg {
			den := b.jpeg - a.jpeg
			return a.own + (2*(q-a.jpeg)*(b.own-a.own)+den)/(2*den)
		}
	}
	return q
}
