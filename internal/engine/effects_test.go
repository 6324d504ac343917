package engine

import (
	"image"
	"image/color"
	"testing"

	"imagekit/internal/effect"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/testkit/imagetest"
)

// Every effect works with every kind of source and every format: the size stays, so does alpha, nothing that alpha hides
// comes to light, and all formats show the same.
func TestEffectsEverywhere(t *testing.T) {
	photo := imagetest.Photo(160, 120)
	cut := imagetest.WithAlpha(photo)
	sources := map[string][]byte{
		"jpeg":   imagetest.JPEGYCbCr(t, photo, 2, 2, imagetest.JPEG{}),
		"turned": imagetest.JPEGYCbCr(t, photo, 2, 2, imagetest.JPEG{Exif: 6}),
		"gray":   imagetest.JPEGGray(t, photo, imagetest.JPEG{}),
		"cmyk":   imagetest.JPEGCMYK(t, photo, false, imagetest.JPEG{}),
		"alpha":  imagetest.EncodePNG(t, cut, imagetest.PNG{Alpha: true}),
	}
	for name, src := range sources {
		for k := range effect.Table {
			query := "w=80&" + value(t, effect.Table[k].Name)
			t.Run(name+"/"+query, func(t *testing.T) {
				plain := run(t, src, "w=80", format.PNG)
				want := run(t, src, query, format.PNG)
				if want.img.Rect != plain.img.Rect {
					t.Fatalf("got %v, want %v", want.img.Rect, plain.img.Rect)
				}
				if effect.Kind(k) != effect.Blur && effect.Kind(k) != effect.Pixelate {
					sameAlpha(t, want.img, plain.img)
				}
				for _, out := range []format.Format{format.JPEG, format.WebP, format.AVIF} {
					got := run(t, src, query+"&q=95&bg=777", out)
					flat := run(t, src, query+"&bg=777", format.PNG)
					if psnr := imagetest.PSNR(got.img, flat.img); psnr < 26 {
						t.Errorf("%s: %.1f dB from the PNG", out, psnr)
					}
				}
			})
		}
	}
}

// value is the part of an effect's example that is its own.
func value(t *testing.T, name string) string {
	t.Helper()
	q, err := param.Split(effectExample(name))
	if err != nil {
		t.Fatal(err)
	}
	return name + "=" + q.Get(name)
}

func effectExample(name string) string {
	for _, row := range effect.Table {
		if row.Name == name {
			return row.Example
		}
	}
	return ""
}

func sameAlpha(t *testing.T, a, b *image.NRGBA) {
	t.Helper()
	for i := 3; i < len(a.Pix); i += 4 {
		if a.Pix[i] != b.Pix[i] {
			t.Fatalf("alpha is %d, was %d", a.Pix[i], b.Pix[i])
		}
	}
}

// A grey result is written as one: it has a third of the planes.
func TestGrayResult(t *testing.T) {
	src := imagetest.JPEGYCbCr(t, imagetest.Photo(160, 120), 2, 2, imagetest.JPEG{})
	gray := run(t, src, "w=80&gray=1", format.JPEG)
	for y := range 60 {
		for x := range 80 {
			if c := gray.img.NRGBAAt(x, y); c.R != c.G || c.G != c.B {
				t.Fatalf("(%d, %d) is %v", x, y, c)
			}
		}
	}
	if again := run(t, gray.data, "w=40", format.JPEG); again.plan.Source.Model != gray.plan.Model {
		t.Error("the grey result is stored in colour")
	}
}

// Padding, border and corners, from the inside to the outside.
func TestAround(t *testing.T) {
	white := image.NewNRGBA(image.Rect(0, 0, 64, 48))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	src := imagetest.EncodePNG(t, white, imagetest.PNG{})
	got := run(t, src, "padding=8&bg=f00&border=4,00f&radius=20", format.PNG)
	opaque := func(r, g, b uint8) color.NRGBA { return color.NRGBA{r, g, b, 255} }
	want := map[image.Point]color.NRGBA{
		{44, 36}: opaque(255, 255, 255), {12, 12}: opaque(255, 255, 255), {11, 30}: opaque(255, 0, 0), {4, 30}: opaque(255,
			0, 0),
		{3, 30}: opaque(0, 0, 255), {87, 30}: opaque(0, 0, 255), {0, 0}: opaque(255, 0, 0), {87, 71}: opaque(255, 0, 0),
	}
	for at, c := range want {
		if got.img.NRGBAAt(at.X, at.Y) != c {
			t.Errorf("%v: got %v, want %v", at, got.img.NRGBAAt(at.X, at.Y), c)
		}
	}
	clear := run(t, src, "padding=8&radius=max", format.PNG)
	if a := clear.img.NRGBAAt(0, 0).A; a != 0 {
		t.Errorf("the corner has alpha %d, want 0", a)
	}
	if jpeg := run(t, src, "radius=max", format.JPEG); jpeg.img.NRGBAAt(0, 0).R < 250 {
		t.Error("a JPEG's corners are not white")
	}
}

// Every filter against its definition: nearest takes samples as they are, the softer ones blur more.
func TestKernels(t *testing.T) {
	checks := image.NewNRGBA(image.Rect(0, 0, 4, 4))
	for i := range 16 {
		v := uint8(255 * ((i + i/4) % 2))
		checks.SetNRGBA(i%4, i/4, color.NRGBA{v, v, v, 255})
	}
	src := imagetest.EncodePNG(t, checks, imagetest.PNG{})
	got := run(t, src, "w=32&up=1&kernel=nearest", format.PNG)
	for y := range 32 {
		for x := range 32 {
			if got.img.NRGBAAt(x, y) != checks.NRGBAAt(x/8, y/8) {
				t.Fatalf("nearest: (%d, %d) is %v", x, y, got.img.NRGBAAt(x, y))
			}
		}
	}
	photo := imagetest.EncodePNG(t, imagetest.Photo(200, 150), imagetest.PNG{})
	seen := map[string]string{}
	for _, k := range []string{"lanczos", "cubic", "linear", "nearest"} {
		data := string(run(t, photo, "w=90&kernel="+k, format.PNG).data)
		if other := seen[data]; other != "" {
			t.Errorf("%s and %s give the same", k, other)
		}
		seen[data] = k
	}
	// JPEGs are not scaled by their decoder where the nearest pixel is asked for.
	jpeg := imagetest.JPEGYCbCr(t, imagetest.Photo(400, 300), 2, 2, imagetest.JPEG{})
	if p := planned(t, jpeg, "w=40&kernel=nearest", format.PNG); p.Shrink != 1 {
		t.Errorf("shrink %d", p.Shrink)
	}
}
