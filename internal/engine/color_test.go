package engine

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/codec/avif"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/icc"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
)

// maxPatch is how far a patch's mean may be off in any format, in 8-bit levels.
const maxPatch = 3

// slack is how much more an AVIF may be off with the newer libraries: libaom ≥ 3.12, tuned for pictures, spends fewer
// bits on flat chroma.
func slack(out format.Format) float64 {
	if out == format.AVIF && !strings.HasPrefix(avif.Version(), "0.") {
		return 2.5
	}
	if imagetest.Portable {
		return 0.5 // its AVIFs go by R, G and B of 8 bits on their way in and out
	}
	return 0
}

// swapped is no usual profile: sRGB's colorants with red and green exchanged, and a plain gamma.
func swapped() []byte {
	p := imagetest.SRGBPrimaries
	p[0], p[1] = p[1], p[0]
	return imagetest.WithPrimaries(icc.Profile(icc.AdobeRGB), p)
}

// fromSwapped is the sRGB colour that c means under swapped.
func fromSwapped(c color.NRGBA) color.NRGBA {
	return color.NRGBA{regamma(c.G, 2.2), regamma(c.R, 2.2), regamma(c.B, 2.2), 255}
}

// regamma turns a code of a gamma curve into sRGB's.
func regamma(v uint8, gamma float64) uint8 {
	l := math.Pow(float64(v)/255, gamma)
	if l <= 0.0031308 {
		return uint8(math.Round(255 * 12.92 * l))
	}
	return uint8(math.Round(255 * (1.055*math.Pow(l, 1/2.4) - 0.055)))
}

func grayOf(c color.NRGBA) color.NRGBA {
	y := uint8(math.Round(0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)))
	return color.NRGBA{y, y, y, 255}
}

func same(c color.NRGBA) color.NRGBA { return c }

// colored is a source of the patches, the profile its results have, and what the patches mean in it.
type colored struct {
	name string
	data []byte
	kind icc.Kind
	want func(color.NRGBA) color.NRGBA
}

func coloredSources(t *testing.T) []colored {
	patches := imagetest.Patches(32)
	p3, adobe := icc.Profile(icc.DisplayP3), icc.Profile(icc.AdobeRGB)
	srgb := imagetest.WithPrimaries(p3, imagetest.SRGBPrimaries)
	gray := imagetest.GrayProfile(1.8)
	grayTo := func(c color.NRGBA) color.NRGBA {
		v := regamma(grayOf(c).R, 1.8)
		return color.NRGBA{v, v, v, 255}
	}
	png := func(profile []byte, alpha bool) []byte {
		return imagetest.EncodePNG(t, patches, imagetest.PNG{ICC: profile, Alpha: alpha})
	}
	jpeg := func(profile []byte) []byte {
		return imagetest.JPEGYCbCr(t, patches, 2, 2, imagetest.JPEG{ICC: profile})
	}
	cicp := func(primaries, transfer uint8) []byte {
		return imagetest.EncodeAVIF(t, patches, imagetest.AVIF{
			SubX: 1, SubY: 1,
			CICP: avif.CICP{Primaries: primaries, Transfer: transfer, Matrix: 6},
		})
	}
	return []colored{
		{"PNG", png(nil, false), icc.None, same},
		{"PNG RGBA", png(nil, true), icc.None, same},
		{"JPEG", jpeg(nil), icc.None, same},
		{"JPEG RGB", imagetest.JPEGRGB(t, patches, imagetest.JPEG{}), icc.None, same},
		{"WebP", imagetest.WebP(t, patches, false), icc.None, same},
		{"AVIF", cicp(1, 13), icc.None, same},
		{"AVIF limited", special(t, patches, imagetest.AVIF{SubX: 1, SubY: 1, Limited: true, Depth: 10}), icc.None, same},
		{"AVIF BT.709", imagetest.EncodeAVIF(t, patches,
			imagetest.AVIF{SubX: 2, SubY: 2, CICP: avif.CICP{Primaries: 1, Transfer: 1, Matrix: 1}}), icc.None, same},
		{"PNG sRGB", png(srgb, false), icc.None, same},
		{"JPEG sRGB", jpeg(srgb), icc.None, same},
		{"JPEG Display P3", jpeg(p3), icc.DisplayP3, same},
		{"PNG Display P3", png(p3, true), icc.DisplayP3, same},
		{"AVIF Display P3", cicp(12, 13), icc.DisplayP3, same},
		{"WebP Display P3", run(t, jpeg(p3), "q=100", format.WebP).data, icc.DisplayP3, same},
		{"JPEG Adobe RGB", jpeg(adobe), icc.AdobeRGB, same},
		{"PNG Adobe RGB", png(adobe, false), icc.AdobeRGB, same},
		{"AVIF Adobe RGB", special(t, patches, imagetest.AVIF{SubX: 2, SubY: 2, ICC: adobe}), icc.AdobeRGB, same},
		{"PNG other RGB", png(swapped(), false), icc.None, fromSwapped},
		{"PNG RGBA other RGB", png(swapped(), true), icc.None, fromSwapped},
		{"JPEG other RGB", jpeg(swapped()), icc.None, fromSwapped},
		{"AVIF other RGB", special(t, patches, imagetest.AVIF{SubX: 1, SubY: 1, ICC: swapped()}), icc.None, fromSwapped},
		{"JPEG gray gamma", imagetest.JPEGGray(t, patches, imagetest.JPEG{ICC: gray}), icc.None, grayTo},
		{
			"PNG gray gamma", imagetest.EncodePNG(t, patches, imagetest.PNG{Gray: true, Alpha: true, ICC: gray}), icc.None,
			grayTo,
		},
		{"CMYK", imagetest.JPEGCMYK(t, patches, false, imagetest.JPEG{}), icc.None, same},
		{"YCCK", imagetest.JPEGCMYK(t, patches, true, imagetest.JPEG{}), icc.None, same},
	}
}

