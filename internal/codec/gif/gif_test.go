package gif

import (
	"bytes"
	"image"
	"image/color"
	stdgif "image/gif"
	"os"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
	"imagekit/internal/testkit/giftest"
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
				t.Fatalf("want 7×5 RGB, alpha %t; got %d×%d, model %d, alpha %t", tt.alpha, f.Width, f.Height, f.Model,
					f.HasAlpha())
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

const wide, high = 8, 6

// quarters is a picture with another colour in each quarter.
func quarters(edit ...func(*giftest.Picture)) []byte {
	p := giftest.Picture{Rect: image.Rect(0, 0, wide, high), CodeSize: 2, Data: giftest.Codes(2, quarterCodes(wide*high)...)}
	for _, e := range edit {
		e(&p)
	}
	return p.Bytes()
}

// quarterCodes are the codes of its first pixels.
func quarterCodes(n int) []int {
	indices := make([]byte, n)
	for i := range indices {
		indices[i] = byte(i/wide/(high/2)*2 + i%wide/(wide/2))
	}
	return giftest.Literals(2, indices...)
}

type tolerant struct {
	name    string
	file    []byte
	size    image.Point
	quarter string // the middle of each quarter; '.' is transparent, 'k' black
}

func tolerants() []tolerant {
	const half = wide * high / 2
	with := func(codes ...int) []byte {
		return quarters(func(p *giftest.Picture) { p.Data = giftest.Codes(2, codes...) })
	}
	moved := quarters(func(p *giftest.Picture) { p.Rect = p.Rect.Add(image.Pt(wide, high)) })
	broken := quarterCodes(wide * high)
	broken[half*3/2+1] = 7 // behind a clear code
	empty, full, end := giftest.Picture{CodeSize: 2}.Bytes(), quarters(), giftest.End
	screen, gif, control := image.Pt(wide, high), giftest.File, giftest.Control
	return []tolerant{
		{"sound", gif(screen, rgby, full, end), screen, "rgby"},
		{"screen of 0×0", gif(image.Point{}, rgby, full, end), screen, "rgby"},
		{"screen smaller", gif(image.Pt(4, 3), rgby, full, end), screen, "rgby"},
		{"picture beyond the screen", gif(screen, rgby, moved, end), image.Pt(2*wide, 2*high), "...y"},
		{"no palette", gif(screen, nil, full, end), screen, "kkkk"},
		{"indices beyond the palette", gif(screen, rgby[:6], full, end), screen, "rgkk"},
		{"transparent index beyond the palette", gif(screen, rgby[:6], control(3, 0, 0), full, end), screen, "rgk."},
		{"transparent", gif(screen, rgby, control(1, 0, 0), full, end), screen, "r.by"},
		{"two controls", gif(screen, rgby, control(1, 0, 0), control(-1, 0, 0), full, end), screen, "rgby"},
		{"unknown extension", gif(screen, rgby, []byte("\x21\x77\x03abc\x00"), full, end), screen, "rgby"},
		{"stray bytes", gif(screen, rgby, []byte("\x00\x00abc"), full, end), screen, "rgby"},
		{"empty picture first", gif(screen, rgby, empty, full, end), screen, "rgby"},
		{"empty picture alone", gif(screen, rgby, empty, end), screen, "...."},
		{"too few pixels", gif(screen, rgby, with(quarterCodes(half)...), end), screen, "rg.."},
		{"no pixels", gif(screen, rgby, with(), end), screen, "...."},
		{"codes that make no sense", gif(screen, rgby, with(broken...), end), screen, "rg.."},
		{"bytes behind the codes", gif(screen, rgby, full[:len(full)-1], []byte("\x03abc\x00"), end), screen, "rgby"},
		{"tail cut off", gif(screen, rgby, full[:len(full)-1]), screen, "rgby"},
	}
}

// TestTolerant: files that are against the rules look as in Chromium.
func TestTolerant(t *testing.T) {
	for _, tt := range tolerants() {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Decode(tt.file, frame.Hint{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Release()
			if got := image.Pt(f.Width, f.Height); got != tt.size {
				t.Fatalf("size %v, want %v", got, tt.size)
			}
			got := ""
			for i := range 4 {
				got += names[at(f, tt.size.X/4*(1+i%2*2), tt.size.Y/4*(1+i/2*2))]
			}
			if got != tt.quarter {
				t.Errorf("quarters %q, want %q", got, tt.quarter)
			}
			if want := strings.Contains(tt.quarter, "."); f.HasAlpha() != want {
				t.Errorf("alpha plane %t, want %t", f.HasAlpha(), want)
			}
		})
	}
}

var (
	rgby  = []byte{200, 40, 40, 40, 160, 60, 40, 60, 200, 220, 200, 60}
	names = map[color.RGBA]string{
		{200, 40, 40, 255}: "r", {40, 160, 60, 255}: "g", {40, 60, 200, 255}: "b", {220, 200, 60, 255}: "y", {
			0, 0, 0,
			255,
		}: "k", {}: ".",
	}
)

func TestDecodeErrors(t *testing.T) {
	good := file(t, image.Pt(64, 64), color.Palette{red, blue}, image.Rect(0, 0, 64, 64))
	one := giftest.Picture{
		Rect: image.Rect(0, 0, 1, 1), CodeSize: 2,
		Data: giftest.Codes(2, giftest.Literals(2, 1)...),
	}.Bytes()
	tests := []struct {
		name string
		file []byte
		want fault.Kind
	}{
		{"empty", nil, fault.DamagedImage},
		{"header alone", good[:13], fault.DamagedImage},
		{"cut in the pixels", good[:len(good)-20], fault.DamagedImage},
		{"no picture", giftest.File(image.Pt(1, 1), rgby, giftest.End), fault.DamagedImage},
		{
			"no canvas", giftest.File(image.Pt(0, 0), rgby, giftest.Picture{CodeSize: 2}.Bytes(), giftest.End),
			fault.DamagedImage,
		},
		{"too many pixels", giftest.File(image.Pt(65535, 65535), rgby, one), fault.TooManyPixels},
		{"too many pixels by the place of the picture", giftest.File(image.Pt(1, 1), rgby, giftest.Picture{
			Rect: image.Rect(65535, 65535, 65536, 65536), CodeSize: 2, Data: giftest.Codes(2, giftest.Literals(2, 1)...),
		}.Bytes()), fault.TooManyPixels},
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

// FuzzDecode: what the standard library decodes is decoded alike, every pixel. It refuses more.
func FuzzDecode(f *testing.F) {
	f.Add(file(f, image.Pt(7, 5), color.Palette{red, blue}, image.Rect(0, 0, 7, 5)))
	f.Add(file(f, image.Pt(7, 5), color.Palette{red, nothing, blue}, image.Rect(1, 2, 7, 5), image.Rect(0, 0, 7, 5)))
	for _, tt := range tolerants() {
		f.Add(tt.file)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		r, size, _ := open(src)
		if size.X*size.Y > 1<<18 {
			t.Skip("not a canvas a fuzz run should fill")
		}
		got, err := Decode(src, frame.Hint{})
		if err != nil && fault.From(err).Kind != fault.DamagedImage {
			t.Fatal(err)
		}
		if err == nil {
			defer got.Release()
		}
		std, stdErr := stdgif.Decode(bytes.NewReader(src))
		if stdErr != nil || std.Bounds().Empty() || bytes.Count(src, []byte("\x21\xf9")) > 1 {
			return // of two control extensions it mixes up what they say
		}
		if p, err := first(r); err == nil && p.Transparent > len(p.Palette)/3 {
			return // it makes all indices up to this one transparent
		}
		if err != nil {
			t.Fatalf("the standard library reads it, but %v", err)
		}
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

func BenchmarkDecode(b *testing.B) {
	const name = "../../../../shared/photos/animated.gif"
	src, err := os.ReadFile(name)
	if err != nil {
		b.Skip("real picture not present: " + name)
	}
	b.Run("here", func(b *testing.B) {
		for b.Loop() {
			a, err := NewAnimation(src)
			if err != nil {
				b.Fatal(err)
			}
			for _, ok := a.step(); ok; _, ok = a.step() {
			}
			a.Release()
		}
	})
	b.Run("standard library", func(b *testing.B) { // without composing
		for b.Loop() {
			if _, err := stdgif.DecodeAll(bytes.NewReader(src)); err != nil {
				b.Fatal(err)
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
