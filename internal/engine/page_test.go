package engine

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	stdgif "image/gif"
	"testing"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
)

// movie is a GIF of four pictures that stay, go and give way.
func movie(t testing.TB) []byte {
	t.Helper()
	g := &stdgif.GIF{Config: image.Config{Width: 40, Height: 40}, LoopCount: 2}
	picture := func(r image.Rectangle, c color.NRGBA, disposal byte, delay int) {
		img := image.NewPaletted(r, color.Palette{c})
		g.Image, g.Delay, g.Disposal = append(g.Image, img), append(g.Delay, delay), append(g.Disposal, disposal)
	}
	picture(image.Rect(0, 0, 40, 40), red, stdgif.DisposalNone, 5)
	picture(image.Rect(0, 0, 20, 20), green, stdgif.DisposalPrevious, 0)
	picture(image.Rect(20, 0, 40, 20), blue, stdgif.DisposalBackground, 30)
	picture(image.Rect(0, 20, 20, 40), gold, stdgif.DisposalNone, 7)
	var b bytes.Buffer
	if err := stdgif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// moviePages are the quarters of the pictures that are shown, and moviePlays how long: what says 10 ms or less is shown
// for 100.
var (
	moviePages = [][]color.NRGBA{{red, red, red, red}, {green, red, red, red}, {red, blue, red, red}, {red, {}, gold, red}}
	moviePlays = []time.Duration{
		50 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond,
		70 * time.Millisecond,
	}
)

// Each page of a GIF is the canvas as it is shown then: what earlier pictures left, taken away as they ask.
func TestPage(t *testing.T) {
	src := movie(t)
	for page, want := range moviePages {
		query := fmt.Sprintf("page=%d&w=30", page+1)
		corners(t, run(t, src, query, format.PNG).img, want...)
		corners(t, run(t, src, query+"&rot=90", format.PNG).img, want[2], want[0], want[3], want[1])
	}
	opaque := run(t, src, "page=4&bg=fff", format.PNG).img
	corners(t, opaque, red, white, gold, red)
}

// A page that is not there, or cannot be read, is refused by its name.
func TestPageRefused(t *testing.T) {
	gif := imagetest.GIF(t, imagetest.Photo(20, 20))
	for _, c := range []struct {
		name  string
		src   []byte
		query string
		want  string
	}{
		{"of a still", gif, "page=2", "page: want at most 1, the number of pictures in the source, got 2"},
		{
			"of a photo", imagetest.JPEGYCbCr(t, imagetest.Photo(20, 20), 2, 2, imagetest.JPEG{}), "page=9",
			"page: want at most 1, the number of pictures in the source, got 9",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			info, err := probe.Read(c.src, probe.Limits{MaxPixels: limits.MaxPixels})
			if err != nil {
				t.Fatal(err)
			}
			_, err = plan.New(info, parse(t, c.query), format.PNG, limits)
			if f := fault.From(err); err == nil || f.Kind != fault.BadParameter || f.Param != "page" || f.Detail != c.want {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
