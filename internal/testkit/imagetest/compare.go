package imagetest

import (
	"image"
	"image/color"
	"math"
)

// Over composes img on an opaque background. The result stands at the origin.
func Over(img image.Image, bg color.NRGBA) *image.NRGBA {
	n := NRGBA(img)
	out := image.NewNRGBA(n.Rect)
	under := [3]int{int(bg.R), int(bg.G), int(bg.B)}
	for i := 0; i < len(n.Pix); i += 4 {
		a := int(n.Pix[i+3])
		for k, u := range under {
			out.Pix[i+k] = uint8((int(n.Pix[i+k])*a + u*(255-a) + 127) / 255)
		}
		out.Pix[i+3] = 255
	}
	return out
}

// NRGBA returns img with straight alpha and its corner at the origin; img itself when it is so already.
func NRGBA(img image.Image) *image.NRGBA {
	if n, ok := img.(*image.NRGBA); ok && n.Rect.Min == (image.Point{}) {
		return n
	}
	b := img.Bounds()
	out := image.NewNRGBA(image.Rectangle{Max: b.Size()})
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(x, y, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// Distance tells how unlike two pictures are, whatever their sizes: hash is the Hamming distance 0…64 of their
// difference hashes (where the luma rises from left to right on a grid of 9 × 8), worst the largest distance of a
// channel's mean over the cells of a grid of 8 × 8. Both are the worse of the two pictures over white and over black.
// Structure that is moved, turned or mirrored shows in hash, wrong colours and lost alpha in worst.
func Distance(a, b image.Image) (hash int, worst float64) {
	for _, bg := range []color.NRGBA{{255, 255, 255, 255}, {0, 0, 0, 255}} {
		p, q := Over(a, bg), Over(b, bg)
		hash = max(hash, hashDistance(rises(p), rises(q)))
		worst = max(worst, colorDistance(p, q))
	}
	return hash, worst
}

// rises returns by how much the luma of each cell is above its left neighbour's.
func rises(img *image.NRGBA) (list [64]float64) {
	for y := range 8 {
		last := 0.0
		for x := range 9 {
			m := mean(img, cell(img, x, y, 9, 8))
			luma := 0.299*m[0] + 0.587*m[1] + 0.114*m[2]
			if x > 0 {
				list[8*y+x-1] = luma - last
			}
			last = luma
		}
	}
	return list
}

// hashDistance counts where one rises and the other does not. What is nearly level in both has no direction.
func hashDistance(a, b [64]float64) (n int) {
	const level = 2
	for i := range a {
		if (a[i] > 0) != (b[i] > 0) && math.Abs(a[i]-b[i]) > level {
			n++
		}
	}
	return n
}

func colorDistance(a, b *image.NRGBA) (worst float64) {
	for y := range 8 {
		for x := range 8 {
			p, q := mean(a, cell(a, x, y, 8, 8)), mean(b, cell(b, x, y, 8, 8))
			for k := range 3 {
				worst = max(worst, math.Abs(p[k]-q[k]))
			}
		}
	}
	return worst
}

// cell returns cell x, y of a grid over img, at least one pixel large.
func cell(img *image.NRGBA, x, y, across, down int) image.Rectangle {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	x0, y0 := min(x*w/across, w-1), min(y*h/down, h-1)
	return image.Rect(x0, y0, max(x0+1, (x+1)*w/across), max(y0+1, (y+1)*h/down))
}

// PSNR returns the peak signal to noise ratio of two pictures of one size in dB over R, G, B and alpha, colours
// weighted by alpha; +Inf when they are equal.
func PSNR(a, b image.Image) float64 {
	p, q := NRGBA(a), NRGBA(b)
	if p.Rect != q.Rect {
		return 0
	}
	var sum float64
	for i := 0; i < len(p.Pix); i += 4 {
		pa, qa := float64(p.Pix[i+3]), float64(q.Pix[i+3])
		sum += (pa - qa) * (pa - qa)
		for k := range 3 {
			d := float64(p.Pix[i+k])*pa/255 - float64(q.Pix[i+k])*qa/255
			sum += d * d
		}
	}
	return 10 * math.Log10(255*255*float64(len(p.Pix))/sum)
}
