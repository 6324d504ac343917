package sample

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"sync"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// made keeps the pictures for all tests that only look at them.
var made = New()

func fetch(t *testing.T, s *Source, name string) *blob.Blob {
	t.Helper()
	b, err := s.Fetch(t.Context(), "sample:"+name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSamples(t *testing.T) {
	s := made
	tests := []struct {
		name          string
		format        format.Format
		width, height int
	}{
		{"photo", format.JPEG, 1600, 1067},
		{"portrait", format.JPEG, 1200, 800},
		{"drawing", format.PNG, 1200, 800},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if Names()[i] != tt.name {
				t.Errorf("Names() = %v", Names())
			}
			b := fetch(t, s, tt.name)
			c, _, err := image.DecodeConfig(bytes.NewReader(b.Data))
			if err != nil || c.Width != tt.width || c.Height != tt.height || b.Format != tt.format {
				t.Errorf("%v %d×%d, %v; want %v %d×%d", b.Format, c.Width, c.Height, err, tt.format, tt.width, tt.height)
			}
			if n := len(b.Data); n < 20<<10 || n > 500<<10 {
				t.Errorf("%d bytes: not what a picture of its kind has", n)
			}
			if fetch(t, s, tt.name) != b {
				t.Error("made twice")
			}
			if !bytes.Equal(fetch(t, New(), tt.name).Data, b.Data) {
				t.Error("made differently the second time")
			}
		})
	}
	if len(Names()) != len(tests) || len(s.pictures) != len(tests) {
		t.Errorf("%d names, %d pictures, %d tested", len(Names()), len(s.pictures), len(tests))
	}
}

func TestUnknown(t *testing.T) {
	for _, url := range []string{
		"", "photo", "sample:", "sample:Photo", "sample:photo ", "sample:a/b",
		"http://example.com/",
	} {
		_, err := made.Fetch(t.Context(), url)
		f := fault.From(err)
		if err == nil || f.Kind != fault.SourceNotFound {
			t.Errorf("%q: %v", url, err)
		}
		for _, name := range Names() {
			if !strings.Contains(f.Detail, name) {
				t.Errorf("%q does not list %s", f.Detail, name)
			}
		}
	}
}

func TestTogether(t *testing.T) {
	s := New()
	got := make([]*blob.Blob, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i], _ = s.Fetch(t.Context(), "sample:drawing") })
	}
	wg.Wait()
	if got[0] == nil || len(slices.Compact(got)) != 1 {
		t.Error("those who ask at the same time do not share one picture")
	}
}

// The engine's tests count on it: planes at half size for chroma.
func TestSubsampling(t *testing.T) {
	for _, name := range []string{"photo", "portrait"} {
		img, err := jpeg.Decode(bytes.NewReader(fetch(t, made, name).Data))
		if err != nil {
			t.Fatal(err)
		}
		if y, ok := img.(*image.YCbCr); !ok || y.SubsampleRatio != image.YCbCrSubsampleRatio420 {
			t.Errorf("%s is %T, want YCbCr 4:2:0", name, img)
		}
	}
}

func TestPortraitLies(t *testing.T) {
	data := fetch(t, made, "portrait").Data
	if !bytes.HasPrefix(data, []byte("\xff\xd8\xff\xe1\x00\x22Exif\x00\x00MM")) {
		t.Fatalf("no Exif segment: % x", data[:16])
	}
	if length := int(data[4])<<8 | int(data[5]); data[4+length] != 0xff || data[31] != 6 {
		t.Errorf("the segment's length or the orientation is wrong: % x", data[:48])
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	// Shown: blue sky above, green hills below. Stored: sky at the left, hills at the right.
	if c := at(img, 30, 760); c.B < c.R+40 {
		t.Errorf("the upper left corner is %v, want blue", c)
	}
	if c := at(img, 1180, 400); c.G < c.B+10 {
		t.Errorf("the lower middle is %v, want green", c)
	}
	if c := at(img, 300, 424); c.R < c.B+60 {
		t.Errorf("the balloon is %v, want warm", c)
	}
}

func at(img image.Image, x, y int) color.NRGBA {
	return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
}

func TestDrawingHasAlpha(t *testing.T) {
	img, err := png.Decode(bytes.NewReader(fetch(t, made, "drawing").Data))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		what string
		x, y int
		want color.NRGBA
	}{
		{"nothing", 5, 5, color.NRGBA{}},
		{"frame", 90, 200, color.NRGBA{0x1d, 0x2b, 0x4f, 255}},
		{"sun", 285, 170, color.NRGBA{0xf9, 0xc2, 0x2e, 255}},
		{"mountain, clipped by the frame", 185, 300, color.NRGBA{0x53, 0xb3, 0xcb, 255}},
		{"below the frame", 185, 400, color.NRGBA{}},
		{"one disc", 215, 470, color.NRGBA{255, 0, 0, 140}},
		{"bar", 460, 640, color.NRGBA{0xe4, 0x57, 0x2e, 255}},
	}
	for _, tt := range tests {
		if c := at(img, tt.x, tt.y); c != tt.want {
			t.Errorf("%s is %v, want %v", tt.what, c, tt.want)
		}
	}
	if c := at(img, 215, 590); c.A < 200 || c.A == 255 {
		t.Errorf("three discs have alpha %d, want them to add up", c.A)
	}
}

// A photo has many colours and detail everywhere; a picture that came out flat does not.
func TestPhotoIsNotFlat(t *testing.T) {
	img, err := jpeg.Decode(bytes.NewReader(fetch(t, made, "photo").Data))
	if err != nil {
		t.Fatal(err)
	}
	colors := make(map[color.NRGBA]bool)
	darkest, brightest := uint8(255), uint8(0)
	for y := 0; y < landHeight; y += 4 {
		for x := 0; x < landWidth; x += 4 {
			c := at(img, x, y)
			colors[c] = true
			darkest, brightest = min(darkest, c.G), max(brightest, c.G)
		}
	}
	if len(colors) < 10_000 || darkest > 40 || brightest < 240 {
		t.Errorf("%d colours, green from %d to %d", len(colors), darkest, brightest)
	}
}
