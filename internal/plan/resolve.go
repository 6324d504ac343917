package plan

import (
	"imagekit/internal/format"
	"imagekit/internal/probe"
)

// Look says what of the pixels has to be looked at before the rest can be decided.
type Look uint8

// The looks.
const (
	LookNothing  Look = iota
	LookWorking       // at the working form, as R, G and B or grey
	LookFinished      // at the encoder's planes
)

// Seen is what a look found.
type Seen struct {
	Drawing   bool // sharp, and flat in part: what people draw
	Sharp     bool // few pixels differ where it is not flat
	FewColors bool // a palette holds them; looked for where SameSize holds
	Bytes     int  // of the source
}

// Lossless says when the result is written without loss in a format that mostly is lossy.
type Lossless uint8

// The answers.
const (
	Lossy        Lossless = iota // never
	WhenSmaller                  // where it is not larger than the lossy one
	WhenTooLarge                 // likewise, if the lossy one is larger than the source
)

// lookFor tells what a plan wants to know of the pixels: for lossless WebP and for the filters of PNG.
func lookFor(t Target) Look {
	switch {
	case t.Encoder.Drawing > 0:
		return LookWorking
	case t.Format == format.PNG:
		return LookFinished
	}
	return LookNothing
}

// Resolve decides what hung on the pixels (docs/adr/0010-drawings.md).
func (p Plan) Resolve(s Seen) Plan {
	p.Encoder.Unfiltered = s.Drawing
	if p.Encoder.Drawing == 0 {
		return p
	}
	same := p.SameSize()
	switch {
	case s.Drawing, same && s.Sharp:
		p.Lossless = WhenSmaller
	case same && (s.FewColors || p.isSmall(s.Bytes)):
		p.Lossless = WhenTooLarge
	}
	return p
}

// isSmall reports whether the source has less than a byte for three samples: a lossy picture may be larger.
func (p Plan) isSmall(bytes int) bool {
	samples := 3
	if p.Model == probe.Gray {
		samples = 1
	}
	size := p.Size()
	return 3*bytes <= samples*size.X*size.Y
}
