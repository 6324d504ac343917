package gif

import (
	"bytes"
	"image"
	"image/color"
	stdgif "image/gif"
	"os"
	"slices"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

var (
	red     = color.RGBA{255, 0, 0, 255}
	blue    = color.RGBA{0, 0, 255, 255}
	nothing = color.RGBA{}
)

// file writes a GIF whose frames fill rects with pixels that go through the palette.
func file(t testing.TB, canvas image.Point, palette color.Palette, rects ...image.Rectangle) []byte {
	t.Helper()
	g := &stdgif.GIF{Config: image.Config{Width: canvas.X, Height: canvas.Y}}
	for _, r := range rects {
		img := image.NewPaletted(r, palette)
		for i := range img.Pix {
			img.Pix[i] = byte(i % len(palette))
		}
		g.Image, g.Delay = append(g.Image, img), append(g.Delay, 0)
	}
	var b bytes.Buffer
	if err := stdgif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func at(f *frame.Frame, x, y int) color.RGBA {
	c := color.RGBA{A: 255}
	c.R, c.G, c.B = f.Planes[0].Row(y, 8)[x], f.Planes[1].Row(y, 8)[x], f.Planes[2].Row(y, 8)[x]
	if f.HasAlpha() {
		c.A = f.Alpha.Row(y, 8)[x]
	}
	return c
}

func TestDecode(t *testing.T) {
	full, part := image.Rect(0, 0, 7, 5), image.Rect(2, 1, 5, 4)
	tests := []struct {
		name    string
		palette color.Palette
		rects   []image.Rectangle
		alpha   bool
	}{
		{"opaque", color.Palette{red, blue}, []image.Rectangle{full}, false},
		{"transparent colour", color.Palette{red, nothing, blue}, []image.Rectangle{full}, true},
		{"does not cover", color.Palette{red, blue}, []image.Rectangle{part}, true},
		{"only the first frame", color.Palette{red, blue}, []image.Rectangle{part, full}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Decode(file(t, full.Max, tt.palette, tt.rects...), frame.Hint{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Release()
			if f.Model != frame.RGB || f.Width != 7 || f.Height != 5 || f.HasAlpha() != tt.alpha {
				t.Fatalf("want 7×5 RGB, alpha %t; got %d×%d, model %d, alpha %t", tt.alpha, f.Width, f.Height, f.Model, f.HasAlpha())
			}
			first, i := tt.rects[0], 0
			for y := range 5 {
				for x := range 7 {
					want := nothing
					if image.Pt(x, y).In(first) {
						want = tt.palette[i%len(tt.palette)].(color.RGBA)
						i++
					}
					if got := at(f, x, y); got != want {
						t.Errorf("pixel %d,%d: want %v, got %v", x, y, want, got)
					}
				}
			}
		})
	}
}

func TestDecodeErrors(t *testing.T) {
	good := file(t, image.Pt(64, 64), color.Palette{red, blue}, image.Rect(0, 0, 64, 64))
	screen := func(w, h byte) []byte {
		b := slices.Clone(good)
		b[6], b[7], b[8], b[9] = w, w, h, h
		return b
	}
	tests := []struct {
		name string
		file []byte
		want fault.Kind
	}{
		{"empty", nil, fault.DamagedImage},
		{"header alone", good[:13], fault.DamagedImage},
		{"cut in the pixels", good[:len(good)-20], fault.DamagedImage},
		{"no canvas", screen(0, 1), fault.DamagedImage},
		{"frame outside the canvas", append(screen(0, 0)[:6:6], append([]byte{1, 0, 1, 0}, good[10:]...)...), fault.DamagedImage},
		{"too many pixels", screen(255, 255), fault.TooManyPixels},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Decode(tt.file, frame.Hint{}); err == nil || fault.From(err).Kind != tt.want {
				t.Errorf("want %s, got %v", tt.want, err)
			}
		})
	}
}

// TestDecodeIgnoresTheRest: damage after the first frame is nobody's loss.
func TestDecodeIgnoresTheRest(t *testing.T) {
	rect := image.Rect(0, 0, 9, 9)
	one := file(t, rect.Max, color.Palette{red, blue}, rect)
	f, err := Decode(append(one[:len(one)-1:len(one)-1], "junk instead of a trailer"...), frame.Hint{})
	if err != nil {
		t.Fatal(err)
	}
	f.Release()
}

// FuzzDecode compares every pixel with the standard library's picture drawn on a canvas.
func FuzzDecode(f *testing.F) {
	f.Add(file(f, image.Pt(7, 5), color.Palette{red, blue}, image.Rect(0, 0, 7, 5)))
	f.Add(file(f, image.Pt(7, 5), color.Palette{red, nothing, blue}, image.Rect(1, 2, 7, 5), image.Rect(0, 0, 7, 5)))
	f.Fuzz(func(t *testing.T, src []byte) {
		size, err := screen(src)
		if err != nil || size.X*size.Y > 1<<18 {
			t.Skip("not a canvas a fuzz run should fill")
		}
		got, err := Decode(src, frame.Hint{})
		std, stdErr := stdgif.Decode(bytes.NewReader(src))
		if (err == nil) != (stdErr == nil) {
			t.Fatalf("the standard library says %v, Decode says %v", stdErr, err)
		}
		if err != nil {
			if fault.From(err).Kind != fault.DamagedImage {
				t.Fatal(err)
			}
			return
		}
		defer got.Release()
		for y := range size.Y {
			for x := range size.X {
				want := color.RGBA{}
				if image.Pt(x, y).In(std.Bounds()) {
					want = std.At(x, y).(color.RGBA)
				}
				if at(got, x, y) != want {
					t.Fatalf("pixel %d,%d: want %v, got %v", x, y, want, at(got, x, y))
				}
			}
		}
	})
}

// TestPhoto reads a real animation.
func TestPhoto(t *testing.T) {
	const name = "../../../../shared/photos/animated.gif"
	src, err := os.ReadFile(name)
	if err != nil {
		t.Skip("real picture not present: " + name)
	}
	f, err := Decode(src, frame.Hint{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	all, err := stdgif.DecodeAll(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	first := all.Image[0]
	if f.Width != all.Config.Width || f.Height != all.Config.Height {
		t.Fatalf("want %d×%d, got %d×%d", all.Config.Width, all.Config.Height, f.Width, f.Height)
	}
	for y := first.Rect.Min.Y; y < first.Rect.Max.Y; y++ {
		for x := first.Rect.Min.X; x < first.Rect.Max.X; x++ {
			if got := at(f, x, y); got != first.At(x, y).(color.RGBA) {
				t.Fatalf("pixel %d,%d: want %v, got %v", x, y, first.At(x, y), got)
			}
		}
	}
}
