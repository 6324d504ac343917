package look

import (
	"encoding/base64"
	"math"
)

// ThumbHash returns the ThumbHash (https://evanw.github.io/thumbhash/) of a picture, in base64. Its sides are at most 100
// pixels.
func ThumbHash(p Pixels) string { return base64.StdEncoding.EncodeToString(thumbHash(p)) }

// spectrum is a channel as a ThumbHash holds it: its mean, its other factors from 0 to 1, and what they were divided by.
type spectrum struct {
	mean, scale float64
	factors     []float64
}

func thumbHash(p Pixels) []byte {
	l, r, g, a := opponents(p)
	longer := float64(max(p.Width, p.Height))
	most := 7.0
	if a != nil {
		most = 5
	}
	lx, ly := max(1, round(most*float64(p.Width)/longer)), max(1, round(most*float64(p.Height)/longer))
	luma, yellow, red := p.spectrum(l, max(3, lx), max(3, ly)), p.spectrum(r, 3, 3), p.spectrum(g, 3, 3)

	landscape, transparent := p.Width > p.Height, a != nil
	head := round(63*luma.mean) | round(31.5+31.5*yellow.mean)<<6 | round(31.5+31.5*red.mean)<<12 |
		round(31*luma.scale)<<18 | bit(transparent)<<23
	side := lx
	if landscape {
		side = ly
	}
	more := side | round(63*yellow.scale)<<3 | round(63*red.scale)<<9 | bit(landscape)<<15
	hash := []byte{byte(head), byte(head >> 8), byte(head >> 16), byte(more), byte(more >> 8)}
	channels := []spectrum{luma, yellow, red}
	if transparent {
		alpha := p.spectrum(a, 5, 5)
		hash = append(hash, byte(round(15*alpha.mean)|round(15*alpha.scale)<<4))
		channels = append(channels, alpha)
	}
	half := false
	for _, c := range channels {
		for _, f := range c.factors {
			if v := byte(round(15 * f)); half {
				hash[len(hash)-1] |= v << 4
			} else {
				hash = append(hash, v)
			}
			half = !half
		}
	}
	return hash
}

// opponents returns the channels of the picture, laid on its average colour: luma, yellow against blue, red against green,
// and alpha, which is nil for an opaque one.
func opponents(p Pixels) (l, yb, rg, alpha []float64) {
	n := p.Width * p.Height
	l, yb, rg, alpha = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	mean, covered := p.mean()
	for i := range n {
		px := p.RGBA[4*i:][:4]
		a := float64(px[3]) / 255
		var c [3]float64
		for k := range c {
			c[k] = mean[k]*(1-a) + a/255*float64(px[k])
		}
		l[i], yb[i], rg[i], alpha[i] = (c[0]+c[1]+c[2])/3, (c[0]+c[1])/2-c[2], c[0]-c[1], a
	}
	if covered >= float64(n) {
		alpha = nil
	}
	return l, yb, rg, alpha
}

// mean is the average of the colours, each as much as it is seen, from 0 to 1, and how many pixels they cover.
func (p Pixels) mean() (c [3]float64, covered float64) {
	for i := 0; i < len(p.RGBA); i += 4 {
		a := float64(p.RGBA[i+3]) / 255
		for k := range c {
			c[k] += a / 255 * float64(p.RGBA[i+k])
		}
		covered += a
	}
	if covered > 0 {
		for k := range c {
			c[k] /= covered
		}
	}
	return c, covered
}

// spectrum returns the factors of a channel for a triangle of nx × ny products of cosines.
func (p Pixels) spectrum(channel []float64, nx, ny int) spectrum {
	all := project(channel, newWaves(nx, p.Width, 0.5), newWaves(ny, p.Height, 0.5))
	s := spectrum{mean: all[0][0]}
	for y := range ny {
		for x := 0; x*ny < nx*(ny-y); x++ {
			if x+y > 0 {
				s.factors = append(s.factors, all[y][x])
				s.scale = max(s.scale, math.Abs(all[y][x]))
			}
		}
	}
	if s.scale > 0 {
		for i, f := range s.factors {
			s.factors[i] = 0.5 + 0.5/s.scale*f
		}
	}
	return s
}

// round rounds half up.
func round(v float64) int { return int(math.Floor(v + 0.5)) }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
