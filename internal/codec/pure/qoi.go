package pure

import (
	"imagekit/internal/frame"
	"imagekit/internal/header"
)

// DecodeQOI reads a QOI into RGB planes, with alpha where the header says so.
func DecodeQOI(src []byte, h frame.Hint) (*frame.Frame, error) {
	q, err := header.ReadQOI(src)
	if err != nil {
		return nil, damaged("QOI", err)
	}
	c, err := newCanvas(frame.RGB, 8, q.Width, q.Height, q.Alpha, h)
	if err != nil {
		return nil, err
	}
	in := codes{rest: q.Codes, pixel: [4]byte{3: 255}}
	var rows [4][]byte
	for y := range c.bottom {
		for i, p := range c.all {
			rows[i] = p.Row(y, 8)
		}
		for x := range q.Width {
			in.next()
			for i := range c.all {
				rows[i][x] = in.pixel[i]
			}
		}
	}
	return c.Frame, nil
}

// codes is where the reading of a QOI stands. That there are enough of them was counted before.
type codes struct {
	rest  []byte
	pixel [4]byte
	seen  [64][4]byte
	run   int // how often the pixel is repeated
}

// next makes the next pixel.
func (c *codes) next() {
	if c.run > 0 {
		c.run--
		return
	}
	b, p := c.rest, &c.pixel
	size := 1
	switch v := b[0]; {
	case v == header.QOIRGB:
		size = 4
		copy(p[:3], b[1:4])
	case v == header.QOIRGBA:
		size = 5
		copy(p[:], b[1:5])
	case v&header.QOIRun == header.QOIIndex:
		*p = c.seen[v]
	case v&header.QOIRun == header.QOIDiff:
		p[0] += v>>4&3 - 2
		p[1] += v>>2&3 - 2
		p[2] += v&3 - 2
	case v&header.QOIRun == header.QOILuma:
		size = 2
		green := v&63 - 32
		p[0] += green + b[1]>>4 - 8
		p[1] += green
		p[2] += green + b[1]&15 - 8
	default:
		c.run = int(v & 63)
	}
	c.rest = b[size:]
	c.seen[(p[0]*3+p[1]*5+p[2]*7+p[3]*11)%64] = *p
}
