package engine

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
)

// source is one kind of file and the picture it shows.
type source struct {
	name        string
	data        []byte
	img         *image.NRGBA
	gray, alpha bool
}

// sources returns every kind of file that is read here, by w × h pictures.
func sources(t testing.TB, w, h int) []source {
	photo := imagetest.Photo(w, h)
	clear := imagetest.WithAlpha(photo)
	gray := imagetest.NRGBA(imagetest.Gray(photo))
	grayClear := imagetest.WithAlpha(gray)
	paletted, palettedFile := paletted(t, clear)
	plain := imagetest.JPEG{}
	return []source{
		{"JPEG 4:2:0", imagetest.JPEGYCbCr(t, photo, 2, 2, plain), photo, false, false},
		{"JPEG 4:4:4", imagetest.JPEGYCbCr(t, photo, 1, 1, plain), photo, false, false},
		{"JPEG 4:2:2", imagetest.JPEGYCbCr(t, photo, 2, 1, plain), photo, false, false},
		{"JPEG 4:4:0", imagetest.JPEGYCbCr(t, photo, 1, 2, plain), photo, false, false},
		{"JPEG 4:1:1", imagetest.JPEGYCbCr(t, photo, 4, 1, plain), photo, false, false},
		{"JPEG gray", imagetest.JPEGGray(t, photo, plain), gray, true, false},
		{"JPEG progressive", imagetest.JPEGProgressive(t, photo), photo, false, false},
		{"JPEG RGB", imagetest.JPEGRGB(t, photo, plain), photo, false, false},
		{"JPEG CMYK", imagetest.JPEGCMYK(t, photo, false, plain), photo, false, false},
		{"JPEG YCCK", imagetest.JPEGCMYK(t, photo, true, plain), photo, false, false},
		{"PNG RGB", imagetest.EncodePNG(t, photo, imagetest.PNG{}), photo, false, false},
		{"PNG RGBA", imagetest.EncodePNG(t, clear, imagetest.PNG{Alpha: true}), clear, false, true},
		{"PNG gray", imagetest.EncodePNG(t, gray, imagetest.PNG{Gray: true}), gray, true, false},
		{"PNG gray alpha", imagetest.EncodePNG(t, grayClear, imagetest.PNG{Gray: true, Alpha: true}), grayClear, true, true},
		{"PNG palette tRNS", imagetest.Std(t, paletted), imagetest.NRGBA(paletted), false, true},
		{"PNG 16 bit", imagetest.EncodePNG(t, photo, imagetest.PNG{Depth: 16}), photo, false, false},
		{"PNG RGBA 16 bit", imagetest.EncodePNG(t, clear, imagetest.PNG{Alpha: true, Depth: 16}), clear, false, true},
		{"PNG interlaced", imagetest.EncodePNG(t, photo, imagetest.PNG{Interlaced: true}), photo, false, false},
		{"WebP", imagetest.WebP(t, photo, false), photo, false, false},
		{"WebP alpha", imagetest.WebP(t, clear, true), clear, false, true},
		{"WebP lossless", imagetest.WebPLossless(t, photo, false), photo, false, false},
		{"WebP lossless alpha", imagetest.WebPLossless(t, clear, true), clear, false, true},
		{"AVIF 4:2:0", imagetest.EncodeAVIF(t, photo, imagetest.AVIF{SubX: 2, SubY: 2}), photo, false, false},
		{"AVIF 4:2:0 limited", special(t, photo, imagetest.AVIF{SubX: 2, SubY: 2, Limited: true}), photo, false, false},
		{"AVIF 4:4:4", imagetest.EncodeAVIF(t, photo, imagetest.AVIF{SubX: 1, SubY: 1}), photo, false, false},
		{
			"AVIF 4:2:0 alpha", imagetest.EncodeAVIF(t, clear, imagetest.AVIF{SubX: 2, SubY: 2, Alpha: true}), clear, false,
			true,
		},
		{"AVIF 10 bit", special(t, photo, imagetest.AVIF{SubX: 2, SubY: 2, Depth: 10}), photo, false, false},
		{"AVIF 12 bit limited alpha", special(t, clear,
			imagetest.AVIF{SubX: 1, SubY: 1, Depth: 12, Limited: true, Alpha: true}), clear, false, true},
		{"AVIF 4:0:0", imagetest.EncodeAVIF(t, gray, imagetest.AVIF{}), gray, true, false},
		{"GIF transparent", palettedFile, imagetest.NRGBA(paletted), false, true},
	}
}

// special writes an AVIF of more than 8 bits, in limited range or with a profile: nothing in a build that cannot.
func special(t testing.TB, img *image.NRGBA, a imagetest.AVIF) []byte {
	t.Helper()
	if imagetest.Portable {
		return nil
	}
	return imagetest.EncodeAVIF(t, img, a)
}

// need skips a test of a file that special could not write.
func need(t *testing.T, file []byte) {
	t.Helper()
	if file == nil {
		t.Skip("the portable engine cannot write the AVIF that this test reads")
	}
}

