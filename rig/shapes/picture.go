package main

import (
	"image"
	"image/color"
	"image/png"
	"os"

	"imagekit/internal/format"
)

// mostPixels is the default of IMAGEKIT_MAX_OUTPUT_PIXELS.
const mostPixels = 25_000_000

// shapes lists sizes that a format should hold: lines, one pixel more than powers of two, and the bounds of area, of
// tiles and of levels. Large pictures take the time: each bound is tried once, lying where nothing says tall.
func shapes(f format.Format) (list []image.Point) {
	most := min(f.MaxSide(), 1<<16)
	add := func(w, h int) {
		if w <= most && h <= most && w*h <= mostPixels {
			list = append(list, image.Pt(w, h))
		}
	}
	add(1, 1)
	for _, side := range []int{1, 3} {
		add(side, most)
		add(most, side)
	}
	for side, lying := 2, true; side < most; side, lying = side*2, !lying {
		if lying {
			add(side+1, 33)
		} else {
			add(3, side+1)
		}
	}
	add(5000, 5000)
	add(most, mostPixels/most)
	for _, s := range [][2]int{
		{4097, 2305}, // the largest tile of AV1, and one more
		{1084, 8705}, // what libaom 3.6 tiles as nobody else does
		{1280, 9000},
	} {
		add(s[0], s[1])
	}
	return list
}

var quarters = [4]color.RGBA{{200, 40, 40, 255}, {40, 160, 60, 255}, {40, 60, 200, 255}, {220, 200, 60, 255}}

// colorAt is the picture: four quarters, or halves where a side is too short for chroma that pixels share.
func colorAt(size, p image.Point) color.RGBA {
	n := 0
	if size.X >= 64 && p.X >= size.X/2 {
		n++
	}
	if size.Y >= 64 && p.Y >= size.Y/2 {
		n += 2
	}
	return quarters[n]
}

// places are the middles of the quarters and the corners.
func places(size image.Point) (list []image.Point) {
	for _, y := range []int{0, size.Y / 4, size.Y * 3 / 4, size.Y - 1} {
		for _, x := range []int{0, size.X / 4, size.X * 3 / 4, size.X - 1} {
			list = append(list, image.Pt(x, y))
		}
	}
	return list
}

// far reports whether a colour is another one, and not only coded with loss.
func far(a, b color.RGBA) bool {
	const tolerance = 20
	for _, d := range []int{int(a.R) - int(b.R), int(a.G) - int(b.G), int(a.B) - int(b.B)} {
		if d > tolerance || d < -tolerance {
			return true
		}
	}
	return false
}

func writeSource(name string, size image.Point) error {
	img := image.NewPaletted(image.Rectangle{Max: size}, color.Palette{quarters[0], quarters[1], quarters[2], quarters[3]})
	for y := range size.Y {
		row := img.Pix[y*img.Stride:]
		for x := range size.X {
			row[x] = uint8(img.Palette.Index(colorAt(size, image.Pt(x, y))))
		}
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(file, img)
}
