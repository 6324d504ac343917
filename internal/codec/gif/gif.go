// Package gif decodes GIF (GIF89a specification, CompuServe 1990), picture by picture, in Go: memory-safe code for the
// format whose decoders have the longest list of holes. It reads what browsers show.
package gif

import (
	"image"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
	"imagekit/internal/gifblock"
)

// maxPixels is this decoder's own ceiling. The operator's limit is enforced long before.
const maxPixels = 1 << 28

// Decode reads the first picture that has pixels, placed on a transparent canvas, into RGB planes. There is an alpha
// plane when the picture has a transparent colour, used or not, does not cover the canvas or lacks pixels. The hint is
// not used.
//
// A file that ends before the picture does is a DamagedImage. A picture that ends too early within a whole file, or in
// codes that make no sense, is shown as far as it goes.
func Decode(src []byte, _ frame.Hint) (*frame.Frame, error) {
	r, size, err := open(src)
	if err != nil {
		return nil, err
	}
	p, err := first(r)
	if err != nil {
		return nil, err
	}
	indices := make([]byte, p.Pixels())
	indices = indices[:p.Indices(indices)]
	whole := len(indices) == p.Pixels()
	if p.Cut && !whole {
		return nil, fault.New(fault.DamagedImage, "GIF: it is cut short in its first picture")
	}
	covers := whole && p.Rect == image.Rectangle{Max: size}
	c, err := newCanvas(size, !covers || p.Transparent >= 0)
	if err != nil {
		return nil, err
	}
	if !covers {
		c.wipe(c.bounds())
	}
	c.draw(&p, indices, true)
	return c.frame, nil
}

// first returns the first picture that has pixels; where none has, the first one.
func first(r *gifblock.Reader) (gifblock.Picture, error) {
	p, ok := r.Next()
	if !ok {
		return p, fault.New(fault.DamagedImage, "GIF: it has no whole picture")
	}
	for next := p; ok; next, ok = r.Next() {
		if !next.Rect.Empty() {
			return next, nil
		}
	}
	return p, nil
}
