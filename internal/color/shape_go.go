//go:build !cgo

package color

import (
	"math"

	"imagekit/internal/frame"
)

// shaping is a shaper and its tone curve in the numbers that every pixel needs.
type shaping struct {
	curves [3]*table
	encode *table
	toSRGB [9]float32
	toning bool
	toWide [9]float32
	hlg    float64 // the exponent that the display adds
	peak   float32
	white  float32
	midX   float32
	midY   float32
}

// run works on a frame in place. It is shape.c once more.
func (s shaper) run(f *frame.Frame) {
	p := shaping{curves: s.curves, encode: s.encoding(), toSRGB: rows(s.toSRGB)}
	if t := s.tone; t != nil {
		x, y := t.middle()
		p.toning, p.toWide, p.hlg = true, rows(t.toWide), t.display()
		p.peak, p.white, p.midX, p.midY = float32(t.peak), float32(t.white()), float32(x), float32(y)
	}
	n := len(f.Planes)
	for y := range f.Height {
		var c [3][]uint16
		for i := range c {
			c[i] = samples(&f.Planes[i%n], y) // grey is red, green and blue alike
		}
		var alpha []uint16
		if f.HasAlpha() {
			alpha = samples(&f.Alpha, y)
		}
		p.row(c, alpha, n)
	}
}

func (s *shaping) row(c [3][]uint16, alpha []uint16, colors int) {
	for x := range c[0] {
		whole := float32(65535)
		if alpha != nil {
			whole = float32(alpha[x])
		}
		if whole == 0 {
			continue
		}
		down := 1 / whole
		var v [3]float32
		for i := range v {
			v[i] = s.curves[i].look(clip(float32(c[i][x]) * down))
		}
		if s.toning {
			s.compress(&v)
		}
		times(&s.toSRGB, &v)
		for i := range colors {
			c[i][x] = uint16(s.encode.look(clip(v[i]))*(whole*(1.0/65535)) + 0.5)
		}
	}
}

func (s *shaping) compress(v *[3]float32) {
	times(&s.toWide, v)
	if s.hlg > 0 {
		k := float32(0)
		if luminance := 0.2627*v[0] + 0.6780*v[1] + 0.0593*v[2]; luminance > 0 {
			k = float32(math.Pow(float64(luminance), s.hlg)) * (usualPeak / referenceWhite)
		}
		for i := range v {
			v[i] *= k
		}
	}
	k := s.gain(max(v[0], v[1], v[2]))
	for i := range v {
		v[i] *= k
	}
}

// gain is what the tone curve makes of light x, over x.
func (s *shaping) gain(x float32) float32 {
	if x <= 1 {
		return s.white
	}
	if x >= s.peak {
		return 1 / x
	}
	ax, bx := 1-2*s.midX+s.peak, 2*s.midX-2
	ay, by := s.white-2*s.midY+1, 2*s.midY-2*s.white
	t := 2 * (x - 1) / (bx + float32(math.Sqrt(float64(bx*bx+4*ax*(x-1))))) // stable where ax is about 0
	return (ay*t*t + by*t + s.white) / x
}

// look reads the table at v, 0…1, in a straight line between its points.
func (t *table) look(v float32) float32 {
	v *= steps
	i := uint(v)
	if i > steps { // never: v is clipped; it spares the compiler a check
		i = steps
	}
	return t[i] + (t[i+1]-t[i])*(v-float32(i))
}

// clip limits to 0…1, and takes what is not a number for 0.
func clip(v float32) float32 {
	if !(v > 0) {
		return 0
	}
	return min(v, 1)
}

func times(m *[9]float32, v *[3]float32) {
	a, b, c := v[0], v[1], v[2]
	for i := range v {
		v[i] = m[3*i]*a + m[3*i+1]*b + m[3*i+2]*c
	}
}
