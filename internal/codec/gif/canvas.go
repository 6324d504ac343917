package gif

import (
	"image"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
	"imagekit/internal/gifblock"
)

// canvas is what pictures are drawn on: 8 bits of red, green and blue, and alpha where it is wanted.
type canvas struct {
	frame  *frame.Frame
	planes []*frame.Plane // of the frame, alpha last
}

func newCanvas(size image.Point, alpha bool) (*canvas, error) {
	n := 3
	if alpha {
		n = 4
	}
	f, err := frame.New(frame.RGB, 8, size.X, size.Y, frame.Full(n, size.X, size.Y)...)
	if err != nil {
		return nil, fault.Wrap(fault.TooMuchMemory, err, "GIF of %d×%d pixels", size.X, size.Y)
	}
	c := &canvas{frame: f}
	for i := range f.Planes {
		c.planes = append(c.planes, &f.Planes[i])
	}
	if alpha {
		c.planes = append(c.planes, &f.Alpha)
	}
	return c, nil
}

func (c *canvas) bounds() image.Rectangle { return image.Rect(0, 0, c.frame.Width, c.frame.Height) }

// wipe makes a part of the canvas transparent black.
func (c *canvas) wipe(r image.Rectangle) {
	r = r.Intersect(c.bounds())
	for _, p := range c.planes {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			clear(p.Row(y, 8)[r.Min.X:r.Max.X])
		}
	}
}

// draw looks the indices of a picture up in its palette. The transparent one leaves what is there, or, where nothing
// was drawn yet (blank), makes it transparent black: a colour nobody sees is no part of the picture.
func (c *canvas) draw(p *gifblock.Picture, indices []byte, blank bool) {
	tables := colours(p)
	visible := p.Rect.Intersect(c.bounds())
	for y := visible.Min.Y; y < visible.Max.Y; y++ {
		row := p.Row(indices, y-p.Rect.Min.Y)
		row = row[:min(len(row), visible.Dx())]
		for i, plane := range c.planes {
			out, table := plane.Row(y, 8)[visible.Min.X:][:len(row)], &tables[i]
			if p.Transparent < 0 || blank {
				for x, index := range row {
					out[x] = table[index]
				}
				continue
			}
			for x, index := range row {
				if int(index) != p.Transparent {
					out[x] = table[index]
				}
			}
		}
	}
}

// colours returns a table for each plane: red, green, blue, alpha. Indices beyond the palette are black, as browsers
// show them.
func colours(p *gifblock.Picture) (tables [4][256]byte) {
	for i := range tables[3] {
		tables[3][i] = 0xff
	}
	for i := range len(p.Palette) / 3 {
		tables[0][i], tables[1][i], tables[2][i] = p.Palette[3*i], p.Palette[3*i+1], p.Palette[3*i+2]
	}
	if p.Transparent >= 0 {
		for c := range tables {
			tables[c][p.Transparent] = 0
		}
	}
	return tables
}
