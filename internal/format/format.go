// Package format knows the image formats: names, MIME types, magic bytes and what each can hold.
package format

import (
	"fmt"
	"strings"
)

// Format is an image format, or one of the two pseudo formats a request can ask for.
// The zero value is Unknown: in a request "the operator's default", in a file "not recognised".
type Format uint8

// The formats read and written here, and the two that stand for a choice.
const (
	Unknown Format = iota
	JPEG
	PNG
	WebP
	AVIF
	GIF
	// Auto asks for negotiation with the Accept header; Negotiate replaces it.
	Auto
	// Legacy is what Auto becomes for a client that names neither AVIF nor WebP:
	// PNG when the result has alpha, JPEG otherwise. Only the plan, which knows the source, can tell.
	Legacy
)

// row says what a format is called and what it can hold.
type row struct {
	name    string
	mime    string
	ext     string
	alpha   bool // keeps transparency
	maxSide int  // pixels; the limit of the format or of its encoder
	writes  bool // an encoder exists here
}

var table = [...]row{
	Unknown: {name: "unknown", mime: "application/octet-stream"},
	JPEG:    {name: "jpeg", mime: "image/jpeg", ext: ".jpg", maxSide: 65500, writes: true},
	PNG:     {name: "png", mime: "image/png", ext: ".png", alpha: true, maxSide: 1_000_000, writes: true}, // libpng reads no more
	WebP:    {name: "webp", mime: "image/webp", ext: ".webp", alpha: true, maxSide: 16383, writes: true},
	AVIF:    {name: "avif", mime: "image/avif", ext: ".avif", alpha: true, maxSide: 16384, writes: true},
	GIF:     {name: "gif", mime: "image/gif", ext: ".gif", alpha: true, maxSide: 65535},
	Auto:    {name: "auto"},
	Legacy:  {name: "legacy"},
}

// String returns the name used in URLs, settings and logs.
func (f Format) String() string { return table[f].name }

// MIME returns the media type (RFC 6838) for the Content-Type header.
func (f Format) MIME() string { return table[f].mime }

// Ext returns the usual file extension with its dot.
func (f Format) Ext() string { return table[f].ext }

// Alpha reports whether the format keeps transparency.
func (f Format) Alpha() bool { return table[f].alpha }

// MaxSide returns the largest width and height in pixels that can be written.
func (f Format) MaxSide() int { return table[f].maxSide }

// Writes reports whether the format can be written here.
func (f Format) Writes() bool { return table[f].writes }

// Outputs lists the formats that can be written, in the order people should read them.
func Outputs() []Format { return []Format{JPEG, WebP, AVIF, PNG} }

// Parse returns the writable format with this name; "jpg" is an alias of "jpeg".
func Parse(name string) (Format, error) {
	if name == "jpg" {
		return JPEG, nil
	}
	for _, f := range Outputs() {
		if f.String() == name {
			return f, nil
		}
	}
	return Unknown, fmt.Errorf("want one of %s, got %q", strings.Join(names(Outputs()), ", "), name)
}

func names(list []Format) []string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = f.String()
	}
	return out
}

// Set reads what the parameter f accepts: auto, jpeg, jpg, png, webp, avif. Part of flag.Value.
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
func (f *Format) Choices() []string { return []string{"auto", "jpeg", "jpg", "png", "webp", "avif"} }
