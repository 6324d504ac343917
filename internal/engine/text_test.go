package engine

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/icc"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
	"imagekit/internal/text"
)

// TestText: in every format, with and without alpha, the result is the picture with the text laid over it.
func TestText(t *testing.T) {
	const query = "w=200&text=Hello%0Aworld&textsize=20&textcolor=c03&textg=bottom-right&textmargin=7"
	img, err := text.New().Draw(text.Spec{
		Text: "Hello\nworld", Size: 20, Color: [3]uint8{0xcc, 0, 0x33}, Most: image.Pt(186, 136), X: 1, Y: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	mark := image.NewNRGBA(image.Rectangle{Max: img.Rect.Size()})
	for y := range mark.Rect.Dy() {
		for x := range mark.Rect.Dx() {
			mark.Set(x, y, img.At(x+img.Rect.Min.X, y+img.Rect.Min.Y))
		}
	}
	for _, alpha := range []bool{false, true} {
		photo, kind := imagetest.Photo(200, 150), imagetest.PNG{}
		if alpha {
			photo, kind = imagetest.WithAlpha(photo), imagetest.PNG{Alpha: true}
		}
		src := imagetest.EncodePNG(t, photo, kind)
		for _, out := range fullColor() {
			t.Run(fmt.Sprintf("alpha %t %s", alpha, out), func(t *testing.T) {
				under := run(t, src, "w=200", format.PNG).img
				if !out.Alpha() {
					under = imagetest.Over(under, color.NRGBA{255, 255, 255, 255})
				}
				want, bound := composed(under, mark, img.Rect.Min.Add(image.Pt(7, 7)), 1), 48.0
				if out != format.PNG {
					bound = 28
				}
				if got := imagetest.PSNR(want, run(t, src, query+"&q=95", out).img); got < bound {
					t.Errorf("want %g dB against the reference, got %.1f", bound, got)
				}
			})
		}
	}
	if n := frame.Live(); n != 0 {
		t.Errorf("%d frames are left", n)
	}
}

// TestTextColors: text and box have their colours on a picture of any profile, and on one without colours.
func TestTextColors(t *testing.T) {
	gray := imagetest.JPEGGray(t, imagetest.Photo(100, 80), imagetest.JPEG{})
	for _, kind := range []icc.Kind{icc.None, icc.DisplayP3, icc.AdobeRGB, icc.Gray} {
		src := imagetest.EncodePNG(t, imagetest.Photo(100, 80), imagetest.PNG{ICC: icc.Profile(kind)})
		want := icc.FromSRGB(kind, [3]uint8{200, 60, 90})
		if kind == icc.Gray {
			src, want = gray, [3]uint8{200, 60, 90}
		}
		for _, out := range fullColor() {
			img := run(t, src, "text=%C2%A0.&textbox=c83c5a&textmargin=0&textg=top-left&textsize=60&q=95", out).img
			got := img.NRGBAAt(5, 5)
			for _, d := range []int{int(got.R) - int(want[0]), int(got.G) - int(want[1]), int(got.B) - int(want[2])} {
				if max(d, -d) > 5 {
					t.Errorf("%v as %s: got %v, want %v", kind, out, got, want)
					break
				}
			}
		}
	}
}

// TestTextMoves: the same text stands on every picture of what moves.
func TestTextMoves(t *testing.T) {
	src := movie(t)
	for _, out := range []format.Format{format.GIF, format.WebP} {
		p := planned(t, src, "text=.&textbox=00f&textmargin=0&textg=top-left&textsize=12&q=95", out)
		list := play(t, runPlan(t, src, p))
		if len(list) < 2 {
			t.Errorf("%s: %d pictures", out, len(list))
		}
		for i, p := range list {
			if c := p.img.NRGBAAt(1, 1); c.B < 200 || c.R > 60 || c.A < 255 {
				t.Errorf("%s: picture %d has %v at the box", out, i, c)
			}
		}
	}
}

// TestBlankText: a text that shows nothing changes nothing and is no error.
func TestBlankText(t *testing.T) {
	src := imagetest.EncodePNG(t, imagetest.Photo(100, 80), imagetest.PNG{})
	a, b := run(t, src, "text=%E2%80%8D&w=50", format.PNG), run(t, src, "w=50", format.PNG)
	if got := imagetest.PSNR(a.img, b.img); got < 60 {
		t.Errorf("got %.1f dB", got)
	}
}

// TestTextPlan: a text makes a grey picture a coloured one, and no result of it counts as unchanged.
func TestTextPlan(t *testing.T) {
	gray := imagetest.JPEGGray(t, imagetest.Photo(100, 80), imagetest.JPEG{})
	p := planned(t, gray, "text=a", format.JPEG)
	if p.Model == probe.Gray || p.Unchanged || p.Direct {
		t.Errorf("got %+v", p.Target)
	}
	if _, _, err := (Engine{}).Run(&blob.Blob{Data: gray}, p); err != nil {
		t.Error(err)
	}
}
