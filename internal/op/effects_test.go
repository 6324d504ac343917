package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// samples are an effect's values that say most about it.
var samples = []effect.Effect{
	{Kind: effect.Brightness, Number: 0.4},
	{Kind: effect.Brightness, Number: 1.7},
	{Kind: effect.Brightness, Number: 10},
	{Kind: effect.Contrast, Number: 0.3},
	{Kind: effect.Contrast, Number: 2.5},
	{Kind: effect.Contrast, Number: 10},
	{Kind: effect.Saturation, Number: 0.1},
	{Kind: effect.Saturation, Number: 3},
	{Kind: effect.Saturation, Number: 10},
	{Kind: effect.Hue, Number: 1},
	{Kind: effect.Hue, Number: 90},
	{Kind: effect.Hue, Number: 200},
	{Kind: effect.Gamma, Number: 0.1},
	{Kind: effect.Gamma, Number: 0.5},
	{Kind: effect.Gamma, Number: 2.2},
	{Kind: effect.Gamma, Number: 10},
	{Kind: effect.Gray},
	{Kind: effect.Sepia},
	{Kind: effect.Invert},
	{Kind: effect.Tint, Colors: [2][3]uint8{{30, 60, 200}}},
	{Kind: effect.Tint, Colors: [2][3]uint8{{255, 255, 0}}},
	{Kind: effect.Duotone, Colors: [2][3]uint8{{20, 0, 80}, {255, 220, 150}}},
	{Kind: effect.Duotone, Colors: [2][3]uint8{{255, 255, 255}, {0, 0, 0}}},
	{Kind: effect.Blur, Number: 0.3},
	{Kind: effect.Blur, Number: 1},
	{Kind: effect.Blur, Number: 1.99},
	{Kind: effect.Blur, Number: 2},
	{Kind: effect.Blur, Number: 4},
	{Kind: effect.Blur, Number: 8},
	{Kind: effect.Blur, Number: 15.9},
	{Kind: effect.Blur, Number: 33},
	{Kind: effect.Blur, Number: 80},
	{Kind: effect.Blur, Number: 250},
	{Kind: effect.Sharpen, Number: 0.5},
	{Kind: effect.Sharpen, Number: 1},
	{Kind: effect.Sharpen, Number: 10},
	{Kind: effect.Pixelate, Number: 2},
	{Kind: effect.Pixelate, Number: 7},
	{Kind: effect.Pixelate, Number: 256},
}

func TestEveryEffectIsCompared(t *testing.T) {
	seen := map[effect.Kind]bool{}
	for _, e := range samples {
		seen[e.Kind] = true
	}
	for k := range effect.Count {
		if effects[k] == nil || !seen[effect.Kind(k)] {
			t.Errorf("%s: want a function and samples", effect.Table[k].Name)
		}
	}
}

// scenes are pictures of different kinds, as straight colours and alpha from 0 to 1.
var scenes = []struct {
	name string
	at   func(x, y int, noise *rand.Rand) [4]float64
}{
	{"waves", func(x, y int, _ *rand.Rand) [4]float64 {
		s := func(k float64) float64 { return 0.5 + 0.5*math.Sin(k*float64(x)/9+float64(y)/(5+k)) }
		return [4]float64{s(1), s(1.7), s(0.4), s(0.3)}
	}},
	{"noise", func(_, _ int, r *rand.Rand) [4]float64 {
		return [4]float64{r.Float64(), r.Float64(), r.Float64(), r.Float64()}
	}},
	{"edges", func(x, y int, _ *rand.Rand) [4]float64 {
		v := [4]float64{3: 1}
		v[x/16%3] = 1
		if y/20%2 == 0 {
			v[3] = float64(x / 13 % 2)
		}
		return v
	}},
}

