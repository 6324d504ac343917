//go:build unix

package e2e

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"imagekit/internal/cache/purge"
	"imagekit/internal/fault"
)

// flat is a PNG of one colour.
func flat(t *testing.T, c color.NRGBA) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, 60, 40))
	for i := 0; i < len(img.Pix); i += 4 {
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = c.R, c.G, c.B, c.A
	}
	return encodePNG(t, img)
}

// TestWatermark: marks of the operator's folder and of an origin lie on the picture, are purged with it or without it, and
// what is wrong with one has its own status, names it, and costs the picture nothing.
func TestWatermark(t *testing.T) {
	t.Parallel()
	red, blue := color.NRGBA{220, 20, 20, 255}, color.NRGBA{20, 20, 220, 255}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "logo.png"), flat(t, red), 0o600); err != nil {
		t.Fatal(err)
	}
	o := newOrigin(t)
	s := start(t, "IMAGEKIT_WATERMARKS="+folder, "IMAGEKIT_MAX_PIXELS=1000000", "IMAGEKIT_CACHE_TAGS=1",
		"IMAGEKIT_PURGE_TOKEN=a-token-of-this-test")
	source, mark := o.put("/a.jpg", photo(t, 300, 200)), o.put("/mark.png", flat(t, blue))+"?a=1&wmw=0.5"
	corner := func(a answer) color.NRGBA {
		t.Helper()
		img, _, err := image.Decode(bytes.NewReader(a.body))
		if err != nil {
			t.Fatal(err)
		}
		return color.NRGBAModel.Convert(img.At(img.Bounds().Dx()-2, img.Bounds().Dy()-2)).(color.NRGBA)
	}
	for wm, want := range map[string]color.NRGBA{"logo": red, mark: blue} {
		if got := corner(s.picture(t, "url", source, "w", "100", "f", "png", "wm", wm)); got != want {
			t.Errorf("%s: the corner is %v, want %v", wm, got, want)
		}
	}
	s.stored(t)
	a := s.picture(t, "url", source, "w", "100", "f", "png", "wm", mark)
	a.wantState(t, "HIT")
	if got, want := a.header.Get("Surrogate-Key"), purge.Tag(source)+" "+purge.Tag(mark); got != want {
		t.Errorf("tagged %q, want %q", got, want)
	}
	if n := o.count("/a.jpg"); n != 1 {
		t.Errorf("%d downloads of the picture, want 1", n)
	}
	if a := s.must(t, http.MethodPost, "/cache/purge", strings.NewReader("url="+strings.ReplaceAll(mark, "&", "%26")+"\n"),
		"Authorization", "Bearer a-token-of-this-test"); a.status != http.StatusNoContent {
		t.Fatalf("purge: %d: %s", a.status, a.body)
	}
	o.put("/mark.png", flat(t, red))
	a = s.picture(t, "url", source, "w", "100", "f", "png", "wm", mark)
	a.wantState(t, "MISS")
	if got := corner(a); got != red {
		t.Errorf("after the purge of the watermark the corner is %v, want %v", got, red)
	}
	s.picture(t, "url", source, "w", "100", "f", "png", "wm", "logo").wantState(t, "HIT")
	badMarks(t, s, o, source)
}

// badMarks asks for watermarks that cannot be had.
func badMarks(t *testing.T, s *server, o *origin, source string) {
	t.Helper()
	whole := flat(t, color.NRGBA{1, 2, 3, 255})
	for wm, want := range map[string]fault.Kind{
		o.url + "/missing.png":             fault.SourceNotFound,
		o.put("/text.png", []byte("text")): fault.NotAnImage,
		o.put("/cut.png", whole[:60]):      fault.DamagedImage,
		"http://169.254.169.254/logo.png":  fault.SourceForbidden,
		"http://10.0.0.1/logo.png":         fault.SourceForbidden,
		"ftp://example.com/logo.png":       fault.BadSource,
		"nobody":                           fault.BadParameter,
		o.put("/wide.png", wide(t)):        fault.TooManyPixels,
	} {
		for range 2 { // remembered as it was
			a := s.img(t, "url", source, "w", "101", "wm", wm)
			words := []string{"the watermark: "}
			if want == fault.BadSource || want == fault.BadParameter {
				words = []string{"wm: "}
			}
			a.wantCode(t, want, words...)
		}
	}
	s.picture(t, "url", source, "w", "102")
	if n := o.count("/a.jpg"); n > 3 {
		t.Errorf("%d downloads of the picture: bad watermarks cost it more", n)
	}
	s.picture(t, "url", source, "w", "103", "wm", o.put("/moves.gif", moving(t)))
	a := s.img(t, "url", source, "w", "101", "wm", "logo", "wmm", "60")
	a.wantCode(t, fault.BadParameter, "wmm: ")
}

// wide is a PNG of more pixels than are allowed.
func wide(t *testing.T) []byte { return encodePNG(t, image.NewGray(image.Rect(0, 0, 1001, 1000))) }

// moving is an animation of two pictures.
func moving(t *testing.T) []byte {
	t.Helper()
	frame := image.NewPaletted(image.Rect(0, 0, 30, 20), color.Palette{color.Black, color.White})
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{5, 5}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
