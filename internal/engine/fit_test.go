package engine

import (
	"errors"
	"fmt"
	"image"
	"strings"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/testkit/imagetest"
)

// maxb holds for every source and every format with a quality, uses what it may, and leaves alone what fits.
func TestMaxBytes(t *testing.T) {
	photo := imagetest.Photo(320, 240)
	drawing := imagetest.Drawings(320, 240)[0].Img
	sources := map[string][]byte{
		"photo":       imagetest.JPEGYCbCr(t, photo, 2, 2, imagetest.JPEG{Exif: 6}),
		"progressive": imagetest.JPEGProgressive(t, photo),
		"clear":       imagetest.EncodePNG(t, imagetest.WithAlpha(photo), imagetest.PNG{Alpha: true}),
		"drawing":     imagetest.EncodePNG(t, drawing, imagetest.PNG{Alpha: true}),
		"moving":      movie(t),
	}
	for name, src := range sources {
		for _, out := range []format.Format{format.JPEG, format.WebP, format.AVIF} {
			for _, query := range []string{"", "w=200&q=95", "w=120&rot=90&q=100"} {
				t.Run(fmt.Sprintf("%s to %s by %q", name, out, query), func(t *testing.T) {
					p := planned(t, src, strings.TrimPrefix(query+"&anim=0", "&"), out)
					free := runPlan(t, src, p)
					for _, share := range []float64{0.4, 0.8, 1} {
						p.MaxBytes = max(100, int(share*float64(len(free))))
						data, err := within(t, src, p.MaxBytes, query, out)
						if f := (*fault.Error)(nil); errors.As(err, &f) && f.Kind == fault.TooFewBytes && name != "photo" && name != "progressive" {
							continue // little of it is a matter of quality
						}
						if err != nil {
							t.Fatal(err)
						}
						if len(data) > p.MaxBytes || len(free) > p.MaxBytes && 2*len(data) < p.MaxBytes {
							t.Errorf("got %d bytes of %d", len(data), p.MaxBytes)
						}
						if img := imagetest.Decode(t, data); img.Rect.Size() != p.Size() {
							t.Errorf("got %v, want %v", img.Rect, p.Size())
						}
						if share == 1 && string(data) != string(free) {
							t.Error("what fits was changed")
						}
					}
				})
			}
		}
	}
}

// within does a job of at most so many bytes.
func within(t *testing.T, src []byte, most int, query string, out format.Format) ([]byte, error) {
	t.Helper()
	p := planned(t, src, strings.TrimPrefix(fmt.Sprintf("%s&maxb=%d", query, most), "&"), out)
	made, _, err := Engine{}.Run(&blob.Blob{Data: src, Format: p.Source.Format}, p)
	imagetest.Lacks(t, err)
	if err != nil {
		return nil, err
	}
	return made.Data, nil
}

// What cannot fit is refused with what was reached, of formats without a quality too.
func TestTooFewBytes(t *testing.T) {
	opaque := imagetest.EncodePNG(t, imagetest.Photo(320, 240), imagetest.PNG{})
	clear := imagetest.EncodePNG(t, imagetest.WithAlpha(imagetest.Photo(320, 240)), imagetest.PNG{Alpha: true})
	for _, tt := range []struct {
		src  []byte
		out  format.Format
		want string
	}{{opaque, format.JPEG, "jpeg"}, {opaque, format.WebP, "webp"}, {opaque, format.AVIF, "avif"}, {clear, format.Legacy, "png"}} {
		_, err := within(t, tt.src, 100, "", tt.out)
		f := fault.From(err)
		if f.Kind != fault.TooFewBytes || f.Param != "maxb" || !strings.Contains(f.Detail, tt.want) || strings.Contains(f.Detail, "got 100") {
			t.Errorf("%s: got %v", tt.want, err)
		}
	}
	tiny := imagetest.EncodePNG(t, image.NewNRGBA(image.Rect(0, 0, 2, 2)), imagetest.PNG{Alpha: true})
	if data, err := within(t, tiny, 200, "", format.Legacy); err != nil || len(data) > 200 {
		t.Errorf("a PNG that fits: got %d bytes, %v", len(data), err)
	}
}

// A moving source becomes a still, and the answer says why.
func TestMaxBytesOfMotion(t *testing.T) {
	p := planned(t, movie(t), "maxb=5000", format.GIF) // which both engines can move
	if p.Moves() || p.Still != "maxb" {
		t.Errorf("got %d pictures and the reason %q, want a still for maxb", p.Frames, p.Still)
	}
}
