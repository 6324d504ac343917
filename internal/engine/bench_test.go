package engine

import (
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/format"
	"imagekit/internal/icc"
	"imagekit/internal/sample"
	"imagekit/internal/testkit/imagetest"
)

// BenchmarkEngine is one job per operation: the way of most photos in each lossy format, and the working form by way
// of alpha, of another gamut and of CMYK.
func BenchmarkEngine(b *testing.B) {
	photo, err := sample.New().Fetch(b.Context(), "sample:photo")
	if err == nil {
		err = Prepare("") // before the clock runs
	}
	if err != nil {
		b.Fatal(err)
	}
	img := imagetest.Photo(1024, 768)
	clear := imagetest.EncodePNG(b, imagetest.WithAlpha(img), imagetest.PNG{Alpha: true})
	other := imagetest.JPEGYCbCr(b, img, 2, 2, imagetest.JPEG{ICC: swapped()})
	cmyk := imagetest.JPEGCMYK(b, img, false, imagetest.JPEG{ICC: imagetest.CMYKProfile(inkLab)})
	p3 := imagetest.JPEGYCbCr(b, img, 2, 2, imagetest.JPEG{ICC: icc.Profile(icc.DisplayP3)})
	for _, c := range []struct {
		name string
		src  []byte
		out  format.Format
	}{
		{"photo to JPEG", photo.Data, format.JPEG},
		{"photo to WebP", photo.Data, format.WebP},
		{"photo to AVIF", photo.Data, format.AVIF},
		{"photo to PNG", photo.Data, format.PNG},
		{"P3 to JPEG", p3, format.JPEG},
		{"RGBA to WebP", clear, format.WebP},
		{"RGBA to PNG", clear, format.PNG},
		{"other RGB to JPEG", other, format.JPEG},
		{"CMYK to JPEG", cmyk, format.JPEG},
	} {
		b.Run(c.name, func(b *testing.B) {
			src := &blob.Blob{Data: c.src}
			p := planned(b, c.src, "w=640", c.out)
			b.ReportAllocs()
			var times [3]float64
			for b.Loop() {
				_, t, err := Engine{}.Run(src, p)
				if err != nil {
					b.Fatal(err)
				}
				for i, name := range []string{"decode", "resize", "encode"} {
					for n, d := range t.All() {
						if n == name {
							times[i] += d.Seconds() * 1000
						}
					}
				}
			}
			for i, name := range []string{"decode", "resize", "encode"} {
				b.ReportMetric(times[i]/float64(b.N), name+"-ms/op")
			}
		})
	}
}
