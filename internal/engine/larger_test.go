package engine

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	stdjpeg "image/jpeg"
	stdpng "image/png"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/testkit/imagetest"
)

// packed is what a PNG may be larger than its source, whose encoder took more time: a thirtieth. Its pixels cannot be
// made simpler.
const packed = 0.03

// overhead is what a result may be larger than its source for nothing but its container, in bytes: libavif writes more
// boxes, or libjpeg a JFIF segment, where the source's encoder did without.
const overhead = 64

// What keeps its format and its size does not grow, whatever q asks for.
func TestNeverLarger(t *testing.T) {
	for _, size := range []image.Point{{320, 240}, {61, 47}} {
		photo := imagetest.Photo(size.X, size.Y)
		for _, s := range unchanged(t, photo) {
			for _, q := range []string{"10", "80", "100"} {
				t.Run(fmt.Sprintf("%v %s q=%s", size, s.name, q), func(t *testing.T) {
					out := planned(t, s.data, "", format.JPEG).Source.Format
					got := run(t, s.data, "q="+q, out)
					if !got.plan.Unchanged {
						t.Error("the plan says that it changes")
					}
					most := len(s.data) + overhead
					if out == format.PNG {
						most += int(packed * float64(len(s.data)))
					}
					if len(got.data) > most {
						t.Errorf("%d bytes became %d, want at most %d", len(s.data), len(got.data), most)
					}
					if p := imagetest.PSNR(imagetest.NRGBA(s.img), got.img); q == "100" && p < 24 {
						t.Errorf("got %.1f dB", p)
					}
				})
			}
		}
	}
}

// unchanged returns files of every format that is written, at qualities from 10 to 95, with what they show.
func unchanged(t *testing.T, photo *image.NRGBA) (list []source) {
	add := func(name string, data []byte) {
		list = append(list, source{name: name, data: data, img: imagetest.Decode(t, data)})
	}
	png := imagetest.EncodePNG(t, photo, imagetest.PNG{})
	for _, q := range []int{10, 30, 60, 80, 95} {
		var b bytes.Buffer
		if err := stdjpeg.Encode(&b, photo, &stdjpeg.Options{Quality: q}); err != nil {
			t.Fatal(err)
		}
		add(fmt.Sprint("JPEG ", q), b.Bytes())
		for _, out := range []format.Format{format.JPEG, format.WebP, format.AVIF} {
			p := planned(t, png, fmt.Sprint("q=", q), out)
			p.Encoder.Progressive = out == format.JPEG
			add(fmt.Sprint("our ", out, " ", q), runPlan(t, png, p))
		}
	}
	dithered := image.NewPaletted(photo.Rect, palette.WebSafe)
	draw.FloydSteinberg.Draw(dithered, dithered.Rect, photo, image.Point{})
	black := image.NewPaletted(photo.Rect, color.Palette{color.Black, color.White})
	draw.FloydSteinberg.Draw(black, black.Rect, photo, image.Point{})
	for name, img := range map[string]image.Image{
		"RGB": photo, "RGBA": imagetest.WithAlpha(photo), "gray": imagetest.Gray(photo), "palette": dithered, "black and white": black,
		"drawing": imagetest.Drawings(photo.Rect.Dx(), photo.Rect.Dy())[3].Img,
	} {
		var b bytes.Buffer
		if err := (&stdpng.Encoder{CompressionLevel: stdpng.BestCompression}).Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		add("PNG "+name, b.Bytes())
	}
	add("WebP lossless", imagetest.WebPLossless(t, photo, false))
	return list
}

// A change of the size, a crop or another format asks for the quality that was asked for.
func TestChangedKeepsItsQuality(t *testing.T) {
	src := imagetest.JPEGYCbCr(t, imagetest.Photo(320, 240), 2, 2, imagetest.JPEG{})
	for query, want := range map[string]bool{
		"": true, "rot=90": true, "w=320": true, "w=200": false,
		"crop=0,0,160,120": false, "w=400&h=240&fit=pad": false,
	} {
		if p := planned(t, src, query, format.JPEG); p.Unchanged != want {
			t.Errorf("%q: got unchanged %t, want %t", query, p.Unchanged, want)
		}
	}
	if planned(t, src, "", format.WebP).Unchanged {
		t.Error("another format is a change")
	}
}
