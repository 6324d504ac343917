package gifblock_test

import (
	"bytes"
	"compress/lzw"
	"fmt"
	"image"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"imagekit/internal/gifblock"
	"imagekit/internal/testkit/giftest"
)

var palette = []byte{200, 40, 40, 40, 160, 60, 40, 60, 200, 220, 200, 60}

// picture is 8×6, of four colours, with every pixel.
func picture(edit ...func(*giftest.Picture)) []byte {
	p := giftest.Picture{Rect: image.Rect(0, 0, 8, 6), CodeSize: 2, Data: data(48)}
	for _, e := range edit {
		e(&p)
	}
	return p.Bytes()
}

func data(pixels int) []byte {
	return giftest.Codes(2, giftest.Literals(2, bytes.Repeat([]byte{0, 1, 2, 3}, pixels/4)...)...)
}

func moved(x, y int) func(*giftest.Picture) {
	return func(p *giftest.Picture) { p.Rect = p.Rect.Add(image.Pt(x, y)) }
}

func sized(w, h int) func(*giftest.Picture) {
	return func(p *giftest.Picture) { p.Rect = image.Rect(0, 0, w, h) }
}

func describe(r *gifblock.Reader) []string {
	var got []string
	for p, ok := r.Next(); ok; p, ok = r.Next() {
		s := fmt.Sprint(p.Rect.Min.X, p.Rect.Min.Y, p.Rect.Dx(), p.Rect.Dy())
		if p.Transparent >= 0 {
			s += fmt.Sprint(" t", p.Transparent)
		}
		if p.Delay > 0 {
			s += fmt.Sprint(" d", p.Delay)
		}
		if p.Disposal != gifblock.Keep {
			s += fmt.Sprint(" x", p.Disposal)
		}
		if p.Cut {
			s += " cut"
		}
		if !p.Complete() {
			s += " short"
		}
		got = append(got, s)
	}
	return got
}

