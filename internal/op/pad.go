package op

import (
	"image"

	"imagekit/internal/frame"
)

// Pad returns a canvas of the given size with f at offset, and releases f. The rest is bg, or transparent when bg is
// nil; then the result has alpha although f may have none.
func Pad(f *frame.Frame, canvas, offset image.Point, bg *Color) (*frame.Frame, error) {
	if err := wantWorking(f); err != nil {
		return nil, err
	}
	n := f.Model.Colors()
	if f.HasAlpha() || bg == nil {
		n++
	}
	dst, err := frame.New(f.Model, 16, canvas.X, canvas.Y, frame.Full(n, canvas.X, canvas.Y)...)
	if err != nil {
		return nil, err
	}
	dst.Matrix, dst.Premultiplied = f.Matrix, n > f.Model.Colors()
	values := make([]uint16, f.Model.Colors(), n)
	for i := range values {
		values[i] = uint16(zero(f.Model, i))
	}
	if bg != nil {
		copy(values, bg.samples(f.Model))
		values = append(values, 65535)
	} else {
		values = append(values, 0)
	}
	from := channels(f)
	for i, p := range channels(dst) {
		x1, y1 := offset.X+f.Width, offset.Y+f.Height
		fill(p, 0, 0, canvas.X, offset.Y, values[i])
		fill(p, 0, offset.Y, offset.X, y1, values[i])
		fill(p, x1, offset.Y, canvas.X, y1, values[i])
		fill(p, 0, y1, canvas.X, canvas.Y, values[i])
		if i >= len(from) {
			fill(p, offset.X, offset.Y, x1, y1, 65535)
			continue
		}
		for y := range f.Height {
			copy(words(p, offset.Y+y)[offset.X:], words(from[i], y))
		}
	}
	f.Release()
	return dst, nil
}
