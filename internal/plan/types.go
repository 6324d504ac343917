// Package plan turns (what the source is, what is asked, what is allowed) into exactly what the engine shall do.
// It is pure arithmetic: no pixels, no files, no clock.
package plan

import (
	"image"

	"imagekit/internal/effect"
	"imagekit/internal/format"
	"imagekit/internal/orientation"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// EngineVersion is part of every cache key. Raise it when the same request gives other bytes.
const EngineVersion = 6

// Limits bound what a plan may ask for; all in force, none optional.
type Limits struct {
	Sources         format.Set // formats that are read
	MaxPixels       int64      // width × height of a source
	MaxFrames       int        // pictures of a source that moves in the result
	MaxFramePixels  int64      // of all these pictures together, in the source and in the result
	MaxOutputPixels int64      // width × height of a result
	Memory          int64      // bytes one job may need
}

// Header returns the bounds of a source's header.
func (l Limits) Header() probe.Limits {
	return probe.Limits{MaxPixels: l.MaxPixels, Formats: l.Sources}
}

// Turn is a flip or right-angle turn.
type Turn = orientation.Turn

// Window is a region with real-valued edges.
type Window struct{ X, Y, W, H float64 }

// ColorAction says what happens to the colours.
type ColorAction uint8

// The colour actions.
const (
	ColorKeep  ColorAction = iota // sRGB already: samples as they are, no profile in the result
	ColorCarry                    // Display P3 or Adobe RGB: samples as they are, profile (or CICP) in the result
	// ICC profile in Source.Profile, or CICP that is neither sRGB nor P3: to sRGB after the resize
	ColorTransform
)

// Plan is what the engine shall do, in the order of its fields: it decides, the engine obeys. It is a plain value:
// printable, serialisable; it crosses the process boundary.
type Plan struct {
	Source probe.Info
	Motion
	Geometry
	Color    ColorAction
	Effects  []effect.Effect // on the turned picture, in this order
	Overlays []Overlay       `json:",omitempty"` // on all that, in this order
	Text     Text            `json:",omitzero"`  // on them
	Target

	// Of is the size of the picture whose facts are told (format.JSON). It is not made: Size is that of a small one.
	Of image.Point

	// Memory is the estimate of the worker's peak bytes beyond its idle size.
	Memory int64
	// Threads is how many threads an encoder may use, below 2 = one. Whoever runs the plan sets it; of the result it
	// changes nothing.
	Threads int
}

// Geometry says what of the source goes where.
type Geometry struct {
	// Shrink is the shrink-on-load factor the decoder shall use: 1, 2, 4 or 8 of a JPEG (DCT scaling), 1 of the others.
	Shrink int
	// Crop is the hard region in stored source pixels: no filter tap may see a pixel outside it.
	Crop image.Rectangle
	// Window lies inside Crop, in stored source pixels; it is what is resized to Width × Height.
	Window        Window
	Width, Height int // pixels after the resize, still in the stored frame
	Kernel        param.Kernel
	Turn          Turn // after the resize

	// Canvas is what the turned picture lies on, its top left corner at Offset: as large as it, or larger by pad and padding.
	Canvas image.Point
	Offset image.Point
	Border int // pixels of a frame around the canvas
	Radius int // of the rounded corners of it all, in pixels
}

// Picture is the size of the turned picture.
func (g Geometry) Picture() image.Point { return g.Turn.Size(image.Pt(g.Width, g.Height)) }

// Padded reports whether the canvas is larger than the picture.
func (g Geometry) Padded() bool { return g.Canvas != g.Picture() }

// Size is the size of the result.
func (g Geometry) Size() image.Point { return g.Canvas.Add(image.Pt(2*g.Border, 2*g.Border)) }

// Target is the result: what the encoder is given and told.
type Target struct {
	Format format.Format // what is written: JPEG, PNG, WebP or AVIF

	Model      probe.Model // of the encoder's planes: YCbCr, RGB or Gray
	SubX, SubY int         // how many pixels of the result a chroma sample stands for
	FullRange  bool
	Alpha      bool // the result has an alpha channel; otherwise everything is composed on Background
	// Direct: the resize makes the encoder's planes, nothing else happens to the pixels. Otherwise they pass through
	// the working form.
	Direct bool

	Background  [3]uint8 // in the colours of the result: sRGB, or the profile's that is carried
	BorderColor [3]uint8 // likewise

	Quality  int // 1…100 on the JPEG scale
	Encoder  Encoder
	Look     Look     // what has to be seen before Resolve decides the rest
	Lossless Lossless // by Resolve
	MaxBytes int      // of the result; 0 = any number
	// Unchanged: format and size are the source's, only its pixels are coded again. The result shall not be larger.
	Unchanged bool
}

// Encoder holds the encoder's own numbers for Plan.Quality.
type Encoder struct {
	Quality      int  // the encoder's own quality number
	AlphaQuality int  // AVIF: quality of the alpha plane
	Effort       int  // WebP method 0…6, AVIF speed 0…10, PNG level 0…9
	Progressive  bool // JPEG
	// Drawing is libwebp's near-lossless number for a result that turns out to be a drawing, 100 = without any loss;
	// 0 = no drawing is looked for.
	Drawing int
	// Unfiltered PNG rows: of drawings a fifth smaller, and three times as fast. By Resolve.
	Unfiltered bool
}
