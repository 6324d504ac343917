package op

import (
	"math"

	"imagekit/internal/frame"
)

// affine is a change of colours R, G, B from 0 to 1: out[i] = Σ weight[i][j] · in[j] + offset[i], cut to 0…1. On
// premultiplied colours that is the same with offset · alpha, cut to 0…alpha, so nothing is divided.
type affine struct {
	weight [3][3]float64
	offset [3]float64
}

// luma is the share of R, G and B in luma (ITU-R BT.601-7 §2.5.1), by which the picture is stored anyway.
var luma = [3]float64{0.299, 0.587, 0.114}

// each is the affine that does the same to each colour.
func each(weight, offset float64) affine {
	return affine{
		weight: [3][3]float64{{weight, 0, 0}, {0, weight, 0}, {0, 0, weight}},
		offset: [3]float64{offset, offset, offset},
	}
}

// fixed is the unit of weights and offsets as whole numbers.
const fixed = 1 << 20

// apply changes the colours of an RGB or Gray frame. Of a grey one it does what all three rows would do to equal
// samples; an affine that colours greys wants an RGB frame.
func (a affine) apply(f *frame.Frame) {
	var weight [3][3]int
	var offset [3]int
	alone := true // no colour depends on another
	for i := range weight {
		offset[i] = int(math.Round(a.offset[i] * fixed))
		for j, w := range a.weight[i] {
			weight[i][j] = int(math.Round(w * fixed))
			alone = alone && (i == j || weight[i][j] == 0)
		}
	}
	if f.Model == frame.Gray {
		weight[0][0] += weight[0][1] + weight[0][2]
		alone = true
	}
	for y := range f.Height {
		alpha := alphaRow(f, y)
		if alone {
			for i := range f.Planes {
				affineAlone(words(&f.Planes[i], y), alpha, weight[i][i], offset[i])
			}
			continue
		}
		affineRow(words(&f.Planes[0], y), words(&f.Planes[1], y), words(&f.Planes[2], y), alpha, &weight, &offset)
	}
}

// alphaRow returns row y of the alpha plane, nil for an opaque frame.
func alphaRow(f *frame.Frame, y int) []uint16 {
	if !f.HasAlpha() {
		return nil
	}
	return words(&f.Alpha, y)
}

func affineAlone(row, alpha []uint16, weight, offset int) {
	if alpha == nil {
		base := offset*opaque + fixed/2
		for x, v := range row {
			row[x] = uint16(min(max((int(v)*weight+base)>>20, 0), opaque))
		}
		return
	}
	alpha = alpha[:len(row)]
	for x, v := range row {
		a := int(alpha[x])
		row[x] = uint16(min(max((int(v)*weight+a*offset+fixed/2)>>20, 0), a))
	}
}

func affineRow(r, g, b, alpha []uint16, weight *[3][3]int, offset *[3]int) {
	g, b = g[:len(r)], b[:len(r)]
	w, o := *weight, *offset
	a := opaque
	for x := range r {
		if alpha != nil {
			a = int(alpha[x])
		}
		vr, vg, vb := int(r[x]), int(g[x]), int(b[x])
		r[x] = uint16(min(max((vr*w[0][0]+vg*w[0][1]+vb*w[0][2]+a*o[0]+fixed/2)>>20, 0), a))
		g[x] = uint16(min(max((vr*w[1][0]+vg*w[1][1]+vb*w[1][2]+a*o[1]+fixed/2)>>20, 0), a))
		b[x] = uint16(min(max((vr*w[2][0]+vg*w[2][1]+vb*w[2][2]+a*o[2]+fixed/2)>>20, 0), a))
	}
}
