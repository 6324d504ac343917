package engine

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/format"
	"imagekit/internal/testkit/imagetest"
)

// told is what a reader of facts sees.
type told struct {
	Source struct {
		Format                                    string
		Width, Height, Bytes, Frames, Orientation int
		Alpha, HDR                                bool
		Profile                                   string
	}
	Result struct{ Width, Height int }
	Color  struct {
		Average, Dominant string
		Palette           []string
	}
	BlurHash, ThumbHash, LQIP string
}

// factsOf asks for the facts of a picture.
func factsOf(t testing.TB, src []byte, query string) told {
	t.Helper()
	p := planned(t, src, query, format.JSON)
	if size := p.Size(); max(size.X, size.Y) > 100 {
		t.Errorf("%q: facts are told of %v, want a small picture", query, size)
	}
	return readFacts(t, runPlan(t, src, p))
}

func readFacts(t testing.TB, data []byte) (f told) {
	t.Helper()
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	if len(f.LQIP) > 1000 {
		t.Errorf("the placeholder has %d bytes, want at most 1,000", len(f.LQIP))
	}
	return f
}

// shown decodes a placeholder.
func (f told) shown(t testing.TB) *image.NRGBA {
	t.Helper()
	_, text, _ := strings.Cut(f.LQIP, ";base64,")
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return imagetest.Decode(t, data)
}

// apart is the largest difference of two colours in a sample.
func apart(t testing.TB, a, b string) (most float64) {
	t.Helper()
	x, errA := hex.DecodeString(strings.TrimPrefix(a, "#"))
	y, errB := hex.DecodeString(strings.TrimPrefix(b, "#"))
	if errA != nil || errB != nil || len(x) != 3 || len(y) != 3 {
		t.Fatalf("want colours as #rrggbb, got %q and %q", a, b)
	}
	for i := range x {
		most = max(most, math.Abs(float64(x[i])-float64(y[i])))
	}
	return most
}

// Facts are those of the picture that the same parameters make, whatever they are and whatever the source is: here they are
// compared with the facts of that picture, made as PNG.
func TestFactsAreOfThePicture(t *testing.T) {
	photo := imagetest.Photo(480, 360)
	clear := imagetest.WithAlpha(photo)
	sources := map[string][]byte{
		"png":         imagetest.EncodePNG(t, photo, imagetest.PNG{}),
		"clear png":   imagetest.EncodePNG(t, clear, imagetest.PNG{Alpha: true}),
		"deep png":    imagetest.EncodePNG(t, clear, imagetest.PNG{Alpha: true, Depth: 16}),
		"turned jpeg": imagetest.JPEGYCbCr(t, photo, 2, 2, imagetest.JPEG{Exif: 6}),
		"flat jpeg":   imagetest.JPEGYCbCr(t, photo, 1, 1, imagetest.JPEG{Exif: 4}),
		"grey jpeg":   imagetest.JPEGGray(t, photo, imagetest.JPEG{}),
		"cmyk jpeg":   imagetest.JPEGCMYK(t, photo, false, imagetest.JPEG{}),
		"webp":        imagetest.WebP(t, clear, true),
		"avif":        imagetest.EncodeAVIF(t, photo, imagetest.AVIF{}),
		"gif":         imagetest.GIF(t, photo),
	}
	queries := []string{
		"", "w=200", "w=300&h=100&fit=cover&g=left", "w=200&h=200&fit=pad&bg=3366cc", "w=200&h=100&fit=fill", "crop=0.25,0.25,0.5,0.5",
		"rot=90&flip=h", "w=300&padding=40,10&bg=fff", "w=300&border=30,336699", "w=240&radius=max", "w=300&blur=12", "w=240&pixelate=24",
		"sepia=1", "tint=3366cc&w=100", "gray=1&brightness=1.4", "w=40&up=1", "w=600&up=1&dpr=2", "w=3&h=300&fit=fill&up=1",
	}
	for i, name := range slices.Sorted(maps.Keys(sources)) {
		src := sources[name]
		for k, query := range queries {
			if (i+k)%3 > 0 && query != "" {
				continue // each query meets three sources or four
			}
			t.Run(name+" "+query, func(t *testing.T) {
				got := factsOf(t, src, query)
				made := run(t, src, query, format.PNG)
				want := factsOf(t, made.data, "")
				if size := image.Pt(got.Result.Width, got.Result.Height); size != made.plan.Size() {
					t.Errorf("got the size %v, want %v", size, made.plan.Size())
				}
				if d := apart(t, got.Color.Average, want.Color.Average); d > 3 {
					t.Errorf("got the average %s, want %s", got.Color.Average, want.Color.Average)
				}
				a, b := got.shown(t), want.shown(t)
				if a.Rect != b.Rect {
					t.Fatalf("got a placeholder of %v, want %v", a.Rect, b.Rect)
				}
				if p := imagetest.PSNR(imagetest.Over(a, white), imagetest.Over(b, white)); p < 25 {
					t.Errorf("the placeholder differs: %.1f dB", p)
				}
			})
		}
	}
}

