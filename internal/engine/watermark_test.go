package engine

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/icc"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
)

// markedPlan is the plan of a picture with a watermark.
func markedPlan(t testing.TB, src, mark []byte, query string, out format.Format) plan.Plan {
	t.Helper()
	header := func(data []byte) probe.Info {
		info, err := probe.Read(data, probe.Limits{MaxPixels: limits.MaxPixels})
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	p, err := plan.New(header(src), parse(t, query+"&wm=logo"), out, limits, header(mark))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// marked does a job with a watermark.
func marked(t testing.TB, src, mark []byte, query string, out format.Format) *image.NRGBA {
	t.Helper()
	p := markedPlan(t, src, mark, query, out)
	before := frame.Live()
	made, _, err := Engine{}.Run(&blob.Blob{Data: src}, p, &blob.Blob{Data: mark})
	if n := frame.Live() - before; n != 0 {
		t.Errorf("the job left %d frames behind", n)
	}
	imagetest.Lacks(t, err)
	if err != nil {
		t.Fatal(err)
	}
	img := imagetest.Decode(t, made.Data)
	if img.Rect.Size() != p.Size() {
		t.Fatalf("want %v, got %v", p.Size(), img.Rect)
	}
	return img
}

// composed lays mark over under at a point, in floats, on straight colours.
func composed(under, mark *image.NRGBA, at image.Point, opacity float64) *image.NRGBA {
	out := image.NewNRGBA(under.Rect)
	copy(out.Pix, under.Pix)
	for y := range mark.Rect.Dy() {
		for x := range mark.Rect.Dx() {
			p := image.Pt(x, y).Add(at)
			if !p.In(out.Rect) {
				continue
			}
			u, m := out.NRGBAAt(p.X, p.Y), mark.NRGBAAt(x, y)
			ua, ma := float64(u.A)/255, float64(m.A)/255*opacity
			a := ma + ua*(1-ma)
			mix := func(u, m uint8) uint8 {
				if a == 0 {
					return 0
				}
				return uint8((float64(m)*ma+float64(u)*ua*(1-ma))/a + 0.5)
			}
			out.SetNRGBA(p.X, p.Y, color.NRGBA{mix(u.R, m.R), mix(u.G, m.G), mix(u.B, m.B), uint8(a*255 + 0.5)})
		}
	}
	return out
}

// TestWatermark: in every format, with and without alpha, the result is the picture with the mark laid over it.
func TestWatermark(t *testing.T) {
	logo := imagetest.EncodePNG(t, imagetest.WithAlpha(imagetest.Photo(80, 40)), imagetest.PNG{Alpha: true})
	solid := imagetest.EncodePNG(t, imagetest.Photo(80, 40), imagetest.PNG{})
	for _, tt := range []struct {
		query   string
		mark    []byte
		size    string // of the mark
		at      image.Point
		opacity float64
	}{
		{"w=200", logo, "w=40", image.Pt(160, 130), 1},
		{"w=200&wmw=0.25&wmm=5", logo, "w=50", image.Pt(145, 120), 1},
		{"w=200&wmw=0.25&wmm=4&wmg=top-left&dpr=1.5&h=150&fit=fill&up=1", logo, "w=75", image.Pt(6, 6), 1},
		{"w=200&wmw=1&wmg=center", logo, "", image.Pt(60, 55), 1}, // not enlarged
		{"w=200&wmw=1&wmg=center&up=1", solid, "w=200&up=1", image.Pt(0, 25), 1},
		{"w=200&wma=0.5&wmg=0.5x0", solid, "w=40", image.Pt(80, 0), 0.5},
		{"w=200&wma=0", solid, "w=40", image.Pt(160, 130), 0},
		{"w=200&padding=10&border=5,f00&wmw=0.1", logo, "w=23", image.Pt(207, 168), 1}, // of all of it
		{"w=200&radius=max&wmw=0.3&wmg=bottom", logo, "w=60", image.Pt(70, 120), 1},
		{"w=200&h=20&fit=fill&wmw=0.5", logo, "h=20", image.Pt(160, 0), 1}, // the height does not suffice
		{"w=200&gray=1&wmw=0.4", logo, "w=80", image.Pt(120, 110), 1},
	} {
		small := run(t, tt.mark, tt.size, format.PNG).img
		for _, alpha := range []bool{false, true} {
			img, kind := imagetest.Photo(200, 150), imagetest.PNG{}
			if alpha {
				img, kind = imagetest.WithAlpha(img), imagetest.PNG{Alpha: true}
			}
			src := imagetest.EncodePNG(t, img, kind)
			for _, out := range fullColor() {
				t.Run(fmt.Sprintf("%s alpha %t %s", tt.query, alpha, out), func(t *testing.T) {
					under, q := run(t, src, tt.query, format.PNG).img, tt.query+"&q=95"
					if !out.Alpha() {
						under = imagetest.Over(under, color.NRGBA{255, 255, 255, 255})
					}
					want, bound := composed(under, small, tt.at, tt.opacity), 50.0
					if out != format.PNG {
						bound = 28
					}
					if got := imagetest.PSNR(want, marked(t, src, tt.mark, q, out)); got < bound {
						t.Errorf("want %g dB against the reference, got %.1f", bound, got)
					}
				})
			}
		}
	}
}

// TestTiledWatermark: copies stand side by side with the margin between them, from the top left corner on.
func TestTiledWatermark(t *testing.T) {
	logo := imagetest.EncodePNG(t, imagetest.WithAlpha(imagetest.Photo(80, 40)), imagetest.PNG{Alpha: true})
	src := imagetest.EncodePNG(t, imagetest.Photo(200, 150), imagetest.PNG{})
	want, small := run(t, src, "", format.PNG).img, run(t, logo, "w=40", format.PNG).img
	for y := 7; y < 150; y += 27 {
		for x := 7; x < 200; x += 47 {
			want = composed(want, small, image.Pt(x, y), 1)
		}
	}
	if got := imagetest.PSNR(want, marked(t, src, logo, "wmg=tile&wmm=7", format.PNG)); got < 50 {
		t.Errorf("want 50 dB against the reference, got %.1f", got)
	}
}

// TestWatermarkOrientations: the mark stands upright however it is stored, whatever is done to the picture.
func TestWatermarkOrientations(t *testing.T) {
	stored := imagetest.Photo(80, 40)
	src := imagetest.EncodePNG(t, imagetest.Photo(200, 150), imagetest.PNG{})
	for o := 1; o <= 8; o++ {
		mark := imagetest.JPEGYCbCr(t, stored, 1, 1, imagetest.JPEG{Exif: o})
		under := run(t, src, "rot=90&flip=h", format.PNG).img
		small := reference(stored, o, parse(t, "w=30"), false)
		want := composed(under, small, image.Pt(150-30, 200-small.Rect.Dy()), 1)
		got := marked(t, src, mark, "rot=90&flip=h&wmw=0.2", format.PNG)
		if psnr := imagetest.PSNR(want, got); psnr < 35 { // the mark is a JPEG
			t.Errorf("orientation %d: want 35 dB against the reference, got %.1f", o, psnr)
		}
	}
}

// TestWatermarkColors: a mark has its colours on a picture of any profile, whatever profile it has itself.
func TestWatermarkColors(t *testing.T) {
	c := color.NRGBA{200, 60, 90, 255}
	flat := func(c color.NRGBA, profile []byte) []byte {
		img := image.NewNRGBA(image.Rect(0, 0, 40, 40))
		for i := 0; i < len(img.Pix); i += 4 {
			img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = c.R, c.G, c.B, 255
		}
		return imagetest.EncodePNG(t, img, imagetest.PNG{ICC: profile})
	}
	in := func(k icc.Kind) color.NRGBA {
		v := icc.FromSRGB(k, [3]uint8{c.R, c.G, c.B})
		return color.NRGBA{v[0], v[1], v[2], 255}
	}
	kinds := []icc.Kind{icc.None, icc.DisplayP3, icc.AdobeRGB}
	for _, below := range kinds {
		src := flat(color.NRGBA{20, 120, 60, 255}, icc.Profile(below))
		for _, above := range kinds {
			for _, out := range fullColor() {
				t.Run(fmt.Sprintf("%v on %v as %s", above, below, out), func(t *testing.T) {
					got := marked(t, src, flat(in(above), icc.Profile(above)), "wmw=1&q=95", out).NRGBAAt(20, 20)
					want := in(below)
					for _, d := range []int{int(got.R) - int(want.R), int(got.G) - int(want.G), int(got.B) - int(want.B)} {
						if max(d, -d) > 4 {
							t.Errorf("got %v, want %v", got, want)
							break
						}
					}
				})
			}
		}
	}
	got := marked(t, flat(c, nil), flat(color.NRGBA{120, 210, 60, 255}, swapped()), "wmw=1", format.PNG).NRGBAAt(20, 20)
	if want := fromSwapped(color.NRGBA{120, 210, 60, 255}); int(got.R)-int(want.R) > 2 || int(got.G)-int(want.G) > 2 ||
		int(got.B)-int(want.B) > 2 {
		t.Errorf("through a profile: got %v, want %v", got, want)
	}
}

// TestDamagedWatermark: the fault is the mark's, and the picture's where that is damaged.
func TestDamagedWatermark(t *testing.T) {
	whole := imagetest.EncodePNG(t, imagetest.Photo(100, 80), imagetest.PNG{})
	cut := whole[:len(whole)/2]
	for part, sources := range [][2][]byte{{cut, whole}, {whole, cut}} {
		p := markedPlan(t, whole, whole, "w=50", format.PNG)
		_, _, err := Engine{}.Run(&blob.Blob{Data: sources[0]}, p, &blob.Blob{Data: sources[1]})
		if err == nil || fault.From(err).Kind != fault.DamagedImage || fault.From(err).Part != part {
			t.Errorf("part %d is damaged: got %v of part %d", part, err, fault.From(err).Part)
		}
	}
	if n := frame.Live(); n != 0 {
		t.Errorf("%d frames are left", n)
	}
}

// TestGrayWatermark: two pictures without colour make one without.
func TestGrayWatermark(t *testing.T) {
	gray := imagetest.JPEGGray(t, imagetest.Photo(100, 80), imagetest.JPEG{})
	vivid := imagetest.JPEGYCbCr(t, imagetest.Photo(100, 80), 2, 2, imagetest.JPEG{})
	for _, out := range fullColor() {
		if p := markedPlan(t, gray, gray, "w=50", out); p.Model != probe.Gray {
			t.Errorf("grey on grey as %s has model %d", out, p.Model)
		}
		if p := markedPlan(t, gray, vivid, "w=50", out); p.Model == probe.Gray {
			t.Errorf("colours on grey as %s are grey", out)
		}
		marked(t, gray, gray, "w=50", out)
		marked(t, gray, vivid, "w=50", out)
	}
}
