// Package pure decodes the formats that need no library: BMP, ICO, PNM, QOI and TIFF, in Go, row by row into planes.
// Rows outside a hint's crop may be left undefined.
package pure

import (
	"encoding/binary"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// damaged returns the error for a file that breaks its format's rules.
func damaged(format string, what any) error {
	return fault.New(fault.DamagedImage, "damaged %s: %v", format, what)
}

// canvas is a frame of full planes, alpha last.
type canvas struct {
	*frame.Frame
	all         []*frame.Plane
	top, bottom int // the rows that are wanted
}

func newCanvas(model frame.Model, depth, width, height int, alpha bool, h frame.Hint) (*canvas, error) {
	n := model.Colors()
	if alpha {
		n++
	}
	f, err := frame.New(model, depth, width, height, frame.Full(n, width, height)...)
	if err != nil {
		return nil, fault.Wrap(fault.TooMuchMemory, err, "a picture of %d×%d pixels", width, height)
	}
	c := &canvas{Frame: f, bottom: height}
	if !h.Crop.Empty() {
		c.top, c.bottom = max(0, h.Crop.Min.Y), min(height, h.Crop.Max.Y)
	}
	for i := range f.Planes {
		c.all = append(c.all, &f.Planes[i])
	}
	if alpha {
		c.all = append(c.all, &f.Alpha)
	}
	return c, nil
}

// spread writes samples that stand side by side, step for each pixel, into the planes from column x on of row y. Samples of
// 16 bits have their bytes in an order.
func (c *canvas) spread(row []byte, x, y, n, step int, order binary.ByteOrder) {
	for i, p := range c.all[:min(len(c.all), step)] {
		c.put(p, row, i, x, y, n, step, order)
	}
}

// put writes sample i of each of n pixels into a plane.
func (c *canvas) put(p *frame.Plane, row []byte, i, x, y, n, step int, order binary.ByteOrder) {
	if c.Depth == 8 {
		out, in := p.Row(y, 8)[x:x+n], row[i:]
		if step == 1 {
			copy(out, in)
			return
		}
		for k := range out {
			out[k] = in[k*step]
		}
		return
	}
	out, in := p.Row(y, 16)[2*x:2*(x+n)], row[2*i:]
	for k := range n {
		binary.NativeEndian.PutUint16(out[2*k:], order.Uint16(in[2*k*step:]))
	}
}

// level returns a sample of so many bits as one of 8.
func level(v uint32, width int) byte {
	if width > 8 {
		return byte(v >> (width - 8))
	}
	most := uint32(1)<<width - 1
	return byte((v*255 + most/2) / most)
}

// bit returns bit x of a row, the highest of a byte first.
func bit(row []byte, x int) byte { return row[x/8] >> (7 - x%8) & 1 }

// sample returns sample x of less than 8 bits.
func sample(row []byte, x, depth int) byte {
	per := 8 / depth
	return row[x/per] >> ((per - 1 - x%per) * depth) & (1<<depth - 1)
}
