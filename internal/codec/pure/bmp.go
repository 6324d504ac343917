package pure

import (
	"imagekit/internal/fault"
	"imagekit/internal/frame"
	"imagekit/internal/header"
)

// DecodeBMP reads a bitmap into RGB planes, with alpha where it has some that is used, or where runs leave pixels out.
func DecodeBMP(src []byte, h frame.Hint) (*frame.Frame, error) {
	p, err := header.ReadBMP(src)
	if err != nil {
		return nil, damaged("BMP", err)
	}
	return bitmap(&p, h)
}

// DecodeICO reads the bitmap of an icon or a cursor that is shown. One that is a PNG is for its decoder.
func DecodeICO(src []byte, h frame.Hint) (*frame.Frame, error) {
	icon, err := header.ReadICO(src)
	if err != nil {
		return nil, damaged("ICO", err)
	}
	if icon.PNG != nil {
		return nil, fault.New(fault.Internal, "ICO: the picture is a PNG")
	}
	return bitmap(&icon.BMP, h)
}

func bitmap(p *header.BMP, h frame.Hint) (*frame.Frame, error) {
	c, err := newCanvas(frame.RGB, 8, p.Width, p.Height, p.Alpha, h)
	if err != nil {
		return nil, err
	}
	switch {
	case p.Runs:
		c.runs(p)
	case p.Bits <= 8:
		c.indexed(p)
	case p.Bits == 24:
		for y := c.top; y < c.bottom; y++ {
			row := p.Row(y)
			for i := range 3 {
				c.put(c.all[i], row, 2-i, 0, y, p.Width, 3, nil)
			}
		}
	default:
		c.masked(p)
	}
	if p.Mask != nil {
		c.hide(p)
	}
	return c.Frame, nil
}

// table returns the palette's colours, by plane. Indices beyond it are black.
func table(p *header.BMP) (t [3][256]byte) {
	for i := range min(256, len(p.Palette)/p.Entry) {
		for c := range 3 {
			t[c][i] = p.Palette[i*p.Entry+2-c]
		}
	}
	return t
}

func (c *canvas) indexed(p *header.BMP) {
	colors := table(p)
	for y := c.top; y < c.bottom; y++ {
		row := p.Row(y)
		for i := range 3 {
			out, t := c.all[i].Row(y, 8), &colors[i]
			for x := range out {
				out[x] = t[sample(row, x, p.Bits)]
			}
		}
	}
}

// runs draws runs on nothing.
func (c *canvas) runs(p *header.BMP) {
	for _, plane := range c.all {
		for y := range p.Height {
			clear(plane.Row(y, 8))
		}
	}
	colors := table(p)
	p.Walk(func(x, y, n int, values []byte) {
		y = p.Height - 1 - y
		for i, plane := range c.all {
			out := plane.Row(y, 8)
			for k := range n {
				if i == 3 {
					out[x+k] = 255
				} else {
					out[x+k] = colors[i][values[k%len(values)]]
				}
			}
		}
	})
}

// masked takes the bits of each channel out of values of 16 or 32 bits.
func (c *canvas) masked(p *header.BMP) {
	for i, plane := range c.all {
		mask := p.Masks[i]
		shift, width := header.Shifts(mask)
		for y := c.top; y < c.bottom; y++ {
			out, row := plane.Row(y, 8), p.Row(y)
			for x := range out {
				if width == 0 { // of an icon alpha comes by its mask, a colour without bits is none
					out[x] = 0
					continue
				}
				out[x] = level(p.Value(row, x)&mask>>shift, width)
			}
		}
	}
}

// hide makes transparent what the mask of an icon says.
func (c *canvas) hide(p *header.BMP) {
	for y := c.top; y < c.bottom; y++ {
		out, row := c.Alpha.Row(y, 8), p.Hidden(y)
		for x := range out {
			out[x] = bit(row, x) - 1 // 0 = seen
		}
	}
}