// The colours of a URL do not depend on the output format, and they are right: samples with a well-known profile stay as
// they are and keep it, all others end as sRGB without one.
func TestColors(t *testing.T) {
	for _, s := range coloredSources(t) {
		var want []color.NRGBA
		for _, c := range imagetest.Colors() {
			want = append(want, s.want(c))
		}
		for _, out := range fullColor() {
			t.Run(s.name+" to "+out.String(), func(t *testing.T) {
				need(t, s.data)
				got := run(t, s.data, "w=96&q=95", out)
				if e := imagetest.PatchError(got.img, want); e > maxPatch+slack(out) {
					t.Errorf("colours are up to %.1f off, want at most %g", e, maxPatch+slack(out))
				}
				if kind := carried(got.info); kind != s.kind {
					t.Errorf("want profile %s, got %s", s.kind, kind)
				}
				if s.kind == icc.None && bytes.Contains(got.data, []byte("acsp")) {
					t.Error("want no profile in an sRGB result")
				}
			})
		}
	}
}

// carried tells which profile a result has: embedded, or for AVIF by code points.
func carried(info probe.Info) icc.Kind {
	if info.ICC == icc.None && info.CICP.Primaries == 12 && info.CICP.Transfer == 13 {
		return icc.DisplayP3
	}
	return info.ICC
}

// inkLab gives the inks of a made-up press moderate colours, so that everything lies within sRGB.
func inkLab(c, m, y, k int) [3]float64 {
	if k == 1 {
		return [3]float64{5, 0, 0}
	}
	return [3]float64{
		100 - 28*float64(c) - 30*float64(m) - 8*float64(y),
		-20*float64(c) + 40*float64(m) - 3*float64(y),
		-25*float64(c) - 6*float64(m) + 50*float64(y),
	}
}

func TestCMYKThroughItsProfile(t *testing.T) {
	inks := [][4]int{
		{0, 0, 0, 0},
		{1, 0, 0, 0},
		{0, 1, 0, 0},
		{0, 0, 1, 0},
		{1, 1, 0, 0},
		{1, 0, 1, 0},
		{0, 1, 1, 0},
		{1, 1, 1, 0},
	}
	const side, n = 32, 8
	p := make([]imagetest.Component, 4)
	for i := range p {
		p[i] = imagetest.Component{Samples: image.NewGray(image.Rect(0, 0, n*side, side)), H: 1, V: 1}
		for x := range n * side {
			for y := range side {
				p[i].Samples.SetGray(x, y, color.Gray{uint8(255 - 255*inks[x/side][i])}) // Adobe stores inks inverted
			}
		}
	}
	src := imagetest.EncodeJPEG(t, n*side, side, imagetest.JPEG{Adobe: 1, ICC: imagetest.CMYKProfile(inkLab)}, p...)
	for _, out := range format.Outputs() {
		t.Run(out.String(), func(t *testing.T) {
			got := run(t, src, "w=128&q=95", out)
			for i, ink := range inks {
				want := labToSRGB(inkLab(ink[0], ink[1], ink[2], ink[3]))
				if c := got.img.NRGBAAt(i*16+8, 8); colorDistance(c, want) > 5 {
					t.Errorf("inks %v: got %v, want %v", ink, c, want)
				}
			}
		})
	}
}