// What is said of the source is what its header says.
func TestFactsOfTheSource(t *testing.T) {
	src := imagetest.JPEGYCbCr(t, imagetest.Photo(320, 200), 2, 2, imagetest.JPEG{Exif: 6})
	got := factsOf(t, src, "w=100").Source
	if got.Format != "jpeg" || got.Width != 320 || got.Height != 200 || got.Bytes != len(src) || got.Frames != 1 || got.Orientation != 6 ||
		got.Alpha || got.HDR || got.Profile != "none" {
		t.Errorf("got %+v", got)
	}
	moving := movie(t)
	f := factsOf(t, moving, "")
	if s := f.Source; s.Format != "gif" || s.Frames != 4 || s.Orientation != 1 || s.Bytes != len(moving) {
		t.Errorf("got %+v", s)
	}
	if f.Color.Dominant != "#c82828" {
		t.Errorf("got %s of an animation, want that of its first picture", f.Color.Dominant)
	}
	if second := factsOf(t, moving, "page=3"); len(second.Color.Palette) < 2 {
		t.Errorf("got %v of the third picture, want its colours", second.Color.Palette)
	}
}

// Nothing to see has no colours, and is told all the same.
func TestFactsOfNothing(t *testing.T) {
	src := imagetest.EncodePNG(t, image.NewNRGBA(image.Rect(0, 0, 20, 30)), imagetest.PNG{Alpha: true})
	data := runPlan(t, src, planned(t, src, "", format.JSON))
	if !strings.Contains(string(data), `"color":{"average":null,"dominant":null,"palette":[]}`) {
		t.Errorf("got %s", data)
	}
}

// The worst that a placeholder can hold is noise, transparent too.
func TestPlaceholderIsSmall(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range []image.Point{{1, 1}, {20, 20}, {96, 96}, {400, 300}, {1, 500}} {
		img := image.NewNRGBA(image.Rectangle{Max: size})
		for i := range img.Pix {
			img.Pix[i] = byte(r.Uint32())
		}
		factsOf(t, imagetest.EncodePNG(t, img, imagetest.PNG{Alpha: true}), "")
	}
}

func uniform(w, h int, c color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return img
}

// Colours laid over a picture count, and a mark is as large on the small picture.
func TestFactsWithWatermark(t *testing.T) {
	src := imagetest.EncodePNG(t, imagetest.Photo(800, 600), imagetest.PNG{})
	mark := imagetest.EncodePNG(t, uniform(400, 300, blue), imagetest.PNG{})
	for _, query := range []string{"wmw=0.5", "wmw=0.2&wmg=tile&wmm=60", "w=400&wmw=1"} {
		p := markedPlan(t, src, mark, query, format.JSON)
		made, _, err := Engine{}.Run(&blob.Blob{Data: src}, p, &blob.Blob{Data: mark})
		imagetest.Lacks(t, err)
		if err != nil {
			t.Fatal(err)
		}
		got := readFacts(t, made.Data)
		whole := imagetest.EncodePNG(t, marked(t, src, mark, query, format.PNG), imagetest.PNG{})
		want := factsOf(t, whole, "")
		if d := apart(t, got.Color.Average, want.Color.Average); d > 6 {
			t.Errorf("%s: got the average %s, want %s", query, got.Color.Average, want.Color.Average)
		}
	}
}

// BenchmarkFacts is what facts cost beside the decode: their picture is as small as that which they are told of.
func BenchmarkFacts(b *testing.B) {
	src := imagetest.EncodePNG(b, imagetest.Photo(96, 72), imagetest.PNG{})
	p := planned(b, src, "", format.JSON)
	for b.Loop() {
		if _, _, err := (Engine{}).Run(&blob.Blob{Data: src}, p); err != nil {
			b.Fatal(err)
		}
	}
}
