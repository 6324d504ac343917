package engine

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"imagekit/internal/codec/avif"
	"imagekit/internal/format"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
)

var (
	red   = color.NRGBA{200, 40, 40, 255}
	green = color.NRGBA{40, 160, 60, 255}
	blue  = color.NRGBA{40, 60, 200, 255}
	gold  = color.NRGBA{220, 200, 60, 255}
)

func plain(w, h int, c color.NRGBA) *image.NRGBA {
	return imagetest.Over(image.NewNRGBA(image.Rect(0, 0, w, h)), c)
}

// quarters is a picture of four colours.
func quarters(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, [4]color.NRGBA{red, green, blue, gold}[y*2/h*2+x*2/w])
		}
	}
	return img
}

// corners fails when the middles of the quarters have other colours.
func corners(t *testing.T, img *image.NRGBA, want ...color.NRGBA) {
	t.Helper()
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for i, at := range []image.Point{{w / 4, h / 4}, {3 * w / 4, h / 4}, {w / 4, 3 * h / 4}, {3 * w / 4, 3 * h / 4}} {
		if c := img.NRGBAAt(at.X, at.Y); colorDistance(c, want[i]) > 4 {
			t.Errorf("at %v: got %v, want %v", at, c, want[i])
		}
	}
}

var flat = imagetest.AVIF{SubX: 1, SubY: 1, CICP: avif.CICP{Primaries: 1, Transfer: 13, Matrix: 6}}

// TestGridOrder: tiles stand where dimg says, whatever their numbers, however often one is used; alpha may be a grid, or
// belong to each tile.
func TestGridOrder(t *testing.T) {
	var tiles []imagetest.Item
	for _, c := range []color.NRGBA{red, green, blue, gold} {
		tiles = append(tiles, imagetest.CodedItem(t, plain(64, 64, c), flat))
	}
	size := image.Pt(128, 128)
	for _, c := range []struct {
		name  string
		order []uint16
		want  []color.NRGBA
	}{
		{"in order", []uint16{2, 3, 4, 5}, []color.NRGBA{red, green, blue, gold}},
		{"backwards", []uint16{5, 4, 3, 2}, []color.NRGBA{gold, blue, green, red}},
		{"one twice", []uint16{2, 3, 3, 2}, []color.NRGBA{red, green, green, red}},
		{"one alone", []uint16{4, 4, 4, 4}, []color.NRGBA{blue, blue, blue, blue}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := imagetest.BuildAVIF(append([]imagetest.Item{imagetest.GridItem(2, 2, size, c.order...)}, tiles...)...)
			corners(t, run(t, file, "", format.PNG).img, c.want...)
		})
	}
	alpha := func(level uint8) imagetest.Item {
		a := flat
		a.SubX, a.SubY = 0, 0
		return imagetest.CodedItem(t, plain(64, 64, color.NRGBA{level, level, level, 255}), a, imagetest.AlphaProperty())
	}
	want := []color.NRGBA{red, green, blue, gold}
	for i, level := range []uint8{255, 200, 150, 100} {
		want[i].A = level
	}
	levels := []imagetest.Item{alpha(255), alpha(200), alpha(150), alpha(100)} // 6 to 9
	t.Run("alpha of tiles", func(t *testing.T) {
		items := append([]imagetest.Item{imagetest.GridItem(2, 2, size, 2, 3, 4, 5)}, tiles...)
		for i, x := range levels {
			x.AlphaOf = uint16(i + 2)
			items = append(items, x)
		}
		corners(t, run(t, imagetest.BuildAVIF(items...), "", format.PNG).img, want...)
		corners(t, run(t, imagetest.BuildAVIF(items[:8]...), "", format.PNG).img, red, green, blue, gold) // one is missing
	})
	t.Run("a grid of alpha", func(t *testing.T) {
		items := append(append([]imagetest.Item{imagetest.GridItem(2, 2, size, 2, 3, 4, 5)}, tiles...), levels...)
		grid := imagetest.GridItem(2, 2, size, 6, 7, 8, 9)
		grid.Properties, grid.AlphaOf = append(grid.Properties, imagetest.AlphaProperty()), 1
		corners(t, run(t, imagetest.BuildAVIF(append(items, grid)...), "", format.PNG).img, want...)
	})
}

