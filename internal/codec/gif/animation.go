package gif

import (
	"image"
	"io"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
	"imagekit/internal/gifblock"
)

// Animation composes the pictures of a GIF one after the other. Its memory does not grow with their number.
type Animation struct {
	reader  *gifblock.Reader
	canvas  *canvas
	last    gifblock.Picture
	indices []byte
	saved   []byte // what the last picture covered, where it has to come back
}

// NewAnimation reads the header. Release ends the animation, and with it the frames it gave.
func NewAnimation(src []byte) (*Animation, error) {
	r, size, err := open(src)
	if err != nil {
		return nil, err
	}
	c, err := newCanvas(size, true)
	if err != nil {
		return nil, err
	}
	c.wipe(c.bounds())
	return &Animation{reader: r, canvas: c}, nil
}

// Next draws the next picture and returns the canvas with it, R, G, B and alpha, and how long it is shown; io.EOF behind
// the last. The canvas stays the animation's, and valid until the next call.
func (a *Animation) Next() (*frame.Frame, time.Duration, error) {
	p, ok := a.step()
	if !ok {
		return nil, 0, io.EOF
	}
	return a.canvas.frame.Lend(), time.Duration(p.Delay) * hundredth, nil
}

const hundredth = time.Second / 100

// step draws the next picture; ok is false when there is none. What is missing of a picture, and what lies beyond the
// canvas, is not drawn; of a picture that is larger than the canvas by more than gifblock.MaxBeyond nothing is.
func (a *Animation) step() (p gifblock.Picture, ok bool) {
	if p, ok = a.reader.Next(); !ok {
		return p, false
	}
	a.dispose()
	a.last = p
	a.saved = a.saved[:0]
	if p.Disposal == gifblock.Previous {
		a.exchange(func(row []byte) { a.saved = append(a.saved, row...) })
	}
	if _, drawn := p.Beyond(a.canvas.frame.Width * a.canvas.frame.Height); drawn {
		a.indices = append(a.indices[:0], make([]byte, p.Pixels())...)
		a.canvas.draw(&p, a.indices[:p.Indices(a.indices)], false)
	}
	return p, true
}

// dispose does to the last picture what it asked for.
func (a *Animation) dispose() {
	switch a.last.Disposal {
	case gifblock.Background:
		a.canvas.wipe(a.last.Rect)
	case gifblock.Previous:
		a.exchange(func(row []byte) { a.saved = a.saved[copy(row, a.saved):] })
	}
}

// exchange calls with for every row of every plane that the last picture covers.
func (a *Animation) exchange(with func(row []byte)) {
	r := a.last.Rect.Intersect(a.canvas.bounds())
	for _, p := range a.canvas.planes {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			with(p.Row(y, 8)[r.Min.X:r.Max.X])
		}
	}
}

// Release gives the canvas back.
func (a *Animation) Release() { a.canvas.frame.Release() }

// open reads the header and the size of the canvas.
func open(src []byte) (*gifblock.Reader, image.Point, error) {
	r, ok := gifblock.NewReader(src)
	if !ok {
		return nil, image.Point{}, fault.New(fault.DamagedImage, "GIF: it is cut short in its header")
	}
	size := r.Canvas()
	switch {
	case size.X == 0 || size.Y == 0:
		return nil, size, fault.New(fault.DamagedImage, "GIF: want a canvas of at least 1×1, got %d×%d", size.X, size.Y)
	case size.X*size.Y > maxPixels:
		return nil, size, fault.New(fault.TooManyPixels, "want at most %d pixels, got %d×%d", maxPixels, size.X, size.Y)
	}
	return r, size, nil
}
