package imagetest

import (
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"math"
)

// Named is a picture and what it shows.
type Named struct {
	Name string
	Img  *image.NRGBA
}

// Drawings returns pictures that people draw, w × h: few colours, hard edges, much that is flat.
func Drawings(w, h int) []Named {
	return []Named{
		{"logo", drawn(w, h, white, logo)},
		{"logo on nothing", drawn(w, h, color.NRGBA{}, logo)},
		{"text", drawn(w, h, white, text)},
		{"screenshot", drawn(w, h, color.NRGBA{240, 242, 245, 255}, screenshot)},
		{"line chart", drawn(w, h, white, lineChart)},
	}
}

// Traps returns pictures that share something with drawings, but are better stored as photos: smooth, noisy, of few
// colours, or with much that is flat around a photo.
func Traps(w, h int) []Named {
	dithered := image.NewPaletted(image.Rect(0, 0, w, h), palette.WebSafe)
	draw.FloydSteinberg.Draw(dithered, dithered.Rect, Photo(w, h), image.Point{})
	framed := drawn(w, h, white, func(*canvas) {})
	draw.Draw(framed, image.Rect(w/4, h/4, w-w/4, h-h/4), Photo(w/2, h/2), image.Point{}, draw.Src)
	return []Named{
		{"gradient", pixels(w, h, func(x, y int) color.NRGBA {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			return color.NRGBA{uint8(40 + 200*u), uint8(60 + 150*v), uint8(220 - 90*u*v), 255}
		})},
		{"noise", pixels(w, h, func(x, y int) color.NRGBA {
			n := hash(x, y)
			return color.NRGBA{uint8(n), uint8(n >> 8), uint8(n >> 16), 255}
		})},
		{"dithered photo", NRGBA(dithered)},
		{"photo on white", framed},
	}
}

var white = color.NRGBA{255, 255, 255, 255}

func pixels(w, h int, at func(x, y int) color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, at(x, y))
		}
	}
	return img
}

// hash scatters a pair of numbers.
func hash(x, y int) uint32 {
	n := uint32(x)*0x9e3779b1 ^ uint32(y)*0x85ebca77
	n = (n ^ n>>15) * 0x2c1b3c6d
	n = (n ^ n>>12) * 0x297a2d39
	return n ^ n>>15
}

// canvas is what drawings are painted on. Its unit is a 480th of the height.
type canvas struct {
	img  *image.RGBA
	unit float64
}

// drawn paints on a background.
func drawn(w, h int, background color.NRGBA, paint func(*canvas)) *image.NRGBA {
	c := canvas{image.NewRGBA(image.Rect(0, 0, w, h)), float64(h) / 480}
	draw.Draw(c.img, c.img.Rect, image.NewUniform(background), image.Point{}, draw.Src)
	paint(&c)
	return NRGBA(c.img)
}

// fill paints where distance, in units, is negative, with an edge one pixel soft.
func (c *canvas) fill(x0, y0, x1, y1 float64, col color.NRGBA, distance func(x, y float64) float64) {
	px := 1 / c.unit
	area := image.Rect(int((x0-px)*c.unit), int((y0-px)*c.unit), int((x1+2*px)*c.unit),
		int((y1+2*px)*c.unit)).Intersect(c.img.Rect)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			cover := min(max(0.5-c.unit*distance((float64(x)+0.5)/c.unit, (float64(y)+0.5)/c.unit), 0), 1)
			p := c.img.Pix[c.img.PixOffset(x, y):]
			for i, v := range [4]uint8{col.R, col.G, col.B, 255} {
				p[i] = uint8(float64(v)*cover + float64(p[i])*(1-cover) + 0.5)
			}
		}
	}
}

func (c *canvas) box(x0, y0, x1, y1, radius float64, col color.NRGBA) {
	c.fill(x0, y0, x1, y1, col, func(x, y float64) float64 {
		dx, dy := max(x0+radius-x, x-x1+radius), max(y0+radius-y, y-y1+radius)
		return math.Hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - radius
	})
}

