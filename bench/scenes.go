package main

import (
	"image"
	"math"
	"sync"

	"imagekit/internal/testkit/noise"
)

// rgb is a colour, 0…255 and beyond.
type rgb [3]float64

func (c rgb) mix(to rgb, t float64) rgb {
	return rgb{lerp(c[0], to[0], t), lerp(c[1], to[1], t), lerp(c[2], to[2], t)}
}

func (c rgb) times(v float64) rgb { return rgb{c[0] * v, c[1] * v, c[2] * v} }

// scene is the colour at (u, v), in units of the shorter side from the top left corner; px is the size of a pixel in
// that unit, so that edges are one pixel soft whatever the size.
type scene func(u, v, px float64) rgb

// landscape: sky with clouds, two ranges of hills in haze, a meadow.
func landscape(u, v, px float64) rgb {
	sky := rgb{96, 148, 214}.mix(rgb{214, 226, 238}, min(1.6*v, 1))
	sky = sky.mix(rgb{246, 246, 248}, noise.Step(0.5, 0.75, noise.Fractal(2.2*u, 5*v, 6, 0.5, 1)))
	far := 0.42 + 0.12*noise.Fractal(1.7*u, 0, 7, 0.5, 20)
	near := 0.52 + 0.16*noise.Fractal(2.3*u, 5, 8, 0.55, 30)
	meadow := 0.68 + 0.05*noise.Fractal(1.1*u, 9, 4, 0.4, 40)
	c := sky.mix(rgb{128, 150, 176}.times(0.9+0.2*noise.Fractal(30*u, 50*v, 4, 0.5, 50)), noise.Step(far, far+2*px, v))
	c = c.mix(rgb{58, 84, 62}.times(0.45+1.1*noise.Fractal(26*u, 44*v, 7, 0.62, 60)), noise.Step(near, near+2*px, v))
	depth := 6 / max(v-meadow+0.08, 0.08) // grass gets finer towards the hills
	grass := rgb{122, 140, 52}.mix(rgb{196, 176, 92}, noise.Fractal(5*u, 20*v, 4, 0.5, 70)).
		times(0.5 + noise.Fractal(3*depth*u, depth*v, 7, 0.66, 80))
	return c.mix(grass, noise.Step(meadow, meadow+2*px, v))
}

// foliage: leaves over leaves, sun and shade; detail everywhere.
func foliage(u, v, _ float64) rgb {
	c := rgb{22, 30, 18}
	for i, size := range []float64{70, 38, 21} { // back to front
		s := uint32(10 * (i + 1))
		du, dv := 0.03*noise.Fractal(6*u, 6*v, 3, 0.5, s+3), 0.03*noise.Fractal(6*u, 6*v, 3, 0.5, s+4)
		d, which := noise.Cells(size*(u+du), 0.7*size*(v+dv), s)
		leaf := rgb{52, 92, 28}.mix(rgb{168, 190, 74}, which*which)
		vein := 0.85 + 0.3*noise.Fractal(9*size*u, 9*size*v, 3, 0.6, s+5)
		light := 0.35 + 0.5*float64(i)*0.5 + 0.5*noise.Fractal(3*u, 3*v, 4, 0.5, 99)
		c = c.mix(leaf.times(vein*light*(1.15-0.6*d)), noise.Step(0.62, 0.5, d)*noise.Step(0.25, 0.35, which))
	}
	return c
}

// portrait: a face before soft discs of light; hair is the only fine detail.
func portrait(u, v, px float64) rgb {
	c := rgb{46, 58, 54}.mix(rgb{92, 104, 78}, noise.Fractal(1.5*u, 1.5*v, 3, 0.4, 1))
	d, which := noise.Cells(7*u, 7*v, 2)
	c = c.mix(rgb{232, 208, 150}.times(0.6+0.5*which), 0.6*noise.Step(0.34, 0.3, d)*noise.Step(0.45, 0.6, which))
	x, y := u-0.5, v-0.62
	shoulders := math.Hypot(x, 1.1*(y-0.75))
	c = c.mix(rgb{52, 64, 96}.times(0.85+0.3*noise.Fractal(90*u, 90*v, 3, 0.7, 3)), noise.Step(0.46, 0.455, shoulders))
	strands := noise.Fractal(240*(u+0.05*math.Sin(5*v)), 5*v, 4, 0.7, 4)
	c = c.mix(rgb{70, 44, 28}.times(0.35+1.4*strands), noise.Step(0.31, 0.29+px, math.Hypot(x, 0.8*(y+0.04))+0.02*strands))
	light := 0.78 + 0.28*noise.Step(0.25, -0.25, x+0.3*y)
	skin := rgb{222, 176, 148}.times(light * (0.985 + 0.03*noise.Fractal(140*u, 140*v, 3, 0.6, 5)))
	c = c.mix(skin, noise.Step(0.225, 0.215, math.Hypot(1.15*x, 0.85*y)))
	for _, side := range []float64{-1, 1} { // eyes
		e := math.Hypot(x-0.085*side, 1.7*(y+0.05))
		c = c.mix(rgb{236, 232, 228}, noise.Step(0.036, 0.036-2*px, e))
		c = c.mix(rgb{62, 50, 36}, noise.Step(0.019, 0.019-2*px, math.Hypot(x-0.085*side, y+0.05)))
	}
	return c.mix(rgb{172, 92, 88}, noise.Step(0.05, 0.05-6*px, math.Hypot(x, 4*(y-0.13))))
}

