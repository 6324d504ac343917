package text

import (
	"image"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/goregular"
)

// drawn draws a text that must not fail, within its space.
func drawn(t testing.TB, f *Fonts, s Spec) *image.RGBA {
	t.Helper()
	if s.Most == (image.Point{}) {
		s.Most = image.Pt(400, 300)
	}
	if s.Size == 0 {
		s.Size = 32
	}
	img, err := f.Draw(s)
	if err != nil {
		t.Fatalf("%q: %v", s.Text, err)
	}
	if !img.Rect.In(image.Rectangle{Max: s.Most}) {
		t.Fatalf("%q: drawn at %v, beyond %v", s.Text, img.Rect, s.Most)
	}
	return img
}

// ink is the rectangle of what can be seen, in its space.
func ink(img *image.RGBA) (r image.Rectangle) {
	for y := img.Rect.Min.Y; y < img.Rect.Max.Y; y++ {
		for x := img.Rect.Min.X; x < img.Rect.Max.X; x++ {
			if img.RGBAAt(x, y).A > 127 {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

// TestPlaces: the block stands where it is asked to, and shorter lines likewise among longer ones.
func TestPlaces(t *testing.T) {
	f := New()
	for _, tt := range []struct {
		x, y float64
		want func(r image.Rectangle) bool
	}{
		{0, 0, func(r image.Rectangle) bool { return r.Min.X < 8 && r.Min.Y < 16 }},
		{1, 1, func(r image.Rectangle) bool { return r.Max.X > 392 && r.Max.Y > 284 }},
		{0.5, 0.5, func(r image.Rectangle) bool {
			c := r.Min.Add(r.Max).Div(2).Sub(image.Pt(200, 150))
			return max(c.X, -c.X, c.Y, -c.Y) < 6
		}},
	} {
		if r := ink(drawn(t, f, Spec{Text: "Hamburg", X: tt.x, Y: tt.y})); !tt.want(r) {
			t.Errorf("at %gx%g: %v", tt.x, tt.y, r)
		}
	}
	lower := func(x float64) image.Rectangle {
		img := drawn(t, f, Spec{Text: "Hamburg\nI", X: x})
		img.Rect.Min.Y += 40
		img.Pix = img.Pix[40*img.Stride:]
		return ink(img)
	}
	if left, right := lower(0), lower(1); left.Min.X > 8 || right.Max.X < 392 {
		t.Errorf("the shorter line is at %v and %v", left, right)
	}
}

// TestWrap: lines are not wider than the space, words stay whole where they can, and what does not fit is cut off.
func TestWrap(t *testing.T) {
	f := New()
	count := func(text string, width int) int {
		return len(f.lay(Spec{Text: text, Size: 20}, width).lines)
	}
	for _, tt := range []struct {
		text  string
		width int
		least int
		most  int
	}{
		{"one two three four", 1000, 1, 1},
		{"one two three four", 60, 3, 4},
		{"one\ntwo\n\nfour", 1000, 4, 4},
		{strings.Repeat("m", 40), 100, 5, 20}, // one word
		{"a", 1, 1, 1},
	} {
		if n := count(tt.text, tt.width); n < tt.least || n > tt.most {
			t.Errorf("%q at %d: %d lines, want %d to %d", tt.text, tt.width, n, tt.least, tt.most)
		}
	}
	b := f.lay(Spec{Text: "one two three four five six seven", Size: 20}, 100)
	if b.width > 100 {
		t.Errorf("the lines are %g wide, want at most 100", b.width)
	}
	drawn(t, f, Spec{Text: strings.Repeat("long ", 60), Size: 500, Most: image.Pt(30, 20)})
	if img := drawn(t, f, Spec{Text: "a\nb\nc", Tall: 10}); img.Rect.Dy() > 10 {
		t.Errorf("%d pixels high, want at most 10", img.Rect.Dy())
	}
}

// TestBox: a box stands behind all of the text, in its colour.
func TestBox(t *testing.T) {
	img := drawn(t, New(), Spec{Text: "Hello", Box: &[3]uint8{10, 20, 30}, X: 0.5, Y: 0.5})
	for _, p := range []image.Point{img.Rect.Min, {img.Rect.Max.X - 1, img.Rect.Max.Y - 1}} {
		if c := img.RGBAAt(p.X, p.Y); c.R != 10 || c.G != 20 || c.B != 30 || c.A != 255 {
			t.Errorf("the corner %v of the box is %v", p, c)
		}
	}
}

// TestMissing: a character that no font has is a box, and its neighbours are as they are.
func TestMissing(t *testing.T) {
	f := New()
	for _, r := range []string{"\U0002A6D6", "न", "\ue000", "\U000F0000", "\u0378"} {
		if r := ink(drawn(t, f, Spec{Text: r})); r.Dx() < 8 || r.Dy() < 16 {
			t.Errorf("%q is %v, want a box", r, r)
		}
	}
	if outline := missing(1000, 600); len(outline) != 10 {
		t.Errorf("a box of %d lines", len(outline))
	}
	// Not seen: joiners, directions, selectors of variants.
	for _, r := range []string{"\u200d", "\u202e", "\ufe0f", "\u2066", " ", "\u00a0"} {
		if r := ink(drawn(t, f, Spec{Text: "\u200b" + r})); !r.Empty() {
			t.Errorf("%q shows %v", r, r)
		}
	}
}

// TestHostile: texts that are hard on a shaper end, within the space.
func TestHostile(t *testing.T) {
	f := New()
	for _, text := range hostile() {
		for _, most := range []image.Point{{400, 300}, {1, 1}, {2000, 3}, {3, 2000}} {
			for _, size := range []int{1, 32, 1000} {
				drawn(t, f, Spec{Text: text, Size: size, Most: most, X: 1, Y: 1, Box: &[3]uint8{}})
			}
		}
	}
}

func hostile() []string {
	return []string{
		"a" + strings.Repeat("\u0301", 149), strings.Repeat("\u0301", 150), strings.Repeat("\u202e", 100),
		strings.Repeat("\u2067", 100) + "a", strings.Repeat("\n", 300), strings.Repeat("\u202eab\u202c\u2066", 20),
		strings.Repeat("\u200d", 100), "\ufeff", strings.Repeat("\U0001F469\u200d", 40), "\xff\xfe\x80",
		strings.Repeat("ﷺ", 100), strings.Repeat("क्", 45), strings.Repeat("\u0e33", 100), "\u2028\u2029\u0085a", "\x00\x1d\xf4",
		strings.Repeat("\u1100\u1161", 45), strings.Repeat("m", 300), "א\u05b0\u0301b\u202eג",
	}
}

// TestRightToLeft: the first letter of a paragraph says where it begins.
func TestRightToLeft(t *testing.T) {
	for text, want := range map[string]bool{
		"abc": false, "שלום": true, "... שלום abc": true, "12 abc שלום": false, "مرحبا": true, "123": false, "": false,
	} {
		if got := rightToLeft([]rune(text)); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}

// TestFonts: names, what tells sets apart, and files that are no fonts.
func TestFonts(t *testing.T) {
	own := File{"own", goregular.TTF}
	a, b, plain := New(own, File{"z", goregular.TTF}), New(File{"z", goregular.TTF}, own), New()
	if got := strings.Join(a.Names(), " "); got != "go go-bold own z" || a.Digest != b.Digest || a.Digest == plain.Digest ||
		plain.Digest != "" || New(File{"ow", goregular.TTF}, File{"z", goregular.TTF}).Digest == a.Digest {
		t.Errorf("got %q, digests %q %q %q", got, a.Digest, b.Digest, plain.Digest)
	}
	if !a.Has("") || !a.Has("own") || a.Has("other") {
		t.Error("Has is wrong")
	}
	if err := Check(goregular.TTF); err != nil {
		t.Error(err)
	}
	for _, bad := range [][]byte{nil, []byte("text"), goregular.TTF[:100], goregular.TTF[:2000]} {
		if Check(bad) == nil {
			t.Errorf("%d bytes are taken for a font", len(bad))
		}
	}
}

// FuzzDraw: any text is drawn within its space.
func FuzzDraw(f *testing.F) {
	for _, text := range append(hostile(), "Hello, world") {
		f.Add(text, 32, uint16(400), uint16(300), 0.5)
	}
	fonts := New()
	f.Fuzz(func(t *testing.T, text string, size int, w, h uint16, x float64) {
		if len(text) > 300 || size < 1 || size > 4000 || !(x >= 0 && x <= 1) {
			return
		}
		drawn(t, fonts, Spec{Text: text, Size: size, Most: image.Pt(1+int(w)%500, 1+int(h)%500), X: x, Y: x})
	})
}

// FuzzFont: a broken file of a font is an error or draws something, and no panic.
func FuzzFont(f *testing.F) {
	f.Add(goregular.TTF[:4000])
	f.Add([]byte("OTTO"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if Check(data) == nil {
			_, _ = New(File{"own", data}).Draw(Spec{Text: "Aé", Font: "own", Size: 20, Most: image.Pt(100, 100)})
		}
	})
}
