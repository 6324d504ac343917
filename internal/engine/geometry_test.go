package engine

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/testkit/imagetest"
)

// A PNG of a PNG loses nothing but what the resize rounds: it must be the reference, wherever things go. Where 200 pixels
// become one, zimg's whole-numbered weights cost up to three levels.
const (
	wantLossless = 55 // dB
	wantOnePixel = 41
)

func checkReference(t *testing.T, src []byte, orientation int, query string, alpha bool) {
	t.Helper()
	img := imagetest.Photo(203, 151)
	if alpha {
		img = imagetest.WithAlpha(img)
	}
	got := run(t, src, query, format.PNG)
	want := reference(img, orientation, parse(t, query), true)
	if got.img.Rect != want.Rect {
		t.Fatalf("want %v, got %v", want.Rect, got.img.Rect)
	}
	bound := float64(wantLossless)
	if size := want.Rect.Size(); size.X*size.Y == 1 {
		bound = wantOnePixel
	}
	if p := imagetest.PSNR(want, got.img); p < bound {
		t.Errorf("want %g dB against the reference, got %.1f", bound, p)
	}
}

func TestGeometry(t *testing.T) {
	opaque := imagetest.EncodePNG(t, imagetest.Photo(203, 151), imagetest.PNG{})
	clear := imagetest.EncodePNG(t, imagetest.WithAlpha(imagetest.Photo(203, 151)), imagetest.PNG{Alpha: true})
	for _, query := range []string{
		"", "w=100", "h=40", "w=101", "w=1", "h=1", "w=1&h=1&fit=fill", "w=90&h=20&fit=fill", "w=7&h=150&fit=fill",
		"w=90&h=90", "w=90&h=90&fit=outside", "w=90&h=90&fit=cover", "w=33&h=90&fit=cover", "w=203&h=40&fit=cover",
		"w=90&h=90&fit=cover&g=left", "w=90&h=90&fit=cover&g=bottom-right", "w=100&h=20&fit=cover&g=0.3x0.8",
		"w=400", "w=400&h=400&fit=cover", "w=400&h=100&fit=fill", "w=400&up=1", "w=300&h=300&fit=cover&up=1",
		"w=300&h=200&fit=fill&up=1", "crop=0,0,20,20&w=90&up=1", "w=50&dpr=2", "w=50&dpr=1.5&h=77",
		"crop=31,17,101,73", "crop=31,17,101,73&w=50", "crop=0.25,0.25,0.5,0.5&w=40", "crop=0.1,0.3,0.33,0.7", "crop=1,1,1,1",
		"crop=101,0,500,500&w=60", "crop=33,21,64,64&w=31&rot=90", "rot=90", "rot=180&w=77", "rot=270&h=99", "flip=h", "flip=v&w=50",
		"flip=hv&rot=90&w=51", "w=90&h=90&fit=cover&g=left&rot=90", "w=90&h=90&fit=cover&g=top&flip=v&rot=270",
		"w=120&h=120&fit=pad", "w=121&h=64&fit=pad&g=left", "w=120&h=120&fit=pad&bg=f80", "w=300&h=300&fit=pad&g=0.2x1",
		"w=120&h=120&fit=pad&rot=90&g=top&bg=123456", "w=60&bg=0a0",
	} {
		t.Run(query, func(t *testing.T) {
			checkReference(t, opaque, 1, query, false)
			checkReference(t, clear, 1, query, true)
		})
	}
}

func TestOrientationWithTurns(t *testing.T) {
	for orientation := 1; orientation <= 8; orientation++ {
		src := imagetest.EncodePNG(t, imagetest.Photo(203, 151), imagetest.PNG{Exif: orientation})
		for _, query := range []string{
			"w=60", "w=61&rot=90", "w=60&rot=180&flip=h", "h=47&rot=270&flip=v", "w=60&h=60&fit=cover&g=0.2x0.1",
			"crop=20,30,81,77&w=40&rot=90&flip=h", "w=70&h=90&fit=pad&g=right&bg=fff",
		} {
			t.Run(fmt.Sprintf("%d %s", orientation, query), func(t *testing.T) {
				checkReference(t, src, orientation, query, false)
			})
		}
	}
}

// A JPEG goes the direct way, chroma subsampled on both sides; turns, odd sizes and crops must not move it.
func TestSubsampledTurns(t *testing.T) {
	img := imagetest.Photo(203, 151)
	plain := imagetest.JPEGYCbCr(t, img, 2, 2, imagetest.JPEG{})
	for _, out := range []format.Format{format.JPEG, format.WebP, format.AVIF} {
		for orientation := 1; orientation <= 8; orientation++ {
			for _, query := range []string{"w=81&q=95", "w=80&rot=90&q=95", "crop=33,21,121,101&w=61&flip=h&q=95"} {
				if out == format.AVIF && orientation%2 == 0 {
					continue // the pixels are the same as for the others, and decoding by avifdec costs a process
				}
				t.Run(fmt.Sprintf("%s %d %s", out, orientation, query), func(t *testing.T) {
					got := run(t, imagetest.Mark(plain, imagetest.JPEG{Exif: orientation}), query, out)
					want := reference(img, orientation, parse(t, query), false)
					if p := imagetest.PSNR(want, got.img); p < 30 {
						t.Errorf("want 30 dB, got %.1f", p)
					}
				})
			}
		}
	}
}