// clap is the clean aperture of w × h whose top left corner stands at x, y of a picture of size.
func clap(size image.Point, x, y, w, h int) []byte {
	var b []byte
	for _, v := range []int{w, 1, h, 1, 2*x + w - size.X, 2, 2*y + h - size.Y, 2} {
		b = append(b, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	}
	return imagetest.Box("clap", b)
}

// TestCleanAperture: what lies right of and below a clean aperture is cut before anything is turned, cropped or resized;
// with alpha, and with chroma of odd sizes.
func TestCleanAperture(t *testing.T) {
	size := image.Pt(64, 48)
	img := quarters(56, 40)
	padded := plain(size.X, size.Y, color.NRGBA{255, 0, 255, 255})
	for y := range 40 {
		for x := range 56 {
			padded.SetNRGBA(x, y, img.NRGBAAt(x, y))
		}
	}
	irot, imir := imagetest.Box("irot", []byte{1}), imagetest.Box("imir", []byte{1})
	cut := clap(size, 0, 0, 56, 40)
	for _, c := range []struct {
		name       string
		properties [][]byte
		query      string
		w, h       int
		want       []color.NRGBA
	}{
		{"cut", [][]byte{cut}, "", 56, 40, []color.NRGBA{red, green, blue, gold}},
		{"resized", [][]byte{cut}, "w=28", 28, 20, []color.NRGBA{red, green, blue, gold}},
		{"then turned", [][]byte{cut, irot}, "", 40, 56, []color.NRGBA{green, gold, red, blue}},
		{"then mirrored", [][]byte{cut, imir}, "", 56, 40, []color.NRGBA{green, red, gold, blue}},
		{"turned and mirrored", [][]byte{imir, irot, cut}, "", 40, 56, []color.NRGBA{gold, green, blue, red}},
		{"cropped", [][]byte{cut, irot}, "crop=0,0,20,28", 20, 28, []color.NRGBA{green, green, green, green}},
		{"rotated", [][]byte{cut, irot}, "rot=90", 56, 40, []color.NRGBA{red, green, blue, gold}},
		{"odd", [][]byte{clap(size, 0, 0, 55, 39)}, "", 55, 39, []color.NRGBA{red, green, blue, gold}},
	} {
		for _, sub := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s, chroma 1/%d", c.name, sub), func(t *testing.T) {
				a := flat
				a.SubX, a.SubY = sub, sub
				x := imagetest.CodedItem(t, padded, a, c.properties...)
				a.SubX, a.SubY = 0, 0
				alpha := imagetest.CodedItem(t, plain(64, 48, color.NRGBA{128, 128, 128, 255}), a, imagetest.AlphaProperty())
				alpha.AlphaOf = 1
				for i, file := range [][]byte{imagetest.BuildAVIF(x), imagetest.BuildAVIF(x, alpha)} {
					got := run(t, file, c.query, format.PNG).img
					if s := got.Rect.Size(); s != image.Pt(c.w, c.h) {
						t.Fatalf("got %v, want %d × %d", s, c.w, c.h)
					}
					want := append([]color.NRGBA(nil), c.want...)
					for k := range want {
						want[k].A = [2]uint8{255, 128}[i]
					}
					corners(t, got, want...)
					if p := got.NRGBAAt(c.w-1, c.h-1); colorDistance(p, want[3]) > 12 {
						t.Errorf("the last pixel is %v, want %v", p, want[3])
					}
				}
			})
		}
	}
}

