// Package param says WHAT is asked of the service: the parameters, their table, and the canonical text that is signed.
package param

import (
	"time"

	"imagekit/internal/format"
)

// MaxSide is the largest width and height in pixels a request may ask for, after dpr.
const MaxSide = 8192

// Params says what the result should look like. Comparable; the zero value asks for the source re-encoded as it is.
type Params struct {
	Width, Height int // pixels of the final picture before dpr; 0 = not given
	Aspect        Aspect
	Fit           Fit
	Gravity       Gravity
	Crop          Crop
	DPR           float64 // 1…4; 0 = not given (1)
	Up            bool    // allow enlarging
	Kernel        Kernel
	Rotate        Rotation
	Flip          Flip
	Background    Color
	Padding       Sides // pixels before dpr
	Border        Border
	Radius        Radius
	Effects       Effects
	Watermark     Watermark
	Text          Text
	Anim          Anim
	Page          int           // which picture of the source, from 1; 0 = not given
	Format        format.Format // Unknown = the operator's default, Auto = negotiate
	Moving        format.Format // of a result that moves, where Accept chooses; Unknown = the same. No parameter sets it.
	Quality       int           // 1…100 on the JPEG scale; 0 = not given (DefaultQuality)
	MaxBytes      int           // of the result; 0 = not given
	Foreign       Foreign
}

// DefaultQuality is the quality when q is not given.
const DefaultQuality = 80

// Request is a whole request for an image.
type Request struct {
	Source  string    // normalised source URL: what is fetched
	Version string    // cache buster (v)
	Expires time.Time // from t; zero = never
	Free    Free      // what is not signed
	// Download is the file name under which the picture is to be saved, not shown; "" = it is shown.
	Download string
	Params   Params
}

// Fit says how the image meets the box when both sides are given.
type Fit uint8

// The fits.
const (
	FitUnset Fit = iota // not given: Params.Fitting tells
	Inside              // aspect kept, no crop
	Cover               // fills the box, crops
	Pad                 // inside, then background to the exact box
	Fill                // stretches
	Outside             // covers the box without crop

	// No query can ask for these: URLs of other servers do.
	CropTo   // covers the box, enlarged only with Up, then each side is cut to the box's
	AutoCrop // CropTo if picture and box are both landscape or square, or both portrait, else Inside
)

// Fitting returns the fit that holds: without one it is Inside, or Cover for a box whose aspect ratio is asked for.
func (p Params) Fitting() Fit {
	switch {
	case p.Fit != FitUnset:
		return p.Fit
	case p.Aspect != Aspect{}:
		return Cover
	}
	return Inside
}

// Gravity is the point of the picture that matters, as fractions of its sides from the left and top.
// The zero value is the centre; a named side or corner and g=XxY both end here.
type Gravity struct {
	Set  bool
	X, Y float64 // 0…1
	// Right and Down move from there what is kept of the picture: pixels of the result before dpr, or fractions of the
	// picture's sides. They may be negative. No query can ask for them.
	Right, Down Length
}

// Point returns the gravity as fractions, the centre when it is not set.
func (g Gravity) Point() (x, y float64) {
	if !g.Set {
		return 0.5, 0.5
	}
	return g.X, g.Y
}

// Length is one value of crop: pixels, or a fraction (0…1) of the side.
type Length struct {
	Value    float64
	Fraction bool
}

// Crop is a region of the displayed (oriented) source.
type Crop struct {
	Set        bool
	X, Y, W, H Length
	// Anchored: Anchor says where the region lies, X and Y do not. Then a W or H of 0 is the whole side, and one beyond the
	// picture as well. No query can ask for it.
	Anchored bool
	Anchor   Gravity
}

// Rotation is a clockwise turn in degrees: 0, 90, 180 or 270.
type Rotation int

// Flip says which axes are mirrored.
type Flip uint8

// The flips; they are bits.
const (
	FlipNone       Flip = 0
	FlipHorizontal Flip = 1 // left and right change places
	FlipVertical   Flip = 2 // top and bottom change places
	FlipBoth            = FlipHorizontal | FlipVertical
)

// Color is an opaque sRGB colour that may be unset.
type Color struct {
	Set     bool
	R, G, B uint8
}
