package jpeg

import (
	"bytes"
	"image"
	stdjpeg "image/jpeg"
	"math"
	"os"
	"path/filepath"
	"testing"

	"imagekit/internal/frame"
)

// photos is where a checkout may have real pictures beside it.
const photos = "../../../../shared/photos"

// TestPhotos decodes real photos at every scale: each plane's mean stays, at full scale every sample is what another
// decoder says, and half a file is damaged.
func TestPhotos(t *testing.T) {
	names, _ := filepath.Glob(filepath.Join(photos, "*.jpg"))
	if len(names) == 0 {
		t.Skip("photos not present: " + photos)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			full, err := Decode(src, frame.Hint{})
			if err != nil {
				t.Fatal(err)
			}
			defer full.Release()
			sameAsStandardLibrary(t, src, full)
			sameAsPlain(t, src, frame.Hint{})
			for _, shrink := range []int{2, 4, 8} {
				sameAsPlain(t, src, frame.Hint{Shrink: shrink})
				small, err := Decode(src, frame.Hint{Shrink: shrink})
				if err != nil {
					t.Fatal(err)
				}
				defer small.Release()
				for i := range full.Planes {
					if a, b := mean(&full.Planes[i]), mean(&small.Planes[i]); math.Abs(a-b) > 0.5 {
						t.Errorf("plane %d at 1/%d: mean %.2f, at full scale %.2f", i, shrink, b, a)
					}
				}
			}
			if kind := outcome(t, src[:len(src)/2]); kind != bad {
				t.Errorf("half a file: want %v, got %v", bad, kind)
			}
		})
	}
}

func mean(p *frame.Plane) float64 {
	sum := 0
	for y := range p.Height {
		for _, v := range p.Row(y, 8) {
			sum += int(v)
		}
	}
	return float64(sum) / float64(p.Width*p.Height)
}

func sameAsStandardLibrary(t *testing.T, src []byte, f *frame.Frame) {
	t.Helper()
	img, err := stdjpeg.Decode(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	switch img := img.(type) {
	case *image.YCbCr:
		sameSamples(t, &f.Planes[0], 1, 1, img.Y, img.YStride)
		sameSamples(t, &f.Planes[1], 1, 1, img.Cb, img.CStride)
		sameSamples(t, &f.Planes[2], 1, 1, img.Cr, img.CStride)
	case *image.CMYK:
		for i := range f.Planes {
			sameSamples(t, &f.Planes[i], 4, 4, img.Pix[i:], img.Stride) // of YCCK: a level of chroma is almost two of ink
		}
	}
}

// sameSamples compares a plane with another decoder's samples, every step-th byte of rows of stride bytes. The two
// may round their inverse DCTs differently, by so many levels.
func sameSamples(t *testing.T, p *frame.Plane, levels, step int, samples []byte, stride int) {
	t.Helper()
	for y := 0; y < p.Height; y += 23 { // odd, so that every row of a block has its turn
		for x, v := range p.Row(y, 8) {
			if want := samples[y*stride+x*step]; max(int(v)-int(want), int(want)-int(v)) > levels {
				t.Fatalf("sample %d,%d: %d, the other decoder says %d", x, y, v, want)
			}
		}
	}
}
