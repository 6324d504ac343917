package engine

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/testkit/imagetest"
)

var (
	white = color.NRGBA{255, 255, 255, 255}
	black = color.NRGBA{0, 0, 0, 255}
)

// maxEdge is the mean error of R, G and B over edge pixels, in levels, for formats that subsample chroma: the mean of
// four pixels' hue weighted by what can be seen of them gives 3.5 to 6.6 here, a plain mean 12 to 60.
const maxEdge = 7

// maxAVIFEdge is the same for an AVIF. The encoder of the portable engine takes R, G and B, which end at 255 where luma and
// the mean chroma would go beyond.
var maxAVIFEdge = map[bool]float64{false: maxEdge, true: 9}[imagetest.Portable]

// maxFlatEdge is the same for a JPEG, where white counts as much as the red beside it.
const maxFlatEdge = 13

// A saturated disc over a hidden colour: whoever averages chroma without alpha shows cyan or grey at its edge.
func TestDiscHasNoFringe(t *testing.T) {
	for _, size := range []struct {
		from, to int
		all      bool // through every decoder with alpha
	}{{320, 320, false}, {640, 320, false}, {400, 100, false}, {233, 141, true}} {
		disc := imagetest.Disc(size.from)
		want := reference(disc, 1, parse(t, fmt.Sprintf("w=%d", size.to)), true)
		edge := edgeOf(want)
		sources := map[string][]byte{"PNG": imagetest.EncodePNG(t, disc, imagetest.PNG{Alpha: true})}
		if size.all {
			sources["PNG 16 bit"] = imagetest.EncodePNG(t, disc, imagetest.PNG{Alpha: true, Depth: 16})
			sources["WebP lossless"] = imagetest.WebPLossless(t, disc, true)
			sources["AVIF 4:4:4"] = imagetest.EncodeAVIF(t, disc, imagetest.AVIF{SubX: 1, SubY: 1, Alpha: true})
		}
		for name, src := range sources {
			for _, out := range fullColor() {
				t.Run(fmt.Sprintf("%s %d to %d %s", name, size.from, size.to, out), func(t *testing.T) {
					got := run(t, src, fmt.Sprintf("w=%d&q=100", size.to), out)
					checkEdge(t, want, got.img, edge, out)
				})
			}
		}
	}
}

func checkEdge(t *testing.T, want, got *image.NRGBA, edge []int, out format.Format) {
	t.Helper()
	most := map[format.Format]float64{
		format.PNG: 1, format.JPEG: maxFlatEdge, format.WebP: maxEdge,
		format.AVIF: maxAVIFEdge,
	}[out]
	for _, bg := range []color.NRGBA{white, black} {
		if out == format.JPEG && bg == black {
			continue // it is on white already
		}
		a, b := imagetest.Over(want, bg), imagetest.Over(got, bg)
		sum := 0.0
		for _, i := range edge {
			for k := range 3 {
				sum += math.Abs(float64(a.Pix[i+k]) - float64(b.Pix[i+k]))
			}
		}
		if e := sum / float64(3*len(edge)); e > most {
			t.Errorf("over %v the edge is %.1f off in the mean, want at most %g", bg, e, most)
		}
	}
}

// edgeOf returns where in Pix the pixels stand that have both more and less alpha within two pixels.
func edgeOf(img *image.NRGBA) (list []int) {
	for y := 2; y < img.Rect.Dy()-2; y++ {
		for x := 2; x < img.Rect.Dx()-2; x++ {
			i := img.PixOffset(x, y)
			low, high := uint8(255), uint8(0)
			for d := -2; d <= 2; d++ {
				across, down := img.Pix[i+4*d+3], img.Pix[i+img.Stride*d+3]
				low, high = min(low, across, down), max(high, across, down)
			}
			if low < high {
				list = append(list, i)
			}
		}
	}
	return list
}

// What a crop cuts off must not shine in, at even and odd edges, through any decoder.
func TestCropDoesNotBleed(t *testing.T) {
	const w, h = 402, 120
	red, blue := color.NRGBA{200, 30, 40, 255}, color.NRGBA{20, 60, 230, 255}
	for _, edge := range []int{200, 201, 64, 65} {
		img := image.NewNRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				c := red
				if x >= edge {
					c = blue
				}
				img.SetNRGBA(x, y, c)
			}
		}
		clear := image.NewNRGBA(img.Rect)
		copy(clear.Pix, img.Pix)
		clear.Pix[3] = 254 // so that alpha counts
		full := map[string][]byte{
			"PNG":              imagetest.EncodePNG(t, img, imagetest.PNG{}),
			"PNG alpha":        imagetest.EncodePNG(t, clear, imagetest.PNG{Alpha: true}),
			"JPEG 4:4:4":       imagetest.JPEGYCbCr(t, img, 1, 1, imagetest.JPEG{}),
			"AVIF":             imagetest.EncodeAVIF(t, img, imagetest.AVIF{SubX: 1, SubY: 1}),
			"JPEG 4:2:0":       imagetest.JPEGYCbCr(t, img, 2, 2, imagetest.JPEG{}),
			"WebP":             imagetest.WebP(t, img, false),
			"AVIF 4:2:0":       imagetest.EncodeAVIF(t, img, imagetest.AVIF{SubX: 2, SubY: 2}),
			"AVIF 4:2:0 alpha": imagetest.EncodeAVIF(t, clear, imagetest.AVIF{SubX: 2, SubY: 2, Alpha: true}),
		}
		for name, src := range full {
			subsampled := name != "PNG" && name != "PNG alpha" && name != "JPEG 4:4:4" && name != "AVIF"
			if subsampled && edge%2 == 1 {
				continue // the two colours share chroma samples in the file itself
			}
			if strings.HasPrefix(name, "JPEG") && edge%16 != 0 {
				continue // and here a block: ringing
			}
			for _, scale := range []int{1, 2, 3, 7} {
				t.Run(fmt.Sprintf("%s edge %d scale 1/%d", name, edge, scale), func(t *testing.T) {
					left := run(t, src, fmt.Sprintf("crop=0,0,%d,%d&w=%d", edge, h, edge/scale), format.PNG)
					allNear(t, left.img, red)
					right := run(t, src, fmt.Sprintf("crop=%d,0,%d,%d&w=%d", edge, w-edge, h, (w-edge)/scale), format.PNG)
					allNear(t, right.img, blue)
				})
			}
		}
	}
}

func allNear(t *testing.T, img *image.NRGBA, want color.NRGBA) {
	t.Helper()
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if c := img.NRGBAAt(x, y); colorDistance(c, want) > 8 {
				t.Fatalf("pixel %d,%d is %v, want %v", x, y, c, want)
			}
		}
	}
}

// A canvas wider than the picture is transparent where the format can be, and neither picture nor canvas changes.
func TestPad(t *testing.T) {
	img := imagetest.Photo(120, 60)
	src := imagetest.JPEGYCbCr(t, img, 2, 2, imagetest.JPEG{})
	for _, out := range format.Outputs() {
		got := run(t, src, "w=81&h=99&fit=pad&g=top", out)
		top, bottom := got.img.NRGBAAt(40, 20), got.img.NRGBAAt(40, 80)
		if top.A != 255 {
			t.Errorf("%s: the picture became transparent: %v", out, top)
		}
		switch {
		case out.Alpha() && bottom.A != 0:
			t.Errorf("%s: want a transparent canvas, got %v", out, bottom)
		case !out.Alpha() && colorDistance(bottom, white) > 2:
			t.Errorf("%s: want a white canvas, got %v", out, bottom)
		}
	}
}
