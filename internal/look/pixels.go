package look

import "imagekit/internal/frame"

// Pixels is a small picture: R, G, B and alpha of each pixel, in sRGB and not multiplied, row by row.
type Pixels struct {
	Width, Height int
	RGBA          []byte
}

// PixelsOf copies a frame of R, G and B in 8 bits.
func PixelsOf(f *frame.Frame) Pixels {
	p := Pixels{f.Width, f.Height, make([]byte, 4*f.Width*f.Height)}
	for y := range p.Height {
		row := p.RGBA[4*y*p.Width:][:4*p.Width]
		for i := range f.Planes {
			for x, v := range f.Planes[i].Row(y, 8)[:p.Width] {
				row[4*x+i] = v
			}
		}
		for x := range p.Width {
			row[4*x+3] = 255
		}
		if f.HasAlpha() {
			for x, v := range f.Alpha.Row(y, 8)[:p.Width] {
				row[4*x+3] = v
			}
		}
	}
	return p
}

// Transparent reports whether something of the picture can be seen through.
func (p Pixels) Transparent() bool {
	for i := 3; i < len(p.RGBA); i += 4 {
		if p.RGBA[i] < 255 {
			return true
		}
	}
	return false
}

// OnWhite is the picture as it looks on white.
func (p Pixels) OnWhite() Pixels {
	if !p.Transparent() {
		return p
	}
	out := make([]byte, len(p.RGBA))
	for i := 0; i < len(out); i += 4 {
		a := int(p.RGBA[i+3])
		for k := range 3 {
			out[i+k] = uint8((int(p.RGBA[i+k])*a + 255*(255-a) + 127) / 255)
		}
		out[i+3] = 255
	}
	return Pixels{p.Width, p.Height, out}
}
