// Package format knows the image formats: names, MIME types, magic bytes and what each can hold.
package format

import (
	"fmt"
	"slices"
	"strings"
)

// Format is an image format, or one of the pseudo formats a request can ask for.
// The zero value is Unknown: in a request "the operator's default", in a file "not recognised".
type Format uint8

// The formats read and written here, and those that stand for a choice.
const (
	Unknown Format = iota
	JPEG
	PNG
	WebP
	AVIF
	GIF
	BMP
	ICO
	TIFF
	PNM
	QOI
	// JSON is what can be said of a picture, in its place.
	JSON
	// Auto asks for negotiation with the Accept header; Negotiate replaces it.
	Auto
	// Legacy is what Auto becomes for a client that names neither AVIF nor WebP:
	// PNG when the result has alpha, JPEG otherwise. Only the plan, which knows the source, can tell.
	Legacy
	// Source is the format of the source where that is JPEG, PNG or GIF, and Legacy otherwise. No query can ask for it: URLs
	// of other servers do.
	Source
)

// row says what a format is called and what it can hold.
type row struct {
	name    string // in URLs, settings and logs
	title   string // in sentences
	mime    string
	exts    []string // of files, with their dot; the usual one first
	alpha   bool     // keeps transparency
	maxSide int      // pixels; the limit of the format or of its encoder
	reads   bool     // package probe reads its headers, and the engine its pixels
	writes  bool     // an encoder exists here
	pages   bool     // all pictures of a file can be read, one after the other
	moves   bool     // several pictures can be written into a file
	lacks   bool     // the portable engine does neither
	bare    bool     // the portable engine writes no colour profile into it
}

var table = [...]row{
	Unknown: {name: "unknown", mime: "application/octet-stream"},
	JPEG: {
		name: "jpeg", title: "JPEG", mime: "image/jpeg", exts: []string{".jpg", ".jpeg"},
		maxSide: 65500, reads: true, writes: true,
	},
	PNG: {
		name: "png", title: "PNG", mime: "image/png", exts: []string{".png"}, alpha: true,
		maxSide: 1_000_000, reads: true, writes: true, // libpng reads no more
	},
	WebP: {
		name: "webp", title: "WebP", mime: "image/webp", exts: []string{".webp"}, alpha: true,
		maxSide: 16383, reads: true, writes: true, pages: true, moves: true, lacks: true,
	},
	AVIF: {
		name: "avif", title: "AVIF", mime: "image/avif", exts: []string{".avif"}, alpha: true,
		maxSide: 16384, reads: true, writes: true, bare: true,
	},
	GIF: {
		name: "gif", title: "GIF", mime: "image/gif", exts: []string{".gif"}, alpha: true, maxSide: 65535,
		reads: true, writes: true, pages: true, moves: true,
	},
	BMP: {name: "bmp", title: "BMP", mime: "image/bmp", exts: []string{".bmp", ".dib"}, alpha: true, reads: true},
	ICO: {
		name: "ico", title: "ICO", mime: "image/vnd.microsoft.icon", exts: []string{".ico", ".cur"}, alpha: true, reads: true,
	},
	TIFF: {name: "tiff", title: "TIFF", mime: "image/tiff", exts: []string{".tif", ".tiff"}, alpha: true, reads: true},
	PNM: {
		name: "pnm", title: "PNM", mime: "image/x-portable-anymap", exts: []string{".pnm", ".pbm", ".pgm", ".ppm", ".pam"},
		alpha: true, reads: true,
	},
	QOI:    {name: "qoi", title: "QOI", mime: "image/qoi", exts: []string{".qoi"}, alpha: true, reads: true},
	JSON:   {name: "json", title: "JSON", mime: "application/json", exts: []string{".json"}, alpha: true, maxSide: 1_000_000, writes: true},
	Auto:   {name: "auto"},
	Legacy: {name: "legacy"},
	Source: {name: "source"},
}

// Like returns what is written of a source in format src: f itself, or what Source comes to.
func (f Format) Like(src Format) Format {
	switch {
	case f != Source:
		return f
	case src == JPEG, src == PNG, src == GIF:
		return src
	}
	return Legacy
}