func TestEffects(t *testing.T) {
	for _, scene := range scenes {
		for _, e := range samples {
			for _, alpha := range []bool{false, true} {
				name := fmt.Sprintf("%s/%s %g %v/alpha %t", scene.name, effect.Table[e.Kind].Name, e.Number, e.Colors, alpha)
				t.Run(name, func(t *testing.T) {
					r := rand.New(rand.NewPCG(1, 2))
					f := working(t, frame.RGB, 93, 61, alpha, func(x, y int) (v [4]float64) {
						for i, c := range scene.at(x, y, r) {
							v[i] = math.Round(c * 65535)
						}
						return v
					})
					defer f.Release()
					want := slow(straight(f), e)
					if err := Apply(f, e); err != nil {
						t.Fatal(err)
					}
					if got := psnr(straight(f), want); got < 45 {
						t.Errorf("want at least 45 dB to the reference, got %.1f", got)
					}
					wantHidden(t, f)
				})
			}
		}
	}
}

// wantHidden checks that no colour is above its alpha, by more than rounding.
func wantHidden(t *testing.T, f *frame.Frame) {
	t.Helper()
	if !f.HasAlpha() {
		return
	}
	for y := range f.Height {
		for x, a := range words(&f.Alpha, y) {
			for i := range f.Planes {
				if v := words(&f.Planes[i], y)[x]; int(v) > int(a)+64 {
					t.Fatalf("(%d, %d): plane %d is %d above alpha %d", x, y, i, v, a)
				}
			}
		}
	}
}

// A Gaussian must not move or change a flat picture, whatever its shape, and must keep a picture's mean.
func TestBlurOfShapes(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 300}, {300, 1}, {2, 3}, {7, 5}, {64, 64}, {65, 31}} {
		for _, sigma := range []float64{0.3, 1.99, 2, 5, 9.61, 40, 250, 1000} {
			f := working(t, frame.Gray, size[0], size[1], false, func(_, _ int) [4]float64 { return [4]float64{41234} })
			if err := Apply(f, effect.Effect{Kind: effect.Blur, Number: sigma}); err != nil {
				t.Fatal(err)
			}
			for y := range f.Height {
				for x, v := range words(&f.Planes[0], y) {
					if v < 41233 || v > 41235 {
						t.Fatalf("%v sigma %g: (%d, %d) is %d, want 41234", size, sigma, x, y, v)
					}
				}
			}
			f.Release()
		}
	}
}

// White, black and what is opaque have to stay exactly that, and sums have to have room for white.
func TestFlatStays(t *testing.T) {
	for _, e := range []effect.Effect{
		{Kind: effect.Blur, Number: 0.3},
		{Kind: effect.Blur, Number: 1.99},
		{Kind: effect.Blur, Number: 2},
		{Kind: effect.Blur, Number: 1000},
		{Kind: effect.Sharpen, Number: 1},
		{Kind: effect.Sharpen, Number: 10},
		{Kind: effect.Pixelate, Number: 2},
		{Kind: effect.Pixelate, Number: 1024},
		{Kind: effect.Gamma, Number: 0.1},
	} {
		for _, v := range []float64{0, opaque} {
			f := working(t, frame.RGB, 301, 307, true, func(_, _ int) [4]float64 { return [4]float64{v, v, v, opaque} })
			if err := Apply(f, e); err != nil {
				t.Fatal(err)
			}
			for i, p := range channels(f) {
				want := uint16(v)
				if i == 3 {
					want = opaque
				}
				for y := range f.Height {
					if row := words(p, y); slices.Min(row) != want || slices.Max(row) != want {
						t.Fatalf("%s %g: row %d of plane %d is %d to %d, want %d", effect.Table[e.Kind].Name, e.Number, y, i,
							slices.Min(row), slices.Max(row), want)
					}
				}
			}
			f.Release()
		}
	}
}

func TestApplyRefuses(t *testing.T) {
	f := working(t, frame.YCbCr, 4, 4, false, func(_, _ int) [4]float64 { return [4]float64{1, 1, 1} })
	defer f.Release()
	if err := Apply(f, effect.Effect{Kind: effect.Sepia}); err == nil {
		t.Error("sepia took a YCbCr frame")
	}
	if err := Apply(f, effect.Effect{Kind: effect.Kind(effect.Count)}); err == nil {
		t.Error("an unknown effect was done")
	}
}
