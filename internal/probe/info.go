// Package probe reads image headers in pure Go and refuses bombs before any C code runs.
package probe

import (
	"imagekit/internal/format"
	"imagekit/internal/icc"
)

// Model is how a source stores colour.
type Model uint8

// The colour models a source can have.
const (
	YCbCr Model = iota
	RGB
	Gray
	CMYK
	YCCK
)

// CICP holds the code points of ITU-T H.273 that an AVIF or PNG states; zero values mean "not stated". FullRange is
// always right for an AVIF, since its AV1 data says it in any case.
type CICP struct {
	Primaries, Transfer, Matrix uint8
	FullRange                   bool
}

// Motion is what concerns all pictures of a file.
type Motion struct {
	Alpha   bool  // something of one may be seen through; Info.Alpha is the first picture's
	Beyond  int64 // pixels that are decoded besides those of the canvas, in all pictures
	Repeats int   // how often they are shown again after the first time, -1 for without end
}

// Info is what the header of a source says. It crosses the process boundary inside a plan, so it is plain data.
type Info struct {
	Format        format.Format
	Width, Height int // pixels as stored, before orientation
	// Orientation is the EXIF orientation 1…8 (EXIF 3.0 §4.6.5), what has to be done to show the picture upright.
	// For AVIF it is derived from irot and imir alone; EXIF in AVIF is ignored, as HEIF demands (ISO/IEC 23008-12).
	Orientation int
	// Coded is how many pixels the decoder makes where these are more than Width × Height, as with a clean aperture;
	// else 0.
	Coded  int64
	Frames int    // pictures in the file, 1 for a still
	Motion Motion // where there are several that are read one by one
	Alpha  bool
	Model  Model
	Depth  int // bits per sample: 8, 10, 12, 16
	// SubX and SubY are the chroma subsampling factors of YCbCr sources: 1, 2 or 4 (4:2:0 is 2, 2). Both are 1 for
	// other models, and for a JPEG whose factors have no common name.
	SubX, SubY  int
	Progressive bool // JPEG of several scans, progressive or not interleaved; interlaced PNG or GIF
	Lossless    bool // lossless WebP, PNG, GIF
	// Quality is what the quantizers of a JPEG, lossy WebP or AVIF show, 1…100 as libjpeg, libwebp or libavif counts;
	// 0 where they tell nothing.
	Quality int
	ICC     icc.Kind
	Profile []byte // the ICC profile itself, where ICC says it needs a transform; else nil
	CICP    CICP
	// Peak is the light in cd/m² of the brightest pixel of an HDR picture, as far as the file states it; else 0.
	Peak int
}
