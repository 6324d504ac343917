package op

import (
	"math"

	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// The reference: effects as their definitions say, in float64, on straight colours from 0 to 1 and alpha.

// pixels is a picture for the reference, R, G, B, alpha for each pixel.
type pixels struct {
	w, h int
	at   [][4]float64
}

// straight reads a working frame.
func straight(f *frame.Frame) pixels {
	p := pixels{f.Width, f.Height, make([][4]float64, f.Width*f.Height)}
	for y := range f.Height {
		for x := range f.Width {
			v := [4]float64{3: 1}
			if f.HasAlpha() {
				v[3] = float64(words(&f.Alpha, y)[x]) / 65535
			}
			for i := range 3 {
				c := float64(words(&f.Planes[i%len(f.Planes)], y)[x]) / 65535
				if v[3] > 0 {
					v[i] = c / v[3]
				}
			}
			p.at[y*p.w+x] = v
		}
	}
	return p
}

// slow does an effect by its definition.
func slow(p pixels, e effect.Effect) pixels {
	switch e.Kind {
	case effect.Blur:
		return p.convolved(e.Number)
	case effect.Sharpen:
		return p.sharpened(e.Number)
	case effect.Pixelate:
		return p.blocks(int(math.Round(e.Number)))
	}
	out := pixels{p.w, p.h, make([][4]float64, len(p.at))}
	for i, v := range p.at {
		out.at[i] = slowColor(v, e)
	}
	return out
}

func grey(v [4]float64) float64 { return 0.299*v[0] + 0.587*v[1] + 0.114*v[2] }

func slowColor(v [4]float64, e effect.Effect) [4]float64 {
	out := v
	n := e.Number
	dark, light := e.Colors[0], e.Colors[1]
	y := grey(v)
	tone := grey([4]float64{float64(dark[0]) / 255, float64(dark[1]) / 255, float64(dark[2]) / 255})
	css := 0.213*v[0] + 0.715*v[1] + 0.072*v[2]
	sin, cos := math.Sincos(n * math.Pi / 180)
	for i := range 3 {
		switch e.Kind {
		case effect.Brightness:
			out[i] = v[i] * n
		case effect.Contrast:
			out[i] = (v[i]-0.5)*n + 0.5
		case effect.Saturation:
			out[i] = css + (v[i]-css)*n
		case effect.Hue:
			side := [3][3]float64{{-0.213, -0.715, 0.928}, {0.143, 0.140, -0.283}, {-0.787, 0.715, 0.072}}[i]
			out[i] = css + (v[i]-css)*cos + (side[0]*v[0]+side[1]*v[1]+side[2]*v[2])*sin
		case effect.Gamma:
			out[i] = math.Pow(v[i], 1/n)
		case effect.Gray:
			out[i] = y
		case effect.Sepia:
			m := [3][3]float64{{0.393, 0.769, 0.189}, {0.349, 0.686, 0.168}, {0.272, 0.534, 0.131}}[i]
			out[i] = m[0]*v[0] + m[1]*v[1] + m[2]*v[2]
		case effect.Tint:
			out[i] = y + float64(dark[i])/255 - tone
		case effect.Duotone:
			out[i] = float64(dark[i])/255 + (float64(light[i])-float64(dark[i]))/255*y
		case effect.Invert:
			out[i] = 1 - v[i]
		}
		out[i] = min(max(out[i], 0), 1)
	}
	return out
}

// premultiplied returns colours times alpha, and alpha.
func (p pixels) premultiplied() pixels {
	out := pixels{p.w, p.h, make([][4]float64, len(p.at))}
	for i, v := range p.at {
		out.at[i] = [4]float64{v[0] * v[3], v[1] * v[3], v[2] * v[3], v[3]}
	}
	return out
}

func (p pixels) divided() pixels {
	for i, v := range p.at {
		if v[3] > 0 {
			p.at[i] = [4]float64{v[0] / v[3], v[1] / v[3], v[2] / v[3], v[3]}
		}
	}
	return p
}

// convolved is the true Gaussian, to six sigmas of it, the edges extended.
func (p pixels) convolved(sigma float64) pixels {
	pass := func(in pixels, n, dx, dy int) pixels {
		shares := gaussian(n, sigma)
		out := pixels{in.w, in.h, make([][4]float64, len(in.at))}
		for y := range in.h {
			for x := range in.w {
				at := x*dx + y*dy
				start := y*in.w + x - at*(dx+dy*in.w)
				var v [4]float64
				for k, share := range shares[at] {
					if share == 0 {
						continue
					}
					for c, s := range in.at[start+k*(dx+dy*in.w)] {
						v[c] += s * share
					}
				}
				out.at[y*in.w+x] = v
			}
		}
		return out
	}
	return pass(pass(p.premultiplied(), p.w, 1, 0), p.h, 0, 1).divided()
}

// gaussian returns for each of n samples the share that each of them has in its mean.
func gaussian(n int, sigma float64) [][]float64 {
	r := int(math.Ceil(6 * sigma))
	weights, sum := make([]float64, 2*r+1), 0.0
	for i := range weights {
		weights[i] = math.Exp(-float64((i-r)*(i-r)) / (2 * sigma * sigma))
		sum += weights[i]
	}
	shares := make([][]float64, n)
	for i := range shares {
		shares[i] = make([]float64, n)
		for k, w := range weights {
			shares[i][min(max(i+k-r, 0), n-1)] += w / sum
		}
	}
	return shares
}

func (p pixels) sharpened(sigma float64) pixels {
	soft := p.convolved(sigma)
	out := pixels{p.w, p.h, make([][4]float64, len(p.at))}
	for i, v := range p.at {
		d := grey(v) - grey(soft.at[i])
		out.at[i] = [4]float64{min(max(v[0]+d, 0), 1), min(max(v[1]+d, 0), 1), min(max(v[2]+d, 0), 1), v[3]}
	}
	return out
}

func (p pixels) blocks(side int) pixels {
	in := p.premultiplied()
	out := pixels{p.w, p.h, make([][4]float64, len(p.at))}
	for y := range p.h {
		for x := range p.w {
			var v [4]float64
			n := 0.0
			for sy := y / side * side; sy < min(y/side*side+side, p.h); sy++ {
				for sx := x / side * side; sx < min(x/side*side+side, p.w); sx++ {
					for c, s := range in.at[sy*p.w+sx] {
						v[c] += s
					}
					n++
				}
			}
			for c := range v {
				out.at[y*p.w+x][c] = v[c] / n
			}
		}
	}
	return out.divided()
}

// psnr compares premultiplied colours and alpha, in dB for a peak of 1.
func psnr(a, b pixels) float64 {
	a, b = a.premultiplied(), b.premultiplied()
	sum := 0.0
	for i := range a.at {
		for c := range 4 {
			d := a.at[i][c] - b.at[i][c]
			sum += d * d
		}
	}
	return -10 * math.Log10(sum/float64(4*len(a.at)))
}