// labToSRGB converts CIELAB (D50) by the definitions, with the Bradford-adapted matrix of sRGB.
func labToSRGB(lab [3]float64) color.NRGBA {
	fy := (lab[0] + 16) / 116
	inv := func(f float64) float64 {
		if f > 6.0/29 {
			return f * f * f
		}
		return 3 * 36.0 / 841 * (f - 4.0/29)
	}
	x, y, z := 0.9642*inv(fy+lab[1]/500), inv(fy), 0.8249*inv(fy-lab[2]/200)
	r := 3.1338561*x - 1.6168667*y - 0.4906146*z
	g := -0.9787684*x + 1.9161415*y + 0.0334540*z
	b := 0.0719453*x - 0.2289914*y + 1.4052427*z
	code := func(l float64) uint8 {
		l = min(max(l, 0), 1)
		if l <= 0.0031308 {
			return uint8(math.Round(255 * 12.92 * l))
		}
		return uint8(math.Round(255 * (1.055*math.Pow(l, 1/2.4) - 0.055)))
	}
	return color.NRGBA{code(r), code(g), code(b), 255}
}

// pq returns the code 0…1 of a luminance in cd/m² (SMPTE ST 2084).
func pq(nits float64) float64 {
	const m1, m2, c1, c2, c3 = 1305.0 / 8192, 2523.0 / 32, 107.0 / 128, 2413.0 / 128, 2392.0 / 128
	l := math.Pow(nits/10000, m1)
	return math.Pow((c1+c2*l)/(1+c3*l), m2)
}

// HDR pictures must not come out black, blown out or as an error: what is brighter than BT.2408's reference white,
// 203 cd/m², keeps its modelling, so that white itself is half of what the screen can do, as in Chromium.
func TestHDR(t *testing.T) {
	for _, c := range []struct {
		name     string
		code     float64
		transfer uint8
		low, hi  uint8
	}{
		{"PQ white", pq(203), 16, 186, 189},
		{"PQ 18 % grey", pq(203 * 0.18), 16, 83, 87},
		{"PQ black", 0, 16, 0, 3},
		{"PQ highlight", pq(600), 16, 237, 241},
		{"PQ brightest", pq(1000), 16, 254, 255},
		{"BT.2020 SDR grey", 0.5, 14, 126, 130},
		{"HLG white", 0.75, 18, 186, 189},
		{"HLG brightest", 1, 18, 254, 255},
		{"HLG grey", 0.38, 18, 70, 74},
		{"HLG black", 0, 18, 0, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := uint8(math.Round(255 * c.code))
			img := imagetest.Over(image.NewNRGBA(image.Rect(0, 0, 64, 48)), color.NRGBA{v, v, v, 255})
			for _, alpha := range []uint8{255, 128} {
				for i := 3; i < len(img.Pix); i += 4 {
					img.Pix[i] = alpha
				}
				for _, sub := range []int{1, 0} { // 4:4:4, 4:0:0
					src := imagetest.EncodeAVIF(t, img, imagetest.AVIF{
						SubX: sub, SubY: sub, Depth: 10, Alpha: alpha < 255, CICP: avif.CICP{
							Primaries: 9,
							Transfer:  c.transfer, Matrix: 6,
						},
					})
					got := run(t, src, "w=32", format.PNG)
					if p := got.img.NRGBAAt(16, 12); p.G < c.low || p.G > c.hi ||
						colorDistance(p, color.NRGBA{p.G, p.G, p.G, alpha}) > 2 {
						t.Errorf("subsampling %d, alpha %d: got %v, want grey within %d…%d", sub, alpha, p, c.low, c.hi)
					}
				}
			}
		})
	}
}

// Whatever code points a file states, it is shown or refused, but never our fault.
func TestEveryCodePoint(t *testing.T) {
	img := imagetest.WithAlpha(imagetest.Photo(16, 16))
	for _, alpha := range []bool{false, true} {
		for _, gray := range []bool{false, true} {
			a := imagetest.AVIF{SubX: 1, SubY: 1, Alpha: alpha, CICP: avif.CICP{Primaries: 1, Transfer: 13, Matrix: 6}}
			if gray {
				a.SubX, a.SubY = 0, 0
			}
			file := imagetest.EncodeAVIF(t, img, a)
			at := bytes.Index(file, []byte("colrnclx")) + len("colrnclx")
			for field, most := range []int{23, 19, 16} {
				for v := range most {
					for _, other := range []byte{1, 9} { // a gamut that needs a transform, and one that does not
						src := bytes.Clone(file)
						src[at+1] = other
						src[at+2*field+1] = byte(v)
						t.Run(fmt.Sprintf("alpha %t gray %t field %d = %d primaries %d", alpha, gray, field, v, other),
							func(t *testing.T) {
								anyAnswerButInternal(t, src)
							})
					}
				}
			}
		}
	}
}

func anyAnswerButInternal(t *testing.T, src []byte) {
	t.Helper()
	info, err := probe.Read(src, probe.Limits{MaxPixels: limits.MaxPixels})
	if err == nil {
		var p plan.Plan
		if p, err = plan.New(info, parse(t, "w=8"), format.PNG, limits); err == nil {
			_, _, err = Engine{}.Run(&blob.Blob{Data: src, Format: info.Format}, p)
		}
	}
	if err != nil && fault.From(err).Kind == fault.Internal {
		t.Errorf("want a picture or a refusal, got %v", err)
	}
}
