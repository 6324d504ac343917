//go:build unix

package e2e

import (
	"image"
	"image/color"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/testkit/imagetest"
)

// photos are real pictures with the size they are shown at and by how much the mean colour of a region may change in
// a lossy format. The GIF is tiny and has hard edges of alpha, so that its regions are mostly edge.
var photos = []struct {
	name  string
	w, h  float64
	worst float64
}{
	{"market.jpg", 2725, 2225, 3},
	{"cmyk-swop.jpg", 1080, 1080, 3},
	{"adobe-rgb.jpg", 1900, 1263, 3},
	{"orientation-6.jpg", 1800, 1200, 3},
	{"alpha.png", 2048, 1536, 4},
	{"lossy.webp", 1024, 772, 3},
	{"animated.gif", 80, 80, 10},
	{"cosmos.avif", 2048, 858, 4},
}

// Real pictures come out in the right size and format, and every lossy format shows what PNG shows.
func TestPhotos(t *testing.T) {
	t.Parallel()
	const dir = "../../shared/photos" // beside the repository
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("photos not present: %v", err)
	}
	o, s := newOrigin(t), start(t)
	for _, p := range photos {
		t.Run(p.name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, p.name))
			if err != nil {
				t.Fatal(err)
			}
			url := o.put("/"+p.name, data)
			for _, fit := range []string{"inside", "cover", "pad", "fill", "outside"} {
				ask := func(f format.Format) *image.NRGBA {
					// a still to compare
					pairs := []string{"url", url, "w", "400", "h", "300", "fit", fit, "f", f.String(), "anim", "0"}
					if a := s.get(t, s.signed(pairs...)); portable(t) && a.status == http.StatusNotImplemented {
						t.Skipf("the portable engine: %s", a.body)
					}
					a := s.picture(t, pairs...)
					wantPicture(t, a, f)
					return imagetest.Decode(t, a.body)
				}
				want := ask(format.PNG)
				if w, h := boxed(fit, p.w, p.h); !near(want.Rect.Dx(), w) || !near(want.Rect.Dy(), h) {
					t.Errorf("fit=%s: got %v, want %.1f×%.1f", fit, want.Rect.Size(), w, h)
				}
				for _, f := range []format.Format{format.JPEG, format.WebP, format.AVIF} {
					got, reference := ask(f), want
					if f == format.JPEG { // has no alpha: white, unless bg says otherwise
						reference = imagetest.Over(want, color.NRGBA{255, 255, 255, 255})
					}
					hash, worst := imagetest.Distance(got, reference)
					if got.Rect != want.Rect || hash > 1 || worst > p.worst {
						t.Errorf("fit=%s f=%s: %v, hash distance %d, colour distance %.1f; want %v, at most 1 and %.0f",
							fit, f, got.Rect.Size(), hash, worst, want.Rect.Size(), p.worst)
					}
				}
			}
		})
	}
}

// boxed returns the size of a picture in a box of 400 × 300 that enlarges nothing.
func boxed(fit string, w, h float64) (float64, float64) {
	const boxW, boxH = 400, 300
	smaller, larger := min(boxW/w, boxH/h), max(boxW/w, boxH/h)
	switch fit {
	case "pad":
		return boxW, boxH
	case "cover", "fill": // the box shrinks until no pixel is enlarged
		shrink := min(1, 1/larger)
		return boxW * shrink, boxH * shrink
	case "outside":
		return w * min(1, larger), h * min(1, larger)
	}
	return w * min(1, smaller), h * min(1, smaller)
}

func near(got int, want float64) bool { return math.Abs(float64(got)-want) < 1 }
