package imagetest

import "image"

// toYCbCr converts by the full-range formulas of JFIF.
func toYCbCr(img *image.NRGBA) [3]*image.Gray { return byWeights(img, 0.299, 0.114) }

// byWeights converts to full range with these shares of red and blue in luma (H.273 §8.3, equations 38 to 40).
func byWeights(img *image.NRGBA, kr, kb float64) [3]*image.Gray {
	var p [3]*image.Gray
	for i := range p {
		p[i] = image.NewGray(img.Rect)
	}
	for i := range p[0].Pix {
		r, g, b := float64(img.Pix[4*i]), float64(img.Pix[4*i+1]), float64(img.Pix[4*i+2])
		y := kr*r + (1-kr-kb)*g + kb*b
		p[0].Pix[i], p[1].Pix[i], p[2].Pix[i] = clip(y), clip(128+(b-y)/(2-2*kb)), clip(128+(r-y)/(2-2*kr))
	}
	return p
}

// channel returns one channel of img.
func channel(img *image.NRGBA, i int) *image.Gray {
	out := image.NewGray(img.Rect)
	for k := range out.Pix {
		out.Pix[k] = img.Pix[4*k+i]
	}
	return out
}

// shrink returns the means of blocks of subX × subY samples, the last ones cut.
func shrink(p *image.Gray, subX, subY int) *image.Gray {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, (w+subX-1)/subX, (h+subY-1)/subY))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sum, n := 0, 0
			for sy := y * subY; sy < min((y+1)*subY, h); sy++ {
				for sx := x * subX; sx < min((x+1)*subX, w); sx++ {
					sum += int(p.Pix[p.PixOffset(sx, sy)])
					n++
				}
			}
			out.Pix[out.PixOffset(x, y)] = uint8((sum + n/2) / n)
		}
	}
	return out
}
