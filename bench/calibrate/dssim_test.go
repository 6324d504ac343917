package main

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"imagekit/internal/testkit/imagetest"
)

// noisy adds noise of ±amount to the colours, the same at every call.
func noisy(img *image.NRGBA, amount int) *image.NRGBA {
	out := image.NewNRGBA(img.Rect)
	random := rand.New(rand.NewPCG(1, 2))
	copy(out.Pix, img.Pix)
	for i, v := range img.Pix {
		if i%4 != 3 {
			out.Pix[i] = uint8(min(max(int(v)+random.IntN(2*amount+1)-amount, 0), 255))
		}
	}
	return out
}

// softened averages each pixel with its right neighbours.
func softened(img *image.NRGBA, reach int) *image.NRGBA {
	out := image.NewNRGBA(img.Rect)
	w := img.Rect.Dx()
	for i := range img.Pix {
		x, sum := i/4%w, 0
		for d := range reach + 1 {
			sum += int(img.Pix[i+4*min(d, w-1-x)])
		}
		out.Pix[i] = uint8(sum / (reach + 1))
	}
	return out
}

func TestDSSIMOfEqualPicturesIsZero(t *testing.T) {
	for _, size := range []image.Point{{160, 120}, {33, 17}, {1, 1}} {
		img := imagetest.Photo(size.X, size.Y)
		if d := newDSSIM(img).distance(img); math.Abs(d) > 1e-6 {
			t.Errorf("%v: got %g", size, d)
		}
	}
}

func TestDSSIMRises(t *testing.T) {
	img := imagetest.Photo(160, 120)
	reference := newDSSIM(img)
	for name, change := range map[string]func(*image.NRGBA, int) *image.NRGBA{"noise": noisy, "blur": softened} {
		last := 0.0
		for amount := 1; amount <= 16; amount *= 2 {
			d := reference.distance(change(img, amount))
			if d < 1.2*last || d < 1e-5 {
				t.Errorf("%s of %d: got %g after %g", name, amount, d, last)
			}
			last = d
		}
	}
}

func TestDSSIMIsSymmetric(t *testing.T) {
	a := imagetest.Photo(160, 120)
	b := noisy(softened(a, 3), 9)
	there, back := newDSSIM(a).distance(b), newDSSIM(b).distance(a)
	if math.Abs(there-back) > 1e-6*there {
		t.Errorf("got %g there and %g back", there, back)
	}
}

// TestDSSIMSeesColours: a change of hue at equal luma counts, less than one of lightness of the same size.
func TestDSSIMSeesColours(t *testing.T) {
	img := imagetest.Photo(160, 120)
	hue, light := image.NewNRGBA(img.Rect), image.NewNRGBA(img.Rect)
	for i := 0; i < len(img.Pix); i += 4 {
		step := 12 * (i / 4 % 2)
		for k := range 3 {
			hue.Pix[i+k], light.Pix[i+k] = img.Pix[i+k], uint8(min(int(img.Pix[i+k])+step, 255))
		}
		hue.Pix[i] = uint8(min(int(img.Pix[i])+step, 255))
		hue.Pix[i+1] = uint8(max(int(img.Pix[i+1])-step*30/100, 0))
	}
	reference := newDSSIM(img)
	colour, lightness := reference.distance(hue), reference.distance(light)
	if colour < 1e-3 || colour > lightness {
		t.Errorf("got %g for hue and %g for lightness", colour, lightness)
	}
}

// TestLab checks known colours: CIE 15 gives sRGB's red as L* 53.24, a* 80.09, b* 67.20.
func TestLab(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	copy(img.Pix, []uint8{255, 0, 0, 255, 255, 255, 255, 255})
	lab := toLab(toLinear(img))
	want := [3][2]float64{{53.24, 100}, {80.09, 0}, {67.20, 0}}
	for k, scale := range [3]float64{100, 220, 220} {
		for i, w := range want[k] {
			got := float64(lab[k].v[i]) * scale
			if k > 0 {
				got -= 110
			}
			if math.Abs(got-w) > 0.05 {
				t.Errorf("channel %d of colour %d: got %.2f, want %.2f", k, i, got, w)
			}
		}
	}
}

// TestDSSIMOfFlatPictures: with no structure at all only lightness is left, and the formula can be done by hand: black
// is (0, ½, ½) and white is (1, ½, ½), so SSIM is (2·½ + c1)/(½ + 1½ + c1).
func TestDSSIMOfFlatPictures(t *testing.T) {
	black, white := image.NewNRGBA(image.Rect(0, 0, 40, 30)), image.NewNRGBA(image.Rect(0, 0, 40, 30))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	want := (2+c1)/(1+c1) - 1
	if got := newDSSIM(black).distance(white); math.Abs(got-want) > 1e-3 {
		t.Errorf("got %g, want %g", got, want)
	}
}