// paletted returns what is left of img in a GIF, and the GIF.
func paletted(t testing.TB, img *image.NRGBA) (*image.Paletted, []byte) {
	t.Helper()
	file := imagetest.GIF(t, img)
	read, err := gif.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return read.(*image.Paletted), file
}

// What a lossy encoder on either side may cost at q = 90. Subsampled chroma costs most of it.
const wantLossy = 31 // dB

func TestEverySourceInEveryFormat(t *testing.T) {
	const query = "w=120&q=90"
	for _, s := range sources(t, 303, 223) {
		clear := reference(s.img, 1, parse(t, query), true)
		onWhite := imagetest.Over(clear, white)
		for _, out := range fullColor() {
			t.Run(s.name+" to "+out.String(), func(t *testing.T) {
				need(t, s.data)
				got := run(t, s.data, query, out)
				keep := s.alpha && out.Alpha()
				want := onWhite
				if keep {
					want = clear
				}
				if got.info.Alpha != keep {
					t.Errorf("want alpha %t, got %t", keep, got.info.Alpha)
				}
				if gray := got.info.Model == probe.Gray; gray != s.gray && out != format.WebP { // WebP has no grey
					t.Errorf("want a grey result: %t, got %t", s.gray, gray)
				}
				if s.gray && !neutral(got.img) {
					t.Error("a grey source got colours")
				}
				similar(t, want, got.img, wantLossy)
			})
		}
	}
}

// similar holds a result to structure, colours and noise.
func similar(t *testing.T, want, got *image.NRGBA, db float64) {
	t.Helper()
	if want.Rect != got.Rect {
		t.Fatalf("want %v, got %v", want.Rect, got.Rect)
	}
	const maxHash = 0
	maxColor := 6 + slack(format.AVIF) // it may have been one
	if hash, worst := imagetest.Distance(want, got); hash > maxHash || worst > maxColor {
		t.Errorf("want a hash distance of at most %d and colours within %g, got %d and %.1f", maxHash, maxColor, hash, worst)
	}
	if p := imagetest.PSNR(want, got); p < db {
		t.Errorf("want %g dB, got %.1f", db, p)
	}
}

// neutral reports whether no pixel has a hue.
func neutral(img *image.NRGBA) bool {
	for i := 0; i < len(img.Pix); i += 4 {
		if c := img.Pix[i:]; max(c[0], c[1], c[2])-min(c[0], c[1], c[2]) > 1 {
			return false
		}
	}
	return true
}

// What is transparent lies on white when the format cannot keep it, and on bg always when that is given.
func TestBackgroundUnderTransparency(t *testing.T) {
	clear := imagetest.WithAlpha(imagetest.Photo(160, 120))
	grayClear := imagetest.WithAlpha(imagetest.NRGBA(imagetest.Gray(clear)))
	for _, s := range []source{
		{name: "RGBA", img: clear, data: imagetest.EncodePNG(t, clear, imagetest.PNG{Alpha: true})},
		{
			name: "gray alpha", img: grayClear, data: imagetest.EncodePNG(t, grayClear, imagetest.PNG{Gray: true, Alpha: true}),
			gray: true,
		},
		{name: "AVIF", img: clear, data: imagetest.EncodeAVIF(t, clear, imagetest.AVIF{SubX: 1, SubY: 1, Alpha: true})},
	} {
		for _, out := range fullColor() {
			for _, c := range []struct {
				query string
				hue   bool // the background has one
				under color.NRGBA
			}{
				{"w=80&bg=c83214", true, color.NRGBA{200, 50, 20, 255}},
				{"w=80&bg=787878", false, color.NRGBA{120, 120, 120, 255}},
				{"w=80&h=80&fit=pad&bg=00f", true, color.NRGBA{0, 0, 255, 255}},
			} {
				t.Run(s.name+" "+c.query+" "+out.String(), func(t *testing.T) {
					got := run(t, s.data, c.query+"&q=95", out)
					want := reference(s.img, 1, parse(t, c.query), false)
					if !got.img.Opaque() {
						t.Fatal("want an opaque result")
					}
					similar(t, want, got.img, 29)
					bottom := got.img.NRGBAAt(40, got.img.Rect.Dy()-2)
					if d := colorDistance(bottom, c.under); float64(d) > 6+slack(out) {
						t.Errorf("the background is %v, want %v", bottom, c.under)
					}
					if s.gray && !c.hue && out != format.WebP && got.info.Model != probe.Gray {
						t.Error("grey on a grey background should stay grey")
					}
				})
			}
		}
	}
}

func colorDistance(a, b color.NRGBA) int {
	d := 0
	for _, p := range [][2]uint8{{a.R, b.R}, {a.G, b.G}, {a.B, b.B}, {a.A, b.A}} {
		d = max(d, int(max(p[0], p[1])-min(p[0], p[1])))
	}
	return d
}
