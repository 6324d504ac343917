package imagetest

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"
)

// The comparisons must see what they are there for, and only that.
func TestDistance(t *testing.T) {
	photo := Photo(160, 120)
	change := func(by func(p []uint8)) *image.NRGBA {
		out := image.NewNRGBA(photo.Rect)
		copy(out.Pix, photo.Pix)
		for i := 0; i < len(out.Pix); i += 4 {
			by(out.Pix[i : i+4])
		}
		return out
	}
	mirrored, shifted := image.NewNRGBA(photo.Rect), image.NewNRGBA(photo.Rect)
	for y := range 120 {
		for x := range 160 {
			mirrored.SetNRGBA(159-x, y, photo.NRGBAAt(x, y))
		}
	}
	draw.Draw(shifted, shifted.Rect, photo, image.Pt(20, 0), draw.Src)
	for _, c := range []struct {
		name      string
		img       image.Image
		alike     bool
		wantColor float64 // at least
	}{
		{"itself", photo, true, 0},
		{"a larger one", Photo(320, 240), true, 0},
		{"slightly lighter", change(func(p []uint8) { p[0] = min(p[0], 252) + 3 }), true, 2},
		{"red and blue exchanged", change(func(p []uint8) { p[0], p[2] = p[2], p[0] }), false, 60},
		{"transparent", change(func(p []uint8) { p[3] = 0 }), false, 100},
		{"mirrored", mirrored, false, 30},
		{"shifted by an eighth", shifted, false, 30},
	} {
		t.Run(c.name, func(t *testing.T) {
			hash, worst := Distance(photo, c.img)
			if alike := hash <= 1 && worst < 8; alike != c.alike || worst < c.wantColor {
				t.Errorf("hash %d, colours %.1f: want alike %t, colours at least %g", hash, worst, c.alike, c.wantColor)
			}
		})
	}
	if p := PSNR(photo, photo); !math.IsInf(p, 1) {
		t.Errorf("PSNR of a picture with itself: %g", p)
	}
	if p := PSNR(photo, change(func(p []uint8) { p[1] ^= 1 })); math.Abs(p-54.15) > 0.1 { // one of four channels by one
		t.Errorf("PSNR of one level in green: %.2f", p)
	}
}

func TestChartAndCentre(t *testing.T) {
	img := Chart(100, 4, 5, 20.3, 70.75)
	for _, c := range []float64{20.3, 70.75} {
		if got := Centre(img, int(c)-10, int(c)+10); math.Abs(got-c) > 0.05 {
			t.Errorf("got %.2f, want %.2f", got, c)
		}
	}
}

// What the encoders here write must show the picture to a decoder that is not ours.
func TestSourcesShowThePicture(t *testing.T) {
	photo := Photo(97, 61)
	clear := WithAlpha(photo)
	gray := NRGBA(Gray(photo))
	grayClear := WithAlpha(gray)
	for _, c := range []struct {
		name string
		file []byte
		want *image.NRGBA
		db   float64
	}{
		{"JPEG 4:4:4", JPEGYCbCr(t, photo, 1, 1, JPEG{}), photo, 36},
		{"JPEG 4:2:0", JPEGYCbCr(t, photo, 2, 2, JPEG{Exif: 6}), photo, 28},
		{"JPEG 4:1:1", JPEGYCbCr(t, photo, 4, 1, JPEG{}), photo, 25},
		{"JPEG progressive", JPEGProgressive(t, photo), photo, 28},
		{"JPEG gray", JPEGGray(t, photo, JPEG{}), gray, 40},
		{"JPEG RGB", JPEGRGB(t, photo, JPEG{}), photo, 36},
		{"JPEG CMYK", JPEGCMYK(t, photo, false, JPEG{}), photo, 34},
		{"JPEG YCCK", JPEGCMYK(t, photo, true, JPEG{}), photo, 30},
		{"PNG RGB", EncodePNG(t, photo, PNG{}), photo, math.Inf(1)},
		{"PNG RGBA interlaced", EncodePNG(t, clear, PNG{Alpha: true, Interlaced: true}), clear, math.Inf(1)},
		{"PNG gray alpha 16", EncodePNG(t, grayClear, PNG{Gray: true, Alpha: true, Depth: 16}), grayClear, math.Inf(1)},
		{"WebP", WebP(t, photo, false), photo, 28},
		{"WebP alpha", WebP(t, clear, true), clear, 28},
		{"WebP lossless", WebPLossless(t, clear, true), clear, math.Inf(1)},
		{"AVIF 4:4:4", EncodeAVIF(t, photo, AVIF{SubX: 1, SubY: 1}), photo, 45},
		{"AVIF limited", EncodeAVIF(t, photo, AVIF{SubX: 1, SubY: 1, Limited: true}), photo, 45},
		{"AVIF 10 bit alpha", EncodeAVIF(t, clear, AVIF{SubX: 1, SubY: 1, Depth: 10, Alpha: true}), clear, 45},
		{"AVIF gray", EncodeAVIF(t, gray, AVIF{}), gray, 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := PSNR(c.want, Decode(t, c.file)); got < c.db {
				t.Errorf("got %.1f dB, want %.1f", got, c.db)
			}
		})
	}
}

func TestPatchError(t *testing.T) {
	img := Patches(20)
	want := Colors()
	if e := PatchError(img, want); e != 0 {
		t.Errorf("got %g, want 0", e)
	}
	want[7] = color.NRGBA{240, 215, 30, 255}
	if e := PatchError(img, want); e != 5 {
		t.Errorf("got %g, want 5", e)
	}
}
