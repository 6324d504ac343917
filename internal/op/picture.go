package op

import (
	"image"

	"imagekit/internal/frame"
)

// FromRGBA returns a picture of 8 bits, premultiplied as that type is, in the working form. It is not empty.
func FromRGBA(img *image.RGBA) (*frame.Frame, error) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	f, err := frame.New(frame.RGB, 16, w, h, frame.Full(4, w, h)...)
	if err != nil {
		return nil, err
	}
	f.Premultiplied = true
	list := channels(f)
	for y := range h {
		from := img.Pix[y*img.Stride:][:4*w]
		for i, p := range list {
			to := words(p, y)
			for x := range to {
				to[x] = uint16(from[4*x+i]) * 257
			}
		}
	}
	return f, nil
}