// Open reports whether only the plan, which knows the source, can tell what is written.
func (f Format) Open() bool { return f == Legacy || f == Source }

// String returns the name used in URLs, settings and logs.
func (f Format) String() string { return table[f].name }

// MIME returns the media type (RFC 6838) for the Content-Type header.
func (f Format) MIME() string { return table[f].mime }

// Title returns the name used in sentences.
func (f Format) Title() string { return table[f].title }

// Ext returns the usual file extension with its dot, "" when files have none.
func (f Format) Ext() string {
	if exts := table[f].exts; len(exts) > 0 {
		return exts[0]
	}
	return ""
}

// Alpha reports whether the format keeps transparency.
func (f Format) Alpha() bool { return table[f].alpha }

// MaxSide returns the largest width and height in pixels that can be written.
func (f Format) MaxSide() int { return table[f].maxSide }

// Writes reports whether the format can be written here.
func (f Format) Writes() bool { return table[f].writes }

// Reads reports whether the format can be read here.
func (f Format) Reads() bool { return table[f].reads }

// Pages reports whether all pictures of a file can be read here, and not the first alone.
func (f Format) Pages() bool { return table[f].pages }

// Moves reports whether several pictures can be written into a file.
func (f Format) Moves() bool { return table[f].moves }

// Portable reports whether Pages and Moves hold for the engine of this build.
func (f Format) Portable() bool { return !portable || !table[f].lacks }

// Profiles reports whether the engine of this build writes the colour profiles that the format can hold.
func (f Format) Profiles() bool { return !portable || !table[f].bare }

// Inputs lists the formats that can be read.
func Inputs() []Format {
	var list []Format
	for f := range table {
		if table[f].reads {
			list = append(list, Format(f))
		}
	}
	return list
}

// ByExt returns the format of files with this extension, which has its dot, in any case; Unknown when there is none.
func ByExt(ext string) Format {
	ext = strings.ToLower(ext)
	for f := range table {
		if slices.Contains(table[f].exts, ext) {
			return Format(f)
		}
	}
	return Unknown
}

// Exts lists the extensions of the files that can be read, without their dots.
func Exts() []string {
	var list []string
	for _, f := range Inputs() {
		for _, ext := range table[f].exts {
			list = append(list, ext[1:])
		}
	}
	return list
}

// Outputs lists the formats of pictures that can be written, in the order people should read them.
func Outputs() []Format { return []Format{JPEG, WebP, AVIF, PNG, GIF} }

// Set is some formats; the zero value stands for all.
type Set uint32

// SetOf returns the set of a list.
func SetOf(list []Format) (s Set) {
	for _, f := range list {
		s |= 1 << f
	}
	return s
}

// Has reports whether f is in the set.
func (s Set) Has(f Format) bool { return s == 0 || s>>f&1 != 0 }

// ParseInput returns the readable format with this name; "jpg" is an alias of "jpeg".
func ParseInput(name string) (Format, error) {
	if name == "jpg" {
		return JPEG, nil
	}
	return among(Inputs(), name)
}

func among(list []Format, name string) (Format, error) {
	for _, f := range list {
		if f.String() == name {
			return f, nil
		}
	}
	return Unknown, fmt.Errorf("want one of %s, got %q", strings.Join(names(list), ", "), name)
}

// Parse returns the writable format with this name; "jpg" is an alias of "jpeg".
func Parse(name string) (Format, error) {
	if name == "jpg" {
		return JPEG, nil
	}
	return among(Outputs(), name)
}

func names(list []Format) []string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = f.String()
	}
	return out
}

// Set reads what the parameter f accepts: auto, and the names of pictures. Part of flag.Value.
func (f *Format) Set(s string) error {
	if s == "auto" {
		*f = Auto
		return nil
	}
	got, err := Parse(s)
	if err != nil {
		return fmt.Errorf("want one of %s", strings.Join(f.Choices(), ", "))
	}
	*f = got
	return nil
}

// Choices lists what Set accepts, for the reference page and the form.
func (f *Format) Choices() []string {
	return []string{"auto", "jpeg", "jpg", "png", "webp", "avif", "gif"}
}
