package engine

import (
	"image/color"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/icc"
	"imagekit/internal/testkit/imagetest"
)

// bg is a colour of the page around the picture, so it means the same colour whatever profile the picture carries.
func TestBackgroundUnderProfile(t *testing.T) {
	img := imagetest.Patches(24)
	clear := imagetest.WithAlpha(img)
	for _, c := range []struct {
		kind icc.Kind
		want color.NRGBA // sRGB's 3366cc there, by the matrices of CSS Color 4 §17
	}{
		{icc.None, color.NRGBA{51, 102, 204, 255}},
		{icc.DisplayP3, color.NRGBA{65, 101, 197, 255}},
		{icc.AdobeRGB, color.NRGBA{72, 102, 200, 255}},
	} {
		for name, src := range map[string][]byte{
			"JPEG":     imagetest.JPEGYCbCr(t, img, 2, 2, imagetest.JPEG{ICC: icc.Profile(c.kind)}),
			"PNG RGBA": imagetest.EncodePNG(t, clear, imagetest.PNG{Alpha: true, ICC: icc.Profile(c.kind)}),
		} {
			for _, out := range format.Outputs() {
				t.Run(c.kind.String()+" "+name+" to "+out.String(), func(t *testing.T) {
					got := run(t, src, "w=96&h=160&fit=pad&bg=3366cc&q=95", out)
					want := c.want
					if out == format.GIF { // holds no profile, so it is sRGB
						want = color.NRGBA{51, 102, 204, 255}
					}
					if p := got.img.NRGBAAt(48, 10); float64(colorDistance(p, want)) > maxPatch+slack(out) {
						t.Errorf("the background is %v, want %v", p, want)
					}
				})
			}
		}
	}
}