// architecture: a facade in perspective: bricks, rows of windows, straight edges.
func architecture(u, v, px float64) rgb {
	sky := rgb{130, 168, 216}.mix(rgb{206, 220, 236}, v)
	scale := 1 / (0.7 + 0.35*u)
	x, y := 9*math.Log(0.7+0.35*u)/0.35, 5*(v-0.45)*scale
	soft := 8 * px * scale
	wall := rgb{176, 120, 92}.times(0.8 + 0.3*noise.Fractal(30*u, 30*v, 5, 0.5, 1))
	row := math.Floor(12 * y)
	bx, by := math.Mod(8*x+0.5*math.Mod(row, 2)+800, 1), math.Mod(12*y+1200, 1)
	brick := noise.At(int(math.Floor(8*x+0.5*math.Mod(row, 2)+800)), int(row), 7)
	joint := noise.Step(0.05, 0.05+8*soft, bx) * noise.Step(0.08, 0.08+12*soft, by)
	c := rgb{150, 146, 138}.mix(wall.times(0.85+0.3*brick), joint)
	wx, wy := math.Mod(x+100, 1)-0.5, math.Mod(y+100.5, 1)-0.5
	frame := max(math.Abs(wx)-0.24, math.Abs(wy)-0.34)
	c = c.mix(rgb{228, 224, 214}, noise.Step(soft, 0, frame))
	glass := rgb{40, 52, 66}.mix(rgb{170, 190, 210}, noise.Fractal(3*u+2*wx, 3*v+wy, 4, 0.5, uint32(40+int(x+100))))
	pane := min(min(0.2-math.Abs(wx), 0.3-math.Abs(wy)), max(math.Abs(wx), math.Abs(wy+0.1))-0.015)
	c = c.mix(glass, noise.Step(0, soft, pane))
	roof := -2.0
	return sky.mix(c, noise.Step(roof, roof+soft, y))
}

const shore = 0.6 // of the water at night

// mirrored returns the height that is seen at v, at night: below the shore the town stands upside down.
func mirrored(v float64) float64 { return shore - math.Abs(v-shore) }

// night: a dark town, lamps with halos, their reflections in water.
func night(u, v, px float64) rgb {
	c := rgb{10, 12, 30}.mix(rgb{120, 76, 66}, noise.Step(0, 0.6, mirrored(v)))
	mirror := mirrored(v)
	if v > shore {
		mirror += 0.02 * (noise.Fractal(8*u, 90*v, 4, 0.6, 1) - 0.5)
	}
	block := math.Floor(14 * u)
	top := 0.25 + 0.3*noise.At(int(block), 0, 2)
	if mirror > top {
		c = rgb{14, 14, 20}
		ix, iy := math.Floor(168*u), math.Floor(110*mirror)
		if lit := noise.At(int(ix), int(iy), 3); lit > 0.6 {
			in := min(0.35-math.Abs(math.Mod(168*u, 1)-0.5), 0.35-math.Abs(math.Mod(110*mirror, 1)-0.5))
			c = c.mix(rgb{250, 206, 130}.times(0.4+0.7*lit), noise.Step(0, 120*px, in))
		}
	}
	d, which := noise.Cells(9*u, 9*mirror, 5)
	halo := math.Exp(-14*d*d) * noise.Step(0.3, 1, which) * noise.Step(0.35, 0.5, mirror)
	lamp := noise.Step(0.05, 0.03, d) * noise.Step(0.4, 0.45, which) * noise.Step(0.35, 0.5, mirror)
	c = rgb{c[0] + 150*halo + 250*lamp, c[1] + 96*halo + 230*lamp, c[2] + 40*halo + 180*lamp}
	if v > shore {
		c = c.times(0.55)
	}
	return c
}

// paint renders a scene with sensor noise, on both cores.
func paint(s scene, width, height int, sensor float64) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	px := 1 / float64(min(width, height))
	const bands = 8
	var wg sync.WaitGroup
	for band := range bands {
		wg.Go(func() {
			for y := band; y < height; y += bands {
				for x := range width {
					c := s(float64(x)*px, float64(y)*px, px)
					luma := sensor * noise.Grain(x, y, 500)
					p := img.Pix[img.PixOffset(x, y):]
					for i := range c {
						p[i] = uint8(min(max(c[i]+luma+0.6*sensor*noise.Grain(x, y, 600+uint32(10*i)), 0), 255))
					}
					p[3] = 255
				}
			}
		})
	}
	wg.Wait()
	return img
}

func lerp(a, b, t float64) float64 { return a + (b-a)*t }