// The sizes at which subsampling, padding and filters have nothing left to work on.
func TestTinyAndThin(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 2}, {2, 1}, {3, 3}, {1, 300}, {300, 1}, {5, 7}, {17, 9}} {
		img := imagetest.WithAlpha(imagetest.Photo(size[0], size[1]))
		sources := map[string][]byte{
			"jpeg": imagetest.JPEGYCbCr(t, img, 2, 2, imagetest.JPEG{}),
			"png":  imagetest.EncodePNG(t, img, imagetest.PNG{Alpha: true}),
			"webp": imagetest.WebP(t, img, true),
			"avif": imagetest.EncodeAVIF(t, img, imagetest.AVIF{SubX: 2, SubY: 2, Alpha: true}),
		}
		for name, src := range sources {
			for _, out := range format.Outputs() {
				for _, query := range []string{
					"", "w=1", "w=40&up=1", "w=9&h=9&fit=cover&up=1", "rot=90",
					"w=31&h=21&fit=pad",
				} {
					t.Run(fmt.Sprintf("%s %v %s %s", name, size, out, query), func(t *testing.T) {
						p := planned(t, src, query, out)
						runPlan(t, src, p)
					})
				}
			}
		}
	}
}

// Lines at known places show a shift of a tenth of a pixel, in every format on both sides.
func TestNothingShifts(t *testing.T) {
	const w, h, lines = 401, 61, 5
	var centres []float64
	for i := range lines {
		centres = append(centres, 40.3+80.1*float64(i))
	}
	img := imagetest.Chart(w, h, 6, centres...)
	sources := map[string][]byte{
		"jpeg 4:2:0": imagetest.JPEGYCbCr(t, img, 2, 2, imagetest.JPEG{}),
		"jpeg grey":  imagetest.JPEGGray(t, img, imagetest.JPEG{}),
		"png":        imagetest.EncodePNG(t, img, imagetest.PNG{}),
		"png alpha":  imagetest.EncodePNG(t, img, imagetest.PNG{Alpha: true}),
		"webp":       imagetest.WebP(t, img, false),
		"avif":       imagetest.EncodeAVIF(t, img, imagetest.AVIF{SubX: 2, SubY: 2}),
	}
	for name, src := range sources {
		for _, query := range []string{"w=401", "w=200", "w=133", "w=97", "w=50", "w=600&up=1", "crop=11,3,379,57&w=187"} {
			for _, out := range format.Outputs() {
				t.Run(fmt.Sprintf("%s %s %s", name, query, out), func(t *testing.T) {
					plan := planned(t, src, query+"&q=95", out)
					plan.Unchanged = false // or a chart of few bytes loses more quality than a place is measured with
					img := imagetest.Decode(t, runPlan(t, src, plan))
					left, width := 0.0, float64(w)
					if p := parse(t, query); p.Crop.Set {
						left, width = p.Crop.X.Value, p.Crop.W.Value
					}
					k := float64(img.Rect.Dx()) / width
					for _, c := range centres {
						at := (c - left) * k
						centre := imagetest.Centre(img, int(at-30*k), int(at+30*k))
						if d := math.Abs(centre - at); !(d < 0.1) {
							t.Errorf("a line stands at %.2f, want %.2f", centre, at)
						}
					}
				})
			}
		}
	}
}

// hues rises in red from left to right and in blue from top to bottom: a chroma plane that stands half a sample off
// makes all of it too high or too low.
func hues(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(40 + 180*x/w), 128, uint8(40 + 180*y/h), 255})
		}
	}
	return img
}

// maxBias is between what WebP's limited range costs, 0.9, and half a chroma sample, 1.75.
const maxBias = 1.1

func TestChromaStaysInPlace(t *testing.T) {
	img := hues(198, 162)
	clear := hues(198, 162)
	clear.Pix[3] = 254 // so that alpha counts
	for name, src := range map[string][]byte{
		"JPEG 4:4:4":       imagetest.JPEGYCbCr(t, img, 1, 1, imagetest.JPEG{}),
		"JPEG 4:2:0":       imagetest.JPEGYCbCr(t, img, 2, 2, imagetest.JPEG{}),
		"AVIF 4:2:0 alpha": imagetest.EncodeAVIF(t, clear, imagetest.AVIF{SubX: 2, SubY: 2, Alpha: true}),
	} {
		for _, query := range []string{
			"w=71", "w=71&flip=h", "w=71&flip=v", "w=71&flip=hv", "h=57&rot=90", "h=57&rot=270", "h=57&rot=90&flip=h",
			"crop=33,21,121,101&w=61", "crop=34,22,120,100&w=61&flip=hv",
		} {
			for _, out := range format.Outputs() {
				t.Run(name+" "+query+" "+out.String(), func(t *testing.T) {
					got := run(t, src, query+"&q=100", out)
					want := reference(img, 1, parse(t, query), false)
					if red, blue := bias(want, got.img, 0), bias(want, got.img, 2); math.Abs(red) > maxBias ||
						math.Abs(blue) > maxBias {
						t.Errorf("red is %.2f levels off in the mean, blue %.2f", red, blue)
					}
				})
			}
		}
	}
}

// bias is the mean of got − want in a channel, over whole chroma blocks away from the edges.
func bias(want, got *image.NRGBA, channel int) float64 {
	sum, n := 0, 0
	for y := 8; y < want.Rect.Dy()&^1-8; y++ {
		for x := 8; x < want.Rect.Dx()&^1-8; x++ {
			i := want.PixOffset(x, y) + channel
			sum += int(got.Pix[i]) - int(want.Pix[i])
			n++
		}
	}
	return float64(sum) / float64(n)
}
