// Package gif reads the first frame of a GIF (GIF89a specification, CompuServe 1990) with the standard library:
// memory-safe code for the format whose decoders have the longest list of holes.
package gif

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// maxPixels is this decoder's own ceiling. The operator's limit is enforced long before.
const maxPixels = 1 << 28

// Decode reads the first frame, placed on a transparent canvas of the logical screen's size, into RGB planes. There
// is an alpha plane when the frame has a transparent colour, used or not, or does not cover the canvas.
// The hint is not used. Anything the standard library refuses up to the end of that frame is a DamagedImage.
func Decode(src []byte, _ frame.Hint) (*frame.Frame, error) {
	size, err := screen(src)
	if err != nil {
		return nil, err
	}
	img, err := gif.Decode(bytes.NewReader(src))
	if err != nil {
		return nil, fault.Wrap(fault.DamagedImage, err, "GIF: the first frame cannot be read")
	}
	// The standard library promises a paletted image that lies inside the screen.
	return place(img.(*image.Paletted), size)
}

// screen reads the logical screen descriptor (§18): the size of the canvas.
func screen(src []byte) (image.Point, error) {
	const header = 13
	if len(src) < header {
		return image.Point{}, fault.New(fault.DamagedImage, "GIF: want a header of %d bytes, got %d", header, len(src))
	}
	size := image.Pt(int(binary.LittleEndian.Uint16(src[6:])), int(binary.LittleEndian.Uint16(src[8:])))
	switch {
	case size.X == 0 || size.Y == 0:
		return size, fault.New(fault.DamagedImage, "GIF: want a canvas of at least 1×1, got %d×%d", size.X, size.Y)
	case size.X*size.Y > maxPixels:
		return size, fault.New(fault.TooManyPixels, "want at most %d pixels, got %d×%d", maxPixels, size.X, size.Y)
	}
	return size, nil
}

// place makes planes of size and looks every pixel of img up in its palette.
func place(img *image.Paletted, size image.Point) (*frame.Frame, error) {
	covers := img.Rect == image.Rectangle{Max: size}
	tables, transparent := split(img.Palette)
	n := 3
	if transparent || !covers {
		n = 4
	}
	f, err := frame.New(frame.RGB, 8, size.X, size.Y, frame.Full(n, size.X, size.Y)...)
	if err != nil {
		return nil, fault.Wrap(fault.TooMuchMemory, err, "GIF of %d×%d pixels", size.X, size.Y)
	}
	for c := range n {
		p := &f.Alpha
		if c < 3 {
			p = &f.Planes[c]
		}
		if !covers {
			wipe(p)
		}
		look(img, p, &tables[c])
	}
	return f, nil
}

// split turns a palette into one table per channel: R, G, B, A. A transparent colour hides no colour: it is black.
func split(p color.Palette) (tables [4][256]byte, transparent bool) {
	for i, c := range p {
		rgba := c.(color.RGBA) // what image/gif makes: opaque, or all zero
		tables[0][i], tables[1][i], tables[2][i], tables[3][i] = rgba.R, rgba.G, rgba.B, rgba.A
		transparent = transparent || rgba.A == 0
	}
	return tables, transparent
}

func look(img *image.Paletted, p *frame.Plane, table *[256]byte) {
	for y := img.Rect.Min.Y; y < img.Rect.Max.Y; y++ {
		in := img.Pix[img.PixOffset(img.Rect.Min.X, y):][:img.Rect.Dx()]
		out := p.Row(y, 8)[img.Rect.Min.X:][:len(in)]
		for x, i := range in {
			out[x] = table[i]
		}
	}
}

func wipe(p *frame.Plane) {
	for y := range p.Height {
		clear(p.Row(y, 8))
	}
}
