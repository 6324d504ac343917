package engine

import (
	"bytes"
	"image"
	_ "image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/testkit/imagetest"
)

// photos lies beside the repository where it is present at all.
const photos = "../../../shared/photos"

// Real files from cameras and other people's encoders: the same picture in every format, and it is the picture.
func TestPhotos(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(photos, "*.*"))
	if err != nil || len(names) == 0 {
		t.Skip("real photos not present: " + photos)
	}
	for _, name := range names {
		if format.Sniff(read(t, name)) == format.Unknown {
			continue
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			src := read(t, name)
			base := run(t, src, "w=200&anim=0", format.PNG)
			for _, out := range []format.Format{format.JPEG, format.WebP, format.AVIF} {
				got := run(t, src, "w=200&q=90&anim=0", out)
				want := base.img
				if !out.Alpha() {
					want = imagetest.Over(want, white)
				}
				if hash, worst := imagetest.Distance(want, got.img); hash > 2 || worst > 8 {
					t.Errorf("%s: hash distance %d, colours %.1f off", out, hash, worst)
				}
			}
			if other, _, err := image.Decode(bytes.NewReader(src)); err == nil && base.plan.Turn == 1 {
				if hash, _ := imagetest.Distance(sampled(other, base.img.Rect.Size()), base.img); hash > 4 {
					t.Errorf("hash distance %d from what the standard library decodes", hash)
				}
			}
		})
	}
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sampled returns pixels of img taken here and there: enough to know a picture by, and quick.
func sampled(img image.Image, size image.Point) *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: size})
	b := img.Bounds()
	for y := range size.Y {
		for x := range size.X {
			out.Set(x, y, img.At(b.Min.X+(2*x+1)*b.Dx()/(2*size.X), b.Min.Y+(2*y+1)*b.Dy()/(2*size.Y)))
		}
	}
	return out
}
