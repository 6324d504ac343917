package plan

import (
	"cmp"
	"image"

	"imagekit/internal/format"
	"imagekit/internal/param"
)

// point says which number of an encoder looks like a quality on the JPEG scale.
type point struct{ jpeg, own int }

// The tables hold an encoder's quality numbers (libwebp and libavif: 0…100) at points of the JPEG scale; between them
// they are linear. By neither of two metrics is a median picture further from its original than the JPEG: see
// docs/quality.md.
// Fitted by bench/calibrate.
var (
	scaleWebP = []point{
		{1, 1}, {10, 3}, {20, 25}, {30, 35}, {40, 45}, {50, 55}, {60, 62}, {70, 76}, {80, 80}, {90, 89}, {95, 95}, {100, 100},
	}
	scaleAVIF = []point{
		{1, 1}, {10, 18}, {20, 37}, {30, 45}, {40, 51}, {50, 56}, {60, 58}, {70, 66}, {80, 75}, {90, 87}, {95, 90}, {100, 100},
	}
)

// End of fit.

// What the encoders spend: libwebp's method 2 takes 0.42 of the time of method 4, its default, for 3 % more bytes at
// equal distance; libaom at speed 9 is faster than method 4, smaller and better; zlib's level 6 takes twice the time of
// level 4 for photos that are 1.4 % smaller.
const (
	methodWebP = 2
	speedAVIF  = 9
	levelPNG   = 4
)

// alphaAVIF is the least quality of an AVIF alpha plane: edges show every loss. At 76 the plane of a soft photo, and of a
// cut-out, is as near to its original as the one sharp writes at quality 63 (r.m.s.); 80 costs 3 to 6 % more bytes.
const alphaAVIF = 76

// encoder returns the quality on the JPEG scale (q, or the default when it is 0) and the encoder's numbers for it.
func encoder(q int, out format.Format) (int, Encoder) {
	q = cmp.Or(q, param.DefaultQuality)
	switch out {
	case format.WebP:
		return q, Encoder{Quality: interpolate(scaleWebP, q), Effort: methodWebP}
	case format.AVIF:
		return q, Encoder{Effort: speedAVIF, AlphaQuality: alphaAVIF}.At(interpolate(scaleAVIF, q))
	case format.PNG:
		return q, Encoder{Effort: levelPNG} // lossless: q has no effect
	}
	return q, Encoder{Quality: q}
}

// At returns the encoder's numbers for another quality of its own.
func (e Encoder) At(quality int) Encoder {
	e.Quality = quality
	if e.AlphaQuality > 0 {
		e.AlphaQuality = max(quality, alphaAVIF)
	}
	return e
}

// SameSize reports whether every pixel of the result is one of the source's, turned at most: without effects, and with
// nothing around it or over it.
func (p Plan) SameSize() bool {
	s := p.Source
	return p.Size() == p.Picture() && p.Radius == 0 && len(p.Effects) == 0 && len(p.Overlays) == 0 && !p.Text.Given() && p.Width == s.Width &&
		p.Height == s.Height &&
		p.Crop == image.Rect(0, 0, s.Width, s.Height) && p.Window == Window{W: float64(s.Width), H: float64(s.Height)}
}

// notBetter lowers the quality to the source's own: more would keep what coding has done to it, in more bytes. A
// progressive JPEG stays one, since it is two percent smaller.
func (p *Plan) notBetter() {
	p.Encoder.Progressive = p.Format == format.JPEG && p.Source.Progressive
	if own := p.Source.Quality; own > 0 {
		p.Encoder = p.Encoder.At(min(p.Encoder.Quality, own))
	}
}

// maxDrawing is the largest result, in pixels, of which a drawing is looked for: more than any screen shows. Lossless
// encoding takes the most memory for each pixel.
const maxDrawing = 4 << 20

// exactness returns Encoder.Drawing: only WebP has a lossless mode that pays, and what was lossy once has noise in every
// flat part. Where samples may be off, a drawing is still nearer to the original than a JPEG of the same quality by far.
func exactness(p Plan, t Target) int {
	switch {
	case t.Format != format.WebP || !p.Source.Lossless || p.Size().X*p.Size().Y > maxDrawing:
		return 0
	case t.Quality == 100:
		return 100
	case t.Quality >= 90:
		return 60
	}
	return 40
}

// interpolate reads a piecewise linear scale at q, rounded half up.
func interpolate(scale []point, q int) int {
	i := 1
	for q > scale[i].jpeg {
		i++
	}
	a, b := scale[i-1], scale[i]
	den := b.jpeg - a.jpeg
	return a.own + (2*(q-a.jpeg)*(b.own-a.own)+den)/(2*den)
}
