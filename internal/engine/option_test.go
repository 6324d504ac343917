package engine

import (
	"bytes"
	"cmp"
	"math"
	"strings"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
)

// without returns the query without one parameter.
func without(query, name string) string {
	var kept []string
	for piece := range strings.SplitSeq(query, "&") {
		if !strings.HasPrefix(piece, name+"=") {
			kept = append(kept, piece)
		}
	}
	return strings.Join(kept, "&")
}

// A parameter that is declared but that no step reads cannot land: the example of each row changes the picture.
func TestEveryParameterChangesThePicture(t *testing.T) {
	src := imagetest.EncodePNG(t, imagetest.Photo(480, 400), imagetest.PNG{})
	mark := imagetest.EncodePNG(t, imagetest.Photo(400, 300), imagetest.PNG{})
	for _, o := range new(param.Params).Options() {
		t.Run(o.Name, func(t *testing.T) {
			if without(o.Example, o.Name) == o.Example {
				t.Fatalf("the example %q does not show %s", o.Example, o.Name)
			}
			made := func(query string) result {
				out := format.PNG
				if o.Name == "maxb" {
					query = strings.TrimPrefix(query+"&q=100", "&") // more bytes than its bound
				}
				if o.Name == "q" || o.Name == "maxb" {
					out = format.JPEG // no effect on PNG
				}
				if f := parse(t, query).Format; f != format.Unknown {
					out = f
				}
				if o.Name == "anim" || o.Name == "page" {
					return run(t, movie(t), query, format.GIF)
				}
				if strings.Contains(query, "wm=") {
					q := cmp.Or(without(query, "wm"), "q=80")
					return result{info: probe.Info{Format: out}, img: marked(t, src, mark, q, out)}
				}
				return run(t, src, query, out)
			}
			with, base := made(o.Example), made(without(o.Example, o.Name))
			if with.info.Format != base.info.Format || with.info.Frames != base.info.Frames {
				return
			}
			if with.img.Rect == base.img.Rect && imagetest.PSNR(with.img, base.img) > 40 {
				t.Errorf("%q gives the same picture as %q", o.Example, without(o.Example, o.Name))
			}
		})
	}
}

// q is one scale: less of it means fewer bytes and more error, in every format but PNG, where it does nothing.
func TestQuality(t *testing.T) {
	img := imagetest.Photo(240, 180)
	src := imagetest.EncodePNG(t, img, imagetest.PNG{})
	want := reference(img, 1, parse(t, "w=160"), false)
	for _, out := range []format.Format{format.JPEG, format.WebP, format.AVIF} {
		size, psnr := 0, 0.0
		for _, q := range []string{"1", "30", "60", "80", "95", "100"} {
			got := run(t, src, "w=160&q="+q, out)
			p := imagetest.PSNR(want, got.img)
			if len(got.data) <= size || p <= psnr {
				t.Errorf("%s q=%s: got %d bytes and %.1f dB, want more than %d and %.1f", out, q, len(got.data), p, size,
					psnr)
			}
			size, psnr = len(got.data), p
		}
		if psnr < 33 || math.IsInf(psnr, 1) {
			t.Errorf("%s at q=100 has %.1f dB", out, psnr)
		}
	}
	low, high := run(t, src, "w=160&q=1", format.PNG), run(t, src, "w=160&q=100", format.PNG)
	if !bytes.Equal(low.data, high.data) {
		t.Error("q changed a PNG")
	}
}

// The same job gives the same bytes, whatever ran before it and however planes were pooled.
func TestDeterministic(t *testing.T) {
	photo := imagetest.WithAlpha(imagetest.Photo(203, 151))
	src := imagetest.EncodePNG(t, photo, imagetest.PNG{Alpha: true})
	jpeg := imagetest.JPEGYCbCr(t, photo, 2, 2, imagetest.JPEG{Exif: 6})
	for _, out := range format.Outputs() {
		for name, data := range map[string][]byte{"png": src, "jpeg": jpeg} {
			first := run(t, data, "w=77", out)
			run(t, src, "w=101&rot=90&fit=pad&h=120", out) // leaves other samples in the pool
			if again := run(t, data, "w=77", out); !bytes.Equal(first.data, again.data) {
				t.Errorf("%s to %s: the same job gave other bytes", name, out)
			}
		}
	}
}