// TestReader: the rows say what Chromium shows of such files, where it shows them.
func TestReader(t *testing.T) {
	full, end := picture(), giftest.End
	control := giftest.Control
	tests := []struct {
		name   string
		screen image.Point
		blocks [][]byte
		canvas image.Point
		want   []string
	}{
		{"one picture", image.Pt(8, 6), [][]byte{full, end}, image.Pt(8, 6), []string{"0 0 8 6"}},
		{"screen of 0×0", image.Pt(0, 0), [][]byte{full, end}, image.Pt(8, 6), []string{"0 0 8 6"}},
		{"screen without width", image.Pt(0, 9), [][]byte{full, end}, image.Pt(8, 9), []string{"0 0 8 6"}},
		{"screen smaller than the picture", image.Pt(4, 3), [][]byte{full, end}, image.Pt(8, 6), []string{"0 0 8 6"}},
		{"picture reaches out", image.Pt(8, 6), [][]byte{picture(moved(3, 2)), end}, image.Pt(11, 8), []string{"3 2 8 6"}},
		{"picture beyond", image.Pt(8, 6), [][]byte{picture(moved(30, 20)), end}, image.Pt(38, 26), []string{"30 20 8 6"}},
		{
			"the second picture does not grow the canvas", image.Pt(8, 6),
			[][]byte{full, picture(moved(3, 2)), end},
			image.Pt(8, 6),
			[]string{"0 0 8 6", "3 2 8 6"},
		},
		{"empty picture first", image.Pt(0, 0), [][]byte{picture(sized(0, 0)), full, end}, image.Pt(8, 6), []string{"0 0 0 0", "0 0 8 6"}},
		{"picture without height", image.Pt(8, 6), [][]byte{picture(sized(5, 0)), end}, image.Pt(8, 6), []string{"0 0 5 0"}},
		{"control", image.Pt(8, 6), [][]byte{control(3, 7, 2), full, full, end}, image.Pt(8, 6), []string{"0 0 8 6 t3 d7 x1", "0 0 8 6"}},
		{"two controls", image.Pt(8, 6), [][]byte{control(3, 7, 2), control(-1, 0, 0), full, end}, image.Pt(8, 6), []string{"0 0 8 6"}},
		{"control, then a comment", image.Pt(8, 6), [][]byte{control(3, 0, 3), []byte("\x21\xfe\x02hi\x00"), full}, image.Pt(8, 6), []string{"0 0 8 6 t3 x2"}},
		{"control of three bytes", image.Pt(8, 6), [][]byte{[]byte("\x21\xf9\x03\x01\x00\x00\x00"), full}, image.Pt(8, 6), []string{"0 0 8 6"}},
		{"control of five bytes", image.Pt(8, 6), [][]byte{[]byte("\x21\xf9\x05\x01\x00\x00\x02\x00\x00"), full}, image.Pt(8, 6), []string{"0 0 8 6 t2"}},
		{"empty control", image.Pt(8, 6), [][]byte{[]byte("\x21\xf9\x00"), full}, image.Pt(8, 6), []string{"0 0 8 6"}},
		{"unknown extension", image.Pt(8, 6), [][]byte{[]byte("\x21\x77\x03abc\x00"), full, end}, image.Pt(8, 6), []string{"0 0 8 6"}},
		{"stray zeros before the picture", image.Pt(8, 6), [][]byte{{0, 0, 0}, full, end}, image.Pt(8, 6), []string{"0 0 8 6"}},
		{"stray bytes before the picture", image.Pt(8, 6), [][]byte{[]byte("abc"), full, end}, image.Pt(8, 6), []string{"0 0 8 6"}},
		{"stray bytes, then what is no picture of this screen", image.Pt(8, 6), [][]byte{[]byte("abc"), picture(moved(1, 0)), end}, image.Pt(8, 6), nil},
		{"stray bytes between pictures", image.Pt(8, 6), [][]byte{full, []byte("abc"), full}, image.Pt(8, 6), []string{"0 0 8 6"}},
		{"trailer", image.Pt(8, 6), [][]byte{full, end, full}, image.Pt(8, 6), []string{"0 0 8 6"}},
		{"cut in the descriptor", image.Pt(8, 6), [][]byte{full[:8]}, image.Pt(8, 6), nil},
		{"cut in the data", image.Pt(8, 6), [][]byte{full[:16]}, image.Pt(8, 6), []string{"0 0 8 6 cut short"}},
		{"cut behind the last pixel", image.Pt(8, 6), [][]byte{full[:len(full)-1]}, image.Pt(8, 6), []string{"0 0 8 6 cut"}},
		{"cut in a comment", image.Pt(8, 6), [][]byte{[]byte("\x21\xfe\x09hi")}, image.Pt(8, 6), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, ok := gifblock.NewReader(giftest.File(tt.screen, palette, tt.blocks...))
			if !ok {
				t.Fatal("the header is not read")
			}
			if got := r.Canvas(); got != tt.canvas {
				t.Errorf("canvas %v, want %v", got, tt.canvas)
			}
			if got := describe(r); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestCodes: what is there counts, whatever is wrong behind it.
func TestCodes(t *testing.T) {
	const clear, end = 4, 5
	codes := func(c ...int) []byte { return giftest.Codes(2, c...) }
	tests := []struct {
		name string
		size int // LZW minimum code size
		data []byte
		want []byte // of 8
	}{
		{"all", 2, codes(clear, 0, 1, clear, 2, 3, clear, 0, 1, clear, 2, 3, end), []byte{0, 1, 2, 3, 0, 1, 2, 3}},
		{"no clear code first", 2, codes(0, 1, clear, 2, 3, clear, 0, 1, clear, 2, 3), []byte{0, 1, 2, 3, 0, 1, 2, 3}},
		{"too many", 2, codes(clear, 0, 1, clear, 2, 3, clear, 0, 1, clear, 2, 3, clear, 1, 1, end), []byte{0, 1, 2, 3, 0, 1, 2, 3}},
		{"end too early", 2, codes(clear, 0, 1, end, 2, 3), []byte{0, 1}},
		{"no end", 2, codes(clear, 0, 1, clear, 0, 1, clear, 2), []byte{0, 1, 0, 1, 2}},
		{"nothing", 2, nil, nil},
		{"end alone", 2, codes(clear, end), nil},
		{"code that stands for nothing", 2, codes(clear, 0, 7, 1), []byte{0}},
		{"first code stands for nothing", 2, codes(clear, 6, 1), nil},
		{"code of the string being made", 2, codes(clear, 1, 6, clear, 2, end), []byte{1, 1, 1, 2}},
		{"code of a string", 2, codes(clear, 1, 2, 6, end), []byte{1, 2, 1, 2}},
		{"string longer than the picture", 2, codes(clear, 1, 6, clear, 2, 6, clear, 3, 6, end), []byte{1, 1, 1, 2, 2, 2, 3, 3}},
		{"literals of nine bits", 9, []byte("\x00\x02\x00\x00\x00\x00"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := giftest.File(image.Pt(8, 1), palette, picture(sized(8, 1), func(p *giftest.Picture) { p.CodeSize, p.Data = tt.size, tt.data }))
			r, _ := gifblock.NewReader(file)
			p, ok := r.Next()
			if !ok {
				t.Fatal("no picture")
			}
			out := make([]byte, 8)
			if got := out[:p.Indices(out)]; !bytes.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if p.Complete() != (len(tt.want) == 8) {
				t.Errorf("Complete says %t", p.Complete())
			}
		})
	}
}

// noise is compressible and not: runs, and what does not repeat, so that tables fill up.
func noise(n, codeSize int, seed uint64) []byte {
	rnd := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, n)
	for i := range b {
		if i%1000 < 300 && i > 0 {
			b[i] = b[i-1]
			continue
		}
		b[i] = byte(rnd.IntN(1 << codeSize))
	}
	return b
}

// TestAgainstTheStandardLibrary: streams that it writes come back, of all code sizes and with full tables.
func TestAgainstTheStandardLibrary(t *testing.T) {
	for size := 2; size <= 8; size++ {
		for _, n := range []int{1, 2, 255, 256, 5000, 60_000} {
			want := noise(n, size, uint64(size*n))
			var b bytes.Buffer
			w := lzw.NewWriter(&b, lzw.LSB, size)
			if _, err := w.Write(want); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			file := giftest.File(image.Pt(n, 1), palette, picture(sized(n, 1), func(p *giftest.Picture) { p.CodeSize, p.Data = size, b.Bytes() }))
			r, _ := gifblock.NewReader(file)
			p, _ := r.Next()
			got := make([]byte, n)
			if at := p.Indices(got); at != n || !bytes.Equal(got, want) || !p.Complete() {
				t.Errorf("%d indices of %d bits: got %d of them, equal %t, complete %t", n, size, at, bytes.Equal(got, want), p.Complete())
			}
		}
	}
}

// TestRow: rows of an interlaced picture come in their order, and those that are missing from the pass before.
func TestRow(t *testing.T) {
	for height := 1; height < 40; height++ {
		p := gifblock.Picture{Rect: image.Rect(0, 0, 2, height), Interlaced: true}
		var order []int
		for _, pass := range [][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
			for y := pass[0]; y < height; y += pass[1] {
				order = append(order, y)
			}
		}
		var all []byte
		for _, y := range order {
			all = append(all, byte(y), byte(y))
		}
		for there := range order {
			for y := range height {
				want := -1 // none
				for _, from := range []int{y, y &^ 1, y &^ 3, y &^ 7} {
					if slices.Contains(order[:there], from) {
						want = from
						break
					}
				}
				row := p.Row(all[:2*there], y)
				if want < 0 != (len(row) == 0) || want >= 0 && !bytes.Equal(row, []byte{byte(want), byte(want)}) {
					t.Fatalf("height %d, %d rows there, row %d: got %v, want %d", height, there, y, row, want)
				}
			}
		}
	}
}

// FuzzIndices: whatever the codes are, both readings of them agree, and what the standard library decodes is decoded
// alike.
func FuzzIndices(f *testing.F) {
	for size := range 10 {
		f.Add(byte(size), uint16(300), noise(300, 8, 1))
	}
	f.Add(byte(2), uint16(48), data(48))
	f.Fuzz(func(t *testing.T, size byte, pixels uint16, codes []byte) {
		if size > 12 || pixels == 0 {
			return
		}
		file := giftest.File(image.Pt(int(pixels), 1), palette, picture(sized(int(pixels), 1), func(p *giftest.Picture) { p.CodeSize, p.Data = int(size), codes }))
		r, _ := gifblock.NewReader(file)
		p, _ := r.Next()
		got := make([]byte, pixels)
		n := p.Indices(got)
		if p.Complete() != (n == int(pixels)) {
			t.Fatalf("%d of %d indices, Complete says %t", n, pixels, p.Complete())
		}
		if size < 2 || size > 8 {
			return
		}
		want := make([]byte, pixels)
		if m, _ := io.ReadFull(lzw.NewReader(bytes.NewReader(codes), lzw.LSB, int(size)), want); n < m || !bytes.Equal(got[:m], want[:m]) {
			t.Fatalf("the standard library reads %d indices, this %d, or they differ", m, n)
		}
	})
}

func BenchmarkIndices(b *testing.B) {
	const n = 1 << 20
	var packed bytes.Buffer
	w := lzw.NewWriter(&packed, lzw.LSB, 8)
	_, _ = w.Write(noise(n, 6, 7))
	_ = w.Close()
	file := giftest.File(image.Pt(1024, 1024), palette, picture(sized(1024, 1024), func(p *giftest.Picture) { p.CodeSize, p.Data = 8, packed.Bytes() }))
	r, _ := gifblock.NewReader(file)
	p, _ := r.Next()
	out := make([]byte, n)
	b.Run("here", func(b *testing.B) {
		b.SetBytes(n)
		for b.Loop() {
			p.Indices(out)
		}
	})
	b.Run("complete", func(b *testing.B) {
		b.SetBytes(n)
		for b.Loop() {
			p.Complete()
		}
	})
	b.Run("standard library", func(b *testing.B) {
		b.SetBytes(n)
		for b.Loop() {
			_, _ = io.ReadFull(lzw.NewReader(bytes.NewReader(packed.Bytes()), lzw.LSB, 8), out)
		}
	})
}
