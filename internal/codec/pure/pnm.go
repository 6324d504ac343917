package pure

import (
	"encoding/binary"

	"imagekit/internal/frame"
	"imagekit/internal/header"
)

// DecodePNM reads PBM, PGM, PPM and PAM into Gray or RGB planes of 8 or 16 bits. Of a file of several pictures it reads
// the first.
func DecodePNM(src []byte, h frame.Hint) (*frame.Frame, error) {
	p, err := header.ReadPNM(src)
	if err != nil {
		return nil, damaged("PNM", err)
	}
	model := frame.RGB
	if p.Channels <= 2 {
		model = frame.Gray
	}
	c, err := newCanvas(model, p.Depth(), p.Width, p.Height, p.Alpha, h)
	if err != nil {
		return nil, err
	}
	switch {
	case p.Text:
		err = c.numbers(&p)
	case p.Bitmap:
		c.bits(&p)
	default:
		c.binary(&p)
	}
	if err != nil {
		c.Release()
		return nil, err
	}
	return c.Frame, nil
}

// bits writes rows of a bit for each pixel, 1 = black.
func (c *canvas) bits(p *header.PNM) {
	stride := (p.Width + 7) / 8
	for y := c.top; y < c.bottom; y++ {
		row, out := p.Pixels[y*stride:], c.all[0].Row(y, 8)
		for x := range out {
			out[x] = bit(row, x) - 1
		}
	}
}

func (c *canvas) binary(p *header.PNM) {
	stride := p.Width * p.Channels * c.Depth / 8
	for y := c.top; y < c.bottom; y++ {
		c.spread(p.Pixels[y*stride:], 0, y, p.Width, p.Channels, binary.BigEndian)
	}
	if p.Max == 255 || p.Max == 65535 {
		return
	}
	for _, plane := range c.all {
		for y := c.top; y < c.bottom; y++ {
			row := plane.Row(y, c.Depth)
			for x := range p.Width {
				c.set(row, x, c.get(row, x), p.Max)
			}
		}
	}
}

func (c *canvas) get(row []byte, x int) int {
	if c.Depth == 8 {
		return int(row[x])
	}
	return int(binary.NativeEndian.Uint16(row[2*x:]))
}

// set writes a sample, most of which is the highest.
func (c *canvas) set(row []byte, x, v, most int) {
	v = min(v, most)
	if c.Depth == 8 {
		row[x] = byte((v*255 + most/2) / most)
		return
	}
	binary.NativeEndian.PutUint16(row[2*x:], uint16((v*65535+most/2)/most))
}

// numbers reads samples in ASCII. Those of a bitmap may stand without space between them.
func (c *canvas) numbers(p *header.PNM) error {
	rest := p.Pixels
	for y := range c.bottom {
		for x := range p.Width {
			for _, plane := range c.all[:p.Channels] {
				v, after := number(rest, p.Bitmap)
				if v < 0 {
					return damaged("PNM", "it is cut short or holds what is no number")
				}
				if rest = after; p.Bitmap {
					v = 1 - v
				}
				c.set(plane.Row(y, c.Depth), x, v, p.Max)
			}
		}
	}
	return nil
}

// number reads a number, or a digit 0 or 1; -1 where there is none.
func number(b []byte, digit bool) (int, []byte) {
	for len(b) > 0 && header.Space(b[0]) {
		b = b[1:]
	}
	if digit {
		if len(b) == 0 || b[0] != '0' && b[0] != '1' {
			return -1, nil
		}
		return int(b[0] - '0'), b[1:]
	}
	n, v := 0, 0
	for n < len(b) && '0' <= b[n] && b[n] <= '9' {
		v = min(10*v+int(b[n]-'0'), 1<<20)
		n++
	}
	if n == 0 {
		return -1, nil
	}
	return v, b[n:]
}
