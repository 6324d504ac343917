package engine

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/testkit/imagetest"
)

// simple returns pictures of few colours that have detail everywhere.
func simple() []imagetest.Named {
	paint := func(w, h int, at func(x, y int) int) *image.NRGBA {
		img := image.NewNRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				n := at(x, y)
				img.SetNRGBA(x, y, color.NRGBA{uint8(n * 83), uint8(n * 59), uint8(255 - n*31), 255})
			}
		}
		return img
	}
	glyphs := func(x, y int) int { // letters of 6 × 10 pixels, made of strokes
		n := uint32(x/6*7919+y/10*104729) * 2654435761
		if x%6 == 5 || y%10 > 7 {
			return 0
		}
		return int(n >> (x%6 + y%10/2*5) & 1)
	}
	return []imagetest.Named{
		{Name: "text", Img: paint(320, 200, glyphs)},
		{Name: "coloured text", Img: paint(320, 200, func(x, y int) int { return glyphs(x, y) * (1 + y/10%4) })},
		{Name: "pixel art", Img: paint(256, 256, func(x, y int) int { return (x/8*(y/8)/7 + x/40*3 + y/24*(x/8%4)) % 12 })},
		{Name: "icon", Img: paint(48, 48, func(x, y int) int { return (x*y/7 + x/5*3 + y/3*(x%4)) % 12 })},
		{Name: "dots", Img: paint(16, 16, func(x, y int) int { return (x + y) % 2 })},
	}
}

// TestFewColorsNeverGrow: a picture of few colours, as PNG of its own size, is never larger as WebP or PNG, whatever q
// asks for; lossy WebP would be five times as large.
func TestFewColorsNeverGrow(t *testing.T) {
	for _, p := range simple() {
		src := imagetest.Std(t, indexed(p.Img))
		for _, query := range []string{"q=1", "q=50", "q=80", "q=90", "q=100"} {
			for _, out := range []format.Format{format.WebP, format.PNG} {
				t.Run(fmt.Sprintf("%s to %s %s", p.Name, out, query), func(t *testing.T) {
					got := run(t, src, query, out)
					most := len(src)
					if out == format.PNG {
						most += int(packed * float64(len(src))) // another deflate wrote it
					}
					if len(got.data) > most {
						t.Errorf("%d bytes became %d", len(src), len(got.data))
					}
					want := run(t, src, query, format.PNG).img
					if psnr := imagetest.PSNR(want, got.img); got.info.Lossless && psnr < 38 {
						t.Errorf("lossless, but %.1f dB", psnr)
					}
				})
			}
		}
	}
}

// TestLosslessAVIF: where an AVIF is larger than its source and would be smaller without loss, it has none.
func TestLosslessAVIF(t *testing.T) {
	taken := 0
	for _, p := range simple() {
		src := imagetest.Std(t, indexed(p.Img))
		exact := run(t, src, "q=100", format.AVIF)
		for _, query := range []string{"q=1", "q=50", "q=80", "q=90"} {
			got := run(t, src, query, format.AVIF)
			if len(got.data) > len(src) && len(got.data) > len(exact.data) {
				t.Errorf("%s %s: %d bytes, without loss %d, the source has %d", p.Name, query, len(got.data),
					len(exact.data), len(src))
			}
			if len(got.data) == len(exact.data) {
				taken++
			}
		}
	}
	if taken == 0 {
		t.Error("no picture is smaller without loss: the test tries nothing")
	}
}

// indexed returns the picture with a palette, as the makers of such pictures write it.
func indexed(img *image.NRGBA) *image.Paletted {
	out := image.NewPaletted(img.Rect, nil)
	known := map[color.NRGBA]uint8{}
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			c := img.NRGBAAt(x, y)
			n, ok := known[c]
			if !ok {
				n = uint8(len(known))
				known[c] = n
				out.Palette = append(out.Palette, c)
			}
			out.SetColorIndex(x, y, n)
		}
	}
	return out
}
