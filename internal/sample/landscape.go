package sample

import (
	"image"
	"math"
)

// The landscape is a lake in the evening: sky, ridges that fade with distance, a forest, and the water, which
// mirrors what is above it.
const (
	landWidth  = 1600
	landHeight = 1067
	shore      = 760  // first row of water
	sunX       = 1090 // centre of the sun
	sunY       = 470
)

// ridge is one line of hills.
type ridge struct {
	base, height float64 // rows: of the foot, and from there to the highest peak
	scale        float64 // columns from one peak to the next
	octaves      int
	trees        float64 // height of the trees on it in rows
	color        rgb
	rough        float64 // strength of its texture
	seed         uint32
}

// ridges from the farthest to the nearest.
var ridges = []ridge{
	{base: 640, height: 250, scale: 420, octaves: 6, color: hex(0x8d93b5), rough: 0.05, seed: 11},
	{base: 680, height: 210, scale: 300, octaves: 6, color: hex(0x6a7599), rough: 0.08, seed: 29},
	{base: 715, height: 150, scale: 260, octaves: 5, trees: 5, color: hex(0x48597a), rough: 0.14, seed: 47},
	{base: 745, height: 110, scale: 340, octaves: 4, trees: 15, color: hex(0x2c4250), rough: 0.25, seed: 83},
	{base: 775, height: 70, scale: 500, octaves: 3, trees: 44, color: hex(0x16272b), rough: 0.4, seed: 101},
}

func landscape() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, landWidth, landHeight))
	paintSky(img)
	lines := make([][]float64, len(ridges))
	for i, r := range ridges {
		lines[i] = r.skyline()
	}
	for i, r := range ridges {
		r.paint(img, lines[i], lines[i+1:])
	}
	paintWater(img)
	return img
}

func paintSky(img *image.RGBA) {
	top, middle, low := hex(0x2f5d9c), hex(0x8fb2d6), hex(0xf7cf9f)
	glow, sun := hex(0xff9a4a).times(0.45), hex(0xfff3d0).times(0.9)
	for y := range shore {
		v := float64(y) / shore
		sky := mix(mix(top, middle, smooth(0, 0.5, v)), low, smooth(0.35, 0.85, v))
		cloud := mix(hex(0xf4f3f4), hex(0xf6c9a6), smooth(0.2, 0.7, v))
		cover := cloudRow(float64(y))
		for x := range landWidth {
			dx, dy := float64(x-sunX), float64(y-sunY)
			d := dx*dx + dy*dy
			near := 1 / (1 + d/60_000)
			c := sky.plus(glow.times(near * near)).plus(sun.times(1 - smooth(30*30, 38*38, d)))
			c = mix(c, mix(cloud, hex(0xffe3b3), near), cover[x])
			set(img, x, y, c, grain(x, y))
		}
	}
}

// cloudRow returns how much of the sky clouds cover in a row.
func cloudRow(y float64) []float64 {
	if y >= 640 {
		return make([]float64, landWidth)
	}
	thin := 0.85 * (1 - smooth(380, 640, y))
	return everyFourth(landWidth, func(x float64) float64 {
		// Rows are stretched towards the horizon, where clouds are seen from the side.
		return thin * smooth(0.5, 0.78, fractal(x/330, y*y/60_000+y/160, 5, 3))
	})
}

// everyFourth computes a soft function for a row of pixels at a quarter of its columns, and what lies between
// as a straight line.
func everyFourth(width int, f func(x float64) float64) []float64 {
	row := make([]float64, width)
	left := f(0)
	for x := 0; x < width; x += 4 {
		right := f(float64(x + 4))
		for i := range min(4, width-x) {
			row[x+i] = left + (right-left)*float64(i)/4
		}
		left = right
	}
	return row
}

// skyline returns the first row of the ridge for each column.
func (r ridge) skyline() []float64 {
	line := make([]float64, landWidth)
	for x := range line {
		n := fractal(float64(x)/r.scale, 0.5, r.octaves, r.seed)
		line[x] = min(r.base-r.height*smooth(0.1, 0.9, n), shore-5)
	}
	if r.trees > 0 {
		r.plant(line)
	}
	return line
}

// plant raises the skyline by conifers: triangles with ragged sides, of many heights.
func (r ridge) plant(line []float64) {
	ground := append([]float64(nil), line...)
	step := r.trees / 4
	for i := range int(landWidth/step) + 2 {
		x := (float64(i) + random(i, 1, r.seed)) * step
		height := r.trees * (0.45 + 0.75*random(i, 2, r.seed)*noise(x/90, 0, r.seed))
		half := height * 0.24
		for c := max(0, int(x-half)); c < min(landWidth, int(x+half)+1); c++ {
			away := math.Abs(float64(c)-x) / half
			ragged := 0.12 * math.Sin(away*22)
			line[c] = min(line[c], ground[c]-height*(1-away+ragged*away))
		}
	}
}

// paint draws the ridge over what stands behind it, with haze towards its foot. nearer are the skylines of
// the ridges that will hide its lower part.
func (r ridge) paint(img *image.RGBA, line []float64, nearer [][]float64) {
	haze := hex(0xe6c3a4)
	for x, top := range line {
		end := float64(shore)
		for _, n := range nearer {
			end = min(end, n[x]+1)
		}
		for y := max(0, int(top)); float64(y) < end; y++ {
			c := r.texture(float64(x), float64(y))
			depth := smooth(r.base-r.height, r.base+90, float64(y))
			c = mix(c, haze, 0.55*depth*(1-r.rough*2))
			cover := clamp(float64(y)+1-top, 0, 1)
			set(img, x, y, mix(get(img, x, y), c, cover), grain(x, y))
		}
	}
}

func (r ridge) texture(x, y float64) rgb {
	light := fractal(x/38+y/55, y/16, 3, r.seed+7) - 0.5
	// Slopes that look at the sun are warmer.
	warm := smooth(0.45, 0.75, noise(x/70-y/50, y/90, r.seed+5))
	c := mix(r.color, hex(0xd79a6d), 0.22*warm*(1-r.rough*1.6))
	return c.times(1 + 2.2*light*r.rough)
}

// paintWater mirrors the shore, broken by waves that grow towards the viewer.
func paintWater(img *image.RGBA) {
	deep := hex(0x1c3550)
	for y := shore; y < landHeight; y++ {
		near := float64(y-shore) / (landHeight - shore)
		for x := range landWidth {
			fx, fy := float64(x), float64(y)
			wave := fractal(fx/(14+70*near), fy/(1.5+9*near), 2, 59) - 0.5
			mirrorX := x + int(wave*(6+26*near))
			mirrorY := 2*shore - y - 1 + int(wave*(10+120*near))
			c := mix(get(img, mirrorX, min(mirrorY, shore-1)).times(0.92), deep, 0.12+0.45*near)
			glint := smooth(0.16, 0.3, wave) * math.Exp(-math.Abs(fx-sunX)/(40+140*near))
			c = c.plus(hex(0xffd9a0).times(0.8 * glint))
			set(img, x, y, c.times(1+0.25*wave*near), grain(x, y))
		}
	}
}

// grain is the noise of a sensor, in 8-bit steps.
func grain(x, y int) float64 { return 5 * (random(x, y, 977) - 0.5) }
