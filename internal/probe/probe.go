package probe

import (
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/icc"
)

// Limits bound what a source may be.
type Limits struct {
	// MaxPixels is the largest width × height. Only the first picture of an animation is decoded, so only it counts.
	MaxPixels int64
	// Formats are those that are read.
	Formats format.Set
}

// The bounds that no setting moves. Real files stay far below them; what is beyond burns time in a decoder.
const (
	maxFrames  = 10_000  // pictures of an animation
	maxScans   = 100     // of a JPEG; a progressive photo has about 10
	maxChunks  = 1_000   // of a PNG or WebP beside those that hold pixels; also libspng's own default
	maxBoxes   = 50_000  // of an AVIF: boxes, items, extents, references and properties together
	maxProfile = 4 << 20 // bytes of an ICC profile; a larger one is icc.Invalid
)

// readers read the headers of the formats that package format says are read.
var readers = map[format.Format]func([]byte, Limits) (Info, error){
	format.JPEG: readJPEG,
	format.PNG:  readPNG,
	format.WebP: readWebP,
	format.AVIF: readAVIF,
	format.GIF:  readGIF,
	format.BMP:  readBMP,
	format.ICO:  readICO,
	format.TIFF: readTIFF,
	format.PNM:  readPNM,
	format.QOI:  readQOI,
}

// readable lists what is read, for error texts.
func readable(read format.Set) string {
	var titles []string
	for _, f := range format.Inputs() {
		if read.Has(f) {
			titles = append(titles, f.Title())
		}
	}
	if len(titles) == 1 {
		return titles[0] + " alone is read here"
	}
	last := len(titles) - 1
	return strings.Join(titles[:last], ", ") + " and " + titles[last] + " are read here"
}

// Read reads the header of an image and checks it against the limits. It looks at every byte at most once or twice,
// decodes no pixel and allocates no more than a profile's size and about ten megabytes.
//
// The errors are faults: NotAnImage, UnsupportedFormat (an image, but one that is not read here), DamagedImage
// (cut short or against its format's rules, as far as headers tell) and TooManyPixels (too many pixels or frames).
// Info.Profile may point into b.
func Read(b []byte, lim Limits) (Info, error) {
	f := format.Sniff(b)
	read, ok := readers[f]
	switch {
	case !ok:
		return Info{}, unknown(b, lim)
	case !lim.Formats.Has(f):
		return Info{}, fault.New(fault.UnsupportedFormat,
			"this is %s, which is not among the formats that are read here (IMAGEKIT_SOURCE_FORMATS)", f.Title())
	}
	return read(b, lim)
}

// unknown says what the bytes are instead of an image that is read here.
func unknown(b []byte, lim Limits) error {
	switch name := format.Describe(b); {
	case len(b) == 0:
		return fault.New(fault.NotAnImage, "the file is empty")
	case name == "":
		return fault.New(fault.NotAnImage, "this is not an image; %s", readable(lim.Formats))
	case name == "HTML", name == "XML", name == "JSON", name == "gzip":
		return fault.New(fault.NotAnImage, "this is %s, not an image; %s", name, readable(lim.Formats))
	default:
		return fault.New(fault.UnsupportedFormat, "this is %s; %s", name, readable(lim.Formats))
	}
}

// damaged returns the error for a file that breaks its format's rules.
func damaged(f format.Format, what string) error {
	return fault.New(fault.DamagedImage, "damaged %s: %s", f, what)
}

// refused returns the error for a file that its format allows, but that only burns time.
func refused(f format.Format, limit int, what string) error {
	return fault.New(fault.DamagedImage, "refused %s: it has more than %d %s", f, limit, what)
}

// unsupported returns the error for a variant of a known format that is not read here.
func unsupported(what string) error {
	return fault.New(fault.UnsupportedFormat, "this is %s; that variant is not read here", what)
}

// checkSize refuses empty pictures and those over the pixel budget.
func checkSize(f format.Format, width, height int64, lim Limits) error {
	if width <= 0 || height <= 0 {
		return fault.New(fault.DamagedImage, "damaged %s: it says it is %d×%d pixels", f, width, height)
	}
	if width > lim.MaxPixels/height {
		return fault.New(fault.TooManyPixels, "the source is %d×%d pixels, the limit is %d in total (IMAGEKIT_MAX_PIXELS)",
			width, height, lim.MaxPixels)
	}
	return nil
}

// checkFrames refuses animations of more than maxFrames pictures.
func checkFrames(n int64) error {
	if n > maxFrames {
		return fault.New(fault.TooManyPixels, "the source has more than %d frames", maxFrames)
	}
	return nil
}

// setProfile records an ICC profile. One that does not describe the picture's colour model is Invalid; where a grey
// picture carries an RGB profile, its curve alone matters, as browsers apply it.
func (i *Info) setProfile(profile []byte) {
	i.ICC, i.Profile = icc.Invalid, nil
	if len(profile) > maxProfile {
		return
	}
	kind := icc.Identify(profile)
	if i.Model == Gray && (kind == icc.DisplayP3 || kind == icc.AdobeRGB || kind == icc.OtherRGB) {
		profile = icc.GrayAxis(profile)
		kind = icc.Identify(profile)
	}
	if !i.Model.Takes(kind) {
		return
	}
	i.ICC = kind
	if kind == icc.OtherRGB || kind == icc.Gray || kind == icc.CMYK {
		i.Profile = profile
	}
}

// Takes reports whether a profile describes pixels of this model. One that does not cannot be applied and is ignored, as
// an invalid one is.
func (m Model) Takes(k icc.Kind) bool {
	switch k {
	case icc.SRGB: // also what a grey profile with sRGB's curve is called
		return m != CMYK && m != YCCK
	case icc.DisplayP3, icc.AdobeRGB, icc.OtherRGB:
		return m == RGB || m == YCbCr
	case icc.Gray:
		return m == Gray
	case icc.CMYK:
		return m == CMYK || m == YCCK
	}
	return false // none is left of tables for RGB in a grey picture
}
