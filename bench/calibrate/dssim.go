package main

import (
	"image"
	"math"
)

// dssimReference is a picture prepared for being compared with many others.
//
// The measure is the multi-scale structural similarity of Wang, Simoncelli and Bovik ("Multiscale structural
// similarity for image quality assessment", 2003) taken on L*a*b* instead of luma alone, the scales halved in linear
// light, and told as 1/SSIM − 1 as in Kornel Lesiński's DSSIM: 0 for equal pictures, rising without bound. It is
// symmetric. Its numbers are not those of the program dssim, which also blurs chroma and pools differently.
type dssimReference []dssimLevel

// dssimLevel is one scale of a picture: L*, a* and b*, each about 0…1, and their local statistics.
type dssimLevel struct {
	lab     [3]plane
	mean    [3]plane
	squares plane // local mean of L*² + a*² + b*²
}

// plane is one channel.
type plane struct {
	w, h int
	v    []float32
}

// scaleWeights are the exponents of the paper's section 3.2, from the finest scale to the coarsest.
var scaleWeights = [...]float64{0.0448, 0.2856, 0.3001, 0.2363, 0.1333}

// c1 and c2 are (0.01)² and (0.03)² of Wang et al., "Image quality assessment", 2004, for samples of 0…1.
const c1, c2 = 0.0001, 0.0009

func newDSSIM(img *image.NRGBA) dssimReference {
	linear := toLinear(img)
	levels := make(dssimReference, len(scaleWeights))
	for i := range levels {
		if i > 0 {
			for k := range linear {
				linear[k] = linear[k].half()
			}
		}
		levels[i] = newLevel(toLab(linear))
	}
	return levels
}

func newLevel(lab [3]plane) dssimLevel {
	l := dssimLevel{lab: lab}
	for k, p := range lab {
		l.mean[k] = p.blur()
	}
	l.squares = dot(lab, lab).blur()
	return l
}

// distance compares with another picture of the same size.
func (r dssimReference) distance(img *image.NRGBA) float64 {
	var ssim, sum float64
	for i, other := range newDSSIM(img) {
		ssim += scaleWeights[i] * similarity(&r[i], &other)
		sum += scaleWeights[i]
	}
	return sum/ssim - 1
}

// similarity is the mean SSIM of one scale. The three channels are pooled before the division, so that noise in a
// channel that is flat weighs no more than its size.
func similarity(a, b *dssimLevel) float64 {
	products := dot(a.lab, b.lab).blur()
	var total float64
	for i := range products.v {
		var aa, bb, ab float64
		for k := range a.mean {
			x, y := float64(a.mean[k].v[i]), float64(b.mean[k].v[i])
			aa, bb, ab = aa+x*x, bb+y*y, ab+x*y
		}
		variances := float64(a.squares.v[i]) + float64(b.squares.v[i]) - aa - bb
		total += (2*ab + c1) * (2*(float64(products.v[i])-ab) + c2) / ((aa + bb + c1) * (max(variances, 0) + c2))
	}
	return total / float64(len(products.v))
}

func newPlane(w, h int) plane { return plane{w, h, make([]float32, w*h)} }

// dot returns the sum of the products of the channels.
func dot(a, b [3]plane) plane {
	out := newPlane(a[0].w, a[0].h)
	for k := range a {
		for i, v := range a[k].v {
			out.v[i] += v * b[k].v[i]
		}
	}
	return out
}

// half returns the means of 2 × 2 samples; a last odd row or column is dropped, a single one kept.
func (p plane) half() plane {
	out := newPlane(max(p.w/2, 1), max(p.h/2, 1))
	right, below := min(1, p.w-1), min(1, p.h-1)*p.w
	for y := range out.h {
		for x := range out.w {
			at := 2*y*p.w + 2*x
			out.v[y*out.w+x] = (p.v[at] + p.v[at+right] + p.v[at+below] + p.v[at+below+right]) / 4
		}
	}
	return out
}

// window is a Gaussian of σ = 1.5 over 11 samples (Wang et al. 2004), from its middle outward.
func window() (taps [6]float32) {
	sum := 0.0
	for i := -5; i <= 5; i++ {
		sum += math.Exp(-float64(i*i) / 4.5)
	}
	for i := range taps {
		taps[i] = float32(math.Exp(-float64(i*i)/4.5) / sum)
	}
	return taps
}

// blur applies window across and down; the border is repeated.
func (p plane) blur() plane { return p.blurAcross().transposed().blurAcross().transposed() }

func (p plane) blurAcross() plane {
	taps, out := window(), newPlane(p.w, p.h)
	const reach = len(taps) - 1
	padded := make([]float32, p.w+2*reach)
	for y := range p.h {
		row := p.v[y*p.w : (y+1)*p.w]
		copy(padded[reach:], row)
		for i := range reach {
			padded[i], padded[reach+p.w+i] = row[0], row[p.w-1]
		}
		for x := range row {
			near := padded[x : x+2*reach+1]
			sum := near[reach] * taps[0]
			for i := 1; i <= reach; i++ {
				sum += (near[reach-i] + near[reach+i]) * taps[i]
			}
			out.v[y*p.w+x] = sum
		}
	}
	return out
}

func (p plane) transposed() plane {
	out := newPlane(p.h, p.w)
	for y := range p.h {
		for x := range p.w {
			out.v[x*p.h+y] = p.v[y*p.w+x]
		}
	}
	return out
}

// toLinear undoes sRGB's curve (IEC 61966-2-1). Alpha is not looked at.
func toLinear(img *image.NRGBA) (rgb [3]plane) {
	var curve [256]float32
	for i := range curve {
		v := float64(i) / 255
		if v <= 0.04045 {
			curve[i] = float32(v / 12.92)
		} else {
			curve[i] = float32(math.Pow((v+0.055)/1.055, 2.4))
		}
	}
	for k := range rgb {
		rgb[k] = newPlane(img.Rect.Dx(), img.Rect.Dy())
		for i := range rgb[k].v {
			rgb[k].v[i] = curve[img.Pix[4*i+k]]
		}
	}
	return rgb
}

// toLab converts linear sRGB to CIE L*a*b* (D65), L* divided by 100 and a*, b* by 220 and moved to 0.5.
func toLab(rgb [3]plane) (lab [3]plane) {
	for k := range lab {
		lab[k] = newPlane(rgb[0].w, rgb[0].h)
	}
	for i := range rgb[0].v {
		r, g, b := float64(rgb[0].v[i]), float64(rgb[1].v[i]), float64(rgb[2].v[i])
		x := labCurve((0.4124564*r + 0.3575761*g + 0.1804375*b) / 0.95047)
		y := labCurve(0.2126729*r + 0.7151522*g + 0.0721750*b)
		z := labCurve((0.0193339*r + 0.1191920*g + 0.9503041*b) / 1.08883)
		lab[0].v[i] = float32(1.16*y - 0.16)
		lab[1].v[i] = float32(0.5 + 500*(x-y)/220)
		lab[2].v[i] = float32(0.5 + 200*(y-z)/220)
	}
	return lab
}

func labCurve(t float64) float64 {
	const delta = 6.0 / 29
	if t > delta*delta*delta {
		return math.Cbrt(t)
	}
	return t/(3*delta*delta) + 4.0/29
}