// TestApertureElsewhere: an aperture that does not begin at the top left hides nothing, as in Chromium, nor does one that
// is impossible; the memory of a picture is that of what is coded.
func TestApertureElsewhere(t *testing.T) {
	size := image.Pt(64, 48)
	for name, p := range map[string][]byte{
		"middle": clap(size, 4, 4, 56, 40), "right": clap(size, 8, 0, 56, 48), "below": clap(size, 0, 8, 64, 40),
		"too large": clap(size, 0, 0, 66, 50), "empty": clap(size, 0, 0, 0, 40), "short": imagetest.Box("clap",
			make([]byte, 31)),
		"no units": imagetest.Box("clap", make([]byte, 32)),
	} {
		t.Run(name, func(t *testing.T) {
			file := imagetest.BuildAVIF(imagetest.CodedItem(t, quarters(64, 48), flat, p))
			got := run(t, file, "", format.PNG).img
			if s := got.Rect.Size(); s != size {
				t.Errorf("got %v, want %v", s, size)
			}
		})
	}
	large := imagetest.CodedItem(t, plain(2048, 1024, red), flat)
	whole := planned(t, imagetest.BuildAVIF(large), "w=1", format.PNG)
	large.Properties = append(large.Properties, clap(image.Pt(2048, 1024), 0, 0, 1, 1))
	if p := planned(t, imagetest.BuildAVIF(large), "", format.PNG); p.Width != 1 || p.Memory < whole.Memory {
		t.Errorf("a picture of 1 × 1 cut from 2048 × 1024: %d wide, %d bytes, want the %d of the whole", p.Width, p.Memory,
			whole.Memory)
	}
}

// TestDerivedMatrix: chroma by a matrix that follows from the primaries (H.273 code 12) is that of BT.709, BT.2020, or
// of what no other code means.
func TestDerivedMatrix(t *testing.T) {
	img := quarters(64, 64)
	for _, c := range []struct {
		primaries, matrix uint8
		kr, kb            float64
	}{{1, 1, 0.2126, 0.0722}, {12, 0, 0.2290, 0.0793}, {9, 9, 0.2627, 0.0593}} {
		file := imagetest.EncodeAVIF(t, img, imagetest.AVIF{
			SubX: 1, SubY: 1,
			CICP: avif.CICP{Primaries: c.primaries, Transfer: 13, Matrix: 12},
		})
		got := run(t, file, "", format.PNG)
		// The file's samples are BT.601's, so red comes out as the derived matrix reads those.
		y := 0.299*200 + 0.587*40 + 0.114*40
		cr, cb := (200-y)/1.402, (40-y)/1.772
		r, b := y+2*(1-c.kr)*cr, y+2*(1-c.kb)*cb
		g := (y - c.kr*r - c.kb*b) / (1 - c.kr - c.kb)
		want := [3]float64{r, g, b}
		p := got.img.NRGBAAt(16, 16)
		if c.primaries == 9 { // another gamut: only that it is shown
			continue
		}
		for i, v := range []uint8{p.R, p.G, p.B} {
			if math.Abs(float64(v)-min(max(want[i], 0), 255)) > 3 {
				t.Errorf("primaries %d: got %v, want %.0f", c.primaries, p, want)
				break
			}
		}
	}
}

// TestStatedPeak: the brightest light that a file states decides how much its highlights are compressed.
func TestStatedPeak(t *testing.T) {
	v := uint8(math.Round(255 * pq(150)))
	a := imagetest.AVIF{SubX: 1, SubY: 1, Depth: 10, CICP: avif.CICP{Primaries: 9, Transfer: 16, Matrix: 9}}
	for peak, want := range map[int]uint8{0: 163, 4000: 163, 400: 200, 100: 222} {
		clli := imagetest.Box("clli", []byte{byte(peak >> 8), byte(peak), 0, 50})
		file := imagetest.BuildAVIF(imagetest.CodedItem(t, plain(64, 48, color.NRGBA{v, v, v, 255}), a, clli))
		info, err := probe.Read(file, probe.Limits{MaxPixels: 1e6})
		if err != nil || info.Peak != peak {
			t.Fatalf("got peak %d, %v", info.Peak, err)
		}
		p := planned(t, file, "", format.PNG)
		if p.Color != plan.ColorTransform {
			t.Fatal("want a transform")
		}
		if c := run(t, file, "", format.PNG).img.NRGBAAt(9, 9); colorDistance(c, color.NRGBA{want, want, want, 255}) > 3 {
			t.Errorf("peak %d: got %v, want %d", peak, c, want)
		}
	}
}
