package engine

import (
	"bytes"
	"fmt"
	"image"
	stdjpeg "image/jpeg"
	"math"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/codec/jpeg"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/sample"
	"imagekit/internal/testkit/imagetest"
)

// TestMoreQualityIsNeverWorse: with every format, whether the picture keeps format and size or not, a higher q is never
// further from what the picture is without loss, but for noise.
func TestMoreQualityIsNeverWorse(t *testing.T) {
	if imagetest.Portable {
		t.Skip("the qualities are the plan's, which the engines share; this takes the portable one many minutes")
	}
	for _, s := range judged(t) {
		for _, out := range []format.Format{format.JPEG, format.WebP, format.AVIF} {
			for _, query := range []string{"", "w=100"} {
				if s.img.Rect.Dx() <= 100 && query != "" {
					continue
				}
				t.Run(fmt.Sprintf("%s to %s %s", s.name, out, query), func(t *testing.T) { checkRises(t, s, query, out) })
			}
		}
	}
}

// judged returns a photo, text and a tiny picture, as they come and as others have written them.
func judged(t *testing.T) (list []source) {
	photo, err := sample.New().Fetch(t.Context(), "sample:photo")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []imagetest.Named{
		{Name: "photo", Img: run(t, photo.Data, "w=240", format.PNG).img},
		{Name: "tiny", Img: imagetest.Photo(23, 17)},
		imagetest.Drawings(240, 180)[2],
	} {
		png := imagetest.Std(t, p.Img)
		list = append(list, source{name: p.Name + " PNG", data: png, img: p.Img})
		for _, q := range []int{50, 80} {
			var b bytes.Buffer
			if err := stdjpeg.Encode(&b, p.Img, &stdjpeg.Options{Quality: q}); err != nil {
				t.Fatal(err)
			}
			list = append(list, source{name: fmt.Sprint(p.Name, " JPEG ", q), data: b.Bytes(), img: p.Img},
				source{name: fmt.Sprint(p.Name, " WebP ", q), data: lossyWebP(t, png, fmt.Sprint("q=", q)), img: p.Img},
				source{
					name: fmt.Sprint(p.Name, " AVIF ", q), data: run(t, png, fmt.Sprint("q=", q), format.AVIF).data,
					img: p.Img,
				})
		}
	}
	return list
}

// noise is by how many decibels a higher q may be worse, since every quality rounds in another way: in a picture of few
// pixels that shows.
func noise(img *image.NRGBA) float64 {
	if area(img.Rect.Size()) < 1000 {
		return 0.8
	}
	return 0.2
}

// asked are the q that are tried: of a tiny picture all.
func asked(img *image.NRGBA) (list []int) {
	if area(img.Rect.Size()) > 1000 {
		return []int{1, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 89, 90, 95, 99, 100}
	}
	for q := 1; q <= 100; q++ {
		list = append(list, q)
	}
	return list
}

func checkRises(t *testing.T, s source, query string, out format.Format) {
	t.Helper()
	want := image.Image(run(t, s.data, query, format.PNG).img)
	if out == format.JPEG {
		want = imagetest.Over(want, white)
	}
	best, at := 0.0, 0
	for _, q := range asked(s.img) {
		got := run(t, s.data, fmt.Sprintf("%s&q=%d", query, q), out)
		p := min(imagetest.PSNR(want, got.img), 99)
		if p < best-noise(s.img) {
			t.Errorf("q=%d has %.2f dB in %d bytes, q=%d has %.2f; the source has %d bytes", q, p, len(got.data), at, best,
				len(s.data))
		}
		if p > best {
			best, at = p, q
		}
	}
}

// TestTinyJPEGKeepsItsColors: a file that is small by other means than its quality keeps the quality that was asked for.
func TestTinyJPEGKeepsItsColors(t *testing.T) {
	src := imagetest.JPEGYCbCr(t, imagetest.Patches(8), 2, 2, imagetest.JPEG{})
	p := planned(t, src, "q=90", format.JPEG)
	whole := runPlan(t, src, p)
	short := &blob.Blob{Data: src, Format: format.JPEG}
	j := job{plan: p, src: short}
	var err error
	if j.frame, err = jpeg.Decode(src, frame.Hint{Shrink: 1, Crop: p.Crop}); err != nil {
		t.Fatal(err)
	}
	defer j.frame.Release()
	if err := j.write(p.Encoder); err != nil {
		t.Fatal(err)
	}
	asked := len(j.result)
	if err := j.lower(100); err != nil {
		t.Fatal(err)
	}
	if len(j.result) != asked {
		t.Errorf("100 bytes cannot be reached: want the %d bytes of the quality asked for, got %d (whole: %d)", asked,
			len(j.result), len(whole))
	}
}

// TestLowerFindsTheHighest: the search ends at the highest quality whose file is small enough, or with nearly as many
// bytes as there are, in a bounded number of tries, whatever it starts from.
func TestLowerFindsTheHighest(t *testing.T) {
	for name, size := range map[string]func(q int) int{ // bytes of a file at a quality
		"cubic": func(q int) int { return 300 + q*q*q/50 },
		"steep": func(q int) int { return 3000 + int(math.Exp(float64(q)/9)) },
		"steps": func(q int) int { return 500 + q/7*900 },
	} {
		for start := 3; start <= 100; start++ {
			for most := 200; most < size(start); most += max(97, size(start)/50) {
				b := bracket{most: most, enough: most * (99 + start%2) / 100}
				b.record(start, size(start))
				for q, ok := b.next(); ok; q, ok = b.next() {
					b.record(q, size(q))
				}
				if b.tries > guesses+8 || b.high-b.low > 1 && size(b.low) < b.enough || b.low > 0 && size(b.low) > most {
					t.Fatalf("%s from %d to %d bytes: %d tries, between %d and %d", name, start, most, b.tries, b.low,
						b.high)
				}
			}
		}
	}
}