func (c *canvas) disc(cx, cy, r float64, col color.NRGBA) {
	c.fill(cx-r, cy-r, cx+r, cy+r, col, func(x, y float64) float64 { return math.Hypot(x-cx, y-cy) - r })
}

func (c *canvas) line(x0, y0, x1, y1, width float64, col color.NRGBA) {
	dx, dy := x1-x0, y1-y0
	c.fill(min(x0, x1)-width, min(y0, y1)-width, max(x0, x1)+width, max(y0, y1)+width, col, func(x, y float64) float64 {
		t := min(max(((x-x0)*dx+(y-y0)*dy)/(dx*dx+dy*dy), 0), 1)
		return math.Hypot(x-x0-t*dx, y-y0-t*dy) - width/2
	})
}

// letters draws a line of made-up letters of two strokes each, size units high.
func (c *canvas) letters(x, y, size float64, n, seed int, col color.NRGBA) {
	at := func(n uint32) (float64, float64) { return float64(n%3) * size * 0.22, float64(n/3%4) * size / 3 }
	for i := range n {
		h := hash(i, seed)
		if h%6 > 0 { // else a space
			for s := range uint32(2) {
				ax, ay := at(h >> (4 + 8*s))
				bx, by := at(h>>(4+8*s) + 5 + h>>28)
				c.line(x+ax, y+ay, x+bx, y+by, size*0.13, col)
			}
		}
		x += size * 0.62
	}
}

func logo(c *canvas) {
	c.disc(320, 200, 130, color.NRGBA{13, 71, 161, 255})
	c.disc(320, 200, 92, color.NRGBA{255, 202, 40, 255})
	c.box(290, 90, 350, 310, 30, color.NRGBA{216, 27, 96, 255})
	c.letters(170, 370, 60, 8, 5, color.NRGBA{13, 71, 161, 255})
}

func text(c *canvas) {
	c.letters(40, 30, 28, 24, 1, color.NRGBA{180, 20, 20, 255})
	for i := range 22 {
		c.letters(40, 80+17.5*float64(i), 10, 80, 10+i, color.NRGBA{20, 20, 20, 255})
	}
}

func screenshot(c *canvas) {
	ink, blue := color.NRGBA{31, 41, 55, 255}, color.NRGBA{37, 99, 235, 255}
	c.box(0, 0, 640, 44, 0, ink)
	c.letters(16, 15, 14, 20, 2, white)
	c.box(0, 44, 150, 480, 0, color.NRGBA{229, 231, 235, 255})
	for i := range 9 {
		c.disc(22, 76+float64(i)*36, 7, blue)
		c.letters(40, 70+float64(i)*36, 11, 12, 30+i, ink)
	}
	for i := range 6 {
		x, y := 170+float64(i%3)*155, 64+float64(i/3)*205
		c.box(x, y, x+140, y+185, 8, color.NRGBA{209, 213, 219, 255})
		c.box(x+1, y+1, x+139, y+184, 7, white)
		c.box(x+10, y+10, x+130, y+80, 4, color.NRGBA{uint8(120 + 20*i), 180, uint8(230 - 25*i), 255})
		for k := range 4 {
			c.letters(x+10, y+92+13*float64(k), 8, 23, 50+10*i+k, ink)
		}
		c.box(x+10, y+152, x+70, y+174, 5, blue)
		c.letters(x+18, y+159, 8, 8, 70+i, white)
	}
}

func lineChart(c *canvas) {
	for i := range 9 {
		y := 40 + 50*float64(i)
		c.line(60, y, 610, y, 1, color.NRGBA{221, 221, 221, 255})
		c.letters(20, y-4, 9, 5, 80+i, color.NRGBA{80, 80, 80, 255})
	}
	for s, col := range []color.NRGBA{{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}} {
		y := 150 + 90*float64(s)
		for i := range 40 {
			next := min(max(y+float64(hash(i, s)%61)-30, 40), 440)
			c.line(60+13.75*float64(i), y, 60+13.75*float64(i+1), next, 2, col)
			y = next
		}
	}
}
