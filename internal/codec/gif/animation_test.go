package gif

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	stdgif "image/gif"
	"math/rand/v2"
	"testing"

	"imagekit/internal/testkit/giftest"
)

// movie is an animation of random pictures with every disposal, transparent colours and rectangles.
func movie(t *testing.T, seed uint64) []byte {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 2))
	g := &stdgif.GIF{Config: image.Config{Width: 23, Height: 17}}
	for range 12 {
		x, y := rnd.IntN(23), rnd.IntN(17)
		r := image.Rect(x, y, x+1+rnd.IntN(23-x), y+1+rnd.IntN(17-y))
		palette := color.Palette{red, blue, color.RGBA{0, 255, 0, 255}, color.RGBA{9, 9, 9, 255}}
		if rnd.IntN(2) == 0 {
			palette[rnd.IntN(4)] = nothing
		}
		img := image.NewPaletted(r, palette)
		for i := range img.Pix {
			img.Pix[i] = byte(rnd.IntN(4))
		}
		g.Image, g.Delay, g.Disposal = append(g.Image, img), append(g.Delay, rnd.IntN(9)), append(g.Disposal,
			byte(rnd.IntN(4)))
	}
	var b bytes.Buffer
	if err := stdgif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestAnimation compares every picture with one that is composed from the standard library's, plainly.
func TestAnimation(t *testing.T) {
	for seed := range uint64(20) {
		src := movie(t, seed)
		all, err := stdgif.DecodeAll(bytes.NewReader(src))
		if err != nil {
			t.Fatal(err)
		}
		a, err := NewAnimation(src)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.Release)
		canvas := image.NewRGBA(image.Rect(0, 0, 23, 17))
		for i, img := range all.Image {
			p, ok := a.step()
			if !ok || p.Rect != img.Rect || p.Delay != all.Delay[i] {
				t.Fatalf("seed %d, picture %d: %v, rectangle %v, delay %d; want %v and %d", seed, i, ok, p.Rect, p.Delay,
					img.Rect, all.Delay[i])
			}
			before := *canvas
			before.Pix = bytes.Clone(canvas.Pix)
			draw.Draw(canvas, img.Rect, img, img.Rect.Min, draw.Over)
			sameCanvas(t, a, canvas)
			switch all.Disposal[i] {
			case stdgif.DisposalBackground:
				draw.Draw(canvas, img.Rect, image.Transparent, image.Point{}, draw.Src)
			case stdgif.DisposalPrevious:
				canvas = &before
			}
		}
		if _, ok := a.step(); ok {
			t.Errorf("seed %d: more than %d pictures", seed, len(all.Image))
		}
	}
}

func sameCanvas(t *testing.T, a *Animation, want *image.RGBA) {
	t.Helper()
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			if got := at(a.canvas.frame, x, y); got != want.RGBAAt(x, y) {
				t.Fatalf("pixel %d,%d: got %v, want %v", x, y, got, want.RGBAAt(x, y))
			}
		}
	}
}

// TestAnimationBeyond: a later picture is cut at the canvas, and one that is far larger is left out, without memory
// for it.
func TestAnimationBeyond(t *testing.T) {
	one := func(r image.Rectangle, index byte) []byte {
		pixels := bytes.Repeat([]byte{index}, min(r.Dx()*r.Dy(), 1<<16))
		return giftest.Picture{Rect: r, CodeSize: 2, Data: giftest.Codes(2, giftest.Literals(2, pixels...)...)}.Bytes()
	}
	a, err := NewAnimation(giftest.File(image.Pt(4, 4), rgby,
		one(image.Rect(0, 0, 4, 4), 0), one(image.Rect(2, 2, 9, 9), 1), one(image.Rect(0, 0, 65535, 65535),
			2), one(image.Rect(9, 9, 12, 12), 3)))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Release()
	want := image.NewRGBA(image.Rect(0, 0, 4, 4))
	draw.Draw(want, want.Rect, image.NewUniform(color.RGBA{200, 40, 40, 255}), image.Point{}, draw.Src)
	for i := range 4 {
		if i == 1 {
			draw.Draw(want, image.Rect(2, 2, 4, 4), image.NewUniform(color.RGBA{40, 160, 60, 255}), image.Point{}, draw.Src)
		}
		if _, ok := a.step(); !ok {
			t.Fatalf("picture %d is missing", i)
		}
		sameCanvas(t, a, want)
	}
	if len(a.indices) > 1<<16 {
		t.Errorf("%d indices are kept", len(a.indices))
	}
}
