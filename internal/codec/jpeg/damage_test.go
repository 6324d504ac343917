package jpeg

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

const (
	fine = fault.Kind(255) // no error
	bad  = fault.DamagedImage
)

// outcome decodes and returns the kind of the error, fine for none.
func outcome(t *testing.T, src []byte) fault.Kind {
	t.Helper()
	f, err := Decode(src, frame.Hint{})
	if err == nil {
		f.Release()
		return fine
	}
	var e *fault.Error
	if !errors.As(err, &e) {
		t.Fatalf("want a fault, got %v", err)
	}
	return e.Kind
}

// TestDamaged: damaged means that pixels are missing. What costs none is accepted.
func TestDamaged(t *testing.T) {
	photo := scene(t, 300, 200, 2, 2)
	files := map[string][]byte{
		"baseline":    mustEncode(t, photo, Settings{Quality: 90}),
		"progressive": mustEncode(t, photo, Settings{Quality: 90, Progressive: true}),
	}
	tests := []struct {
		name   string
		change func([]byte) []byte
		want   fault.Kind
	}{
		{"as it is", func(b []byte) []byte { return b }, fine},
		{"half", func(b []byte) []byte { return b[:len(b)/2] }, bad},
		{"1 KB short", func(b []byte) []byte { return b[:len(b)-1024] }, bad},
		{"20 bytes short", func(b []byte) []byte { return b[:len(b)-20] }, bad},
		{"half, with an end marker", func(b []byte) []byte { return append(slices.Clone(b[:len(b)/2]), 0xFF, 0xD9) }, bad},
		{"header only", func(b []byte) []byte { return b[:bytes.Index(b, []byte{0xFF, 0xDA})] }, bad},
		{"two bytes", func(b []byte) []byte { return b[:2] }, bad},
		{"nothing", func([]byte) []byte { return nil }, bad},
		{"end marker missing", func(b []byte) []byte { return b[:len(b)-2] }, fine},
		{"18 stray bytes before the end marker", func(b []byte) []byte {
			return slices.Concat(b[:len(b)-2], bytes.Repeat([]byte{0x55}, 18), b[len(b)-2:])
		}, fine},
		{
			"18 stray bytes after the end", func(b []byte) []byte { return append(slices.Clone(b), make([]byte, 18)...) },
			fine,
		},
		{"no start marker", func(b []byte) []byte { return b[2:] }, bad},
	}
	for kind, file := range files {
		for _, tt := range tests {
			t.Run(kind+"/"+tt.name, func(t *testing.T) {
				if got := outcome(t, tt.change(file)); got != tt.want {
					t.Errorf("want %v, got %v", tt.want, got)
				}
			})
		}
	}
}

// TestScans: scans that are missing are pixels that are missing, though libjpeg does not say so.
func TestScans(t *testing.T) {
	three := sketch{width: 50, height: 50, components: ycc(2, 2, 1, 1, 1, 1), adobe: -1, separate: true}
	whole := three.encode()
	lastScan := bytes.LastIndex(whole, []byte{0xFF, 0xDA})
	ended := append(slices.Clone(whole[:lastScan]), 0xFF, 0xD9)
	fineScans := mustEncode(t, scene(t, 90, 90, 2, 2), Settings{Quality: 90, Progressive: true})
	refinement := bytes.LastIndex(fineScans, []byte{0xFF, 0xC4}) // the table in front of the last scan
	many := three
	many.sof, many.scans = 0xC2, 33
	tooMany := many
	tooMany.scans = 34
	tests := []struct {
		name string
		file []byte
		want fault.Kind
	}{
		{"all scans", whole, fine},
		{"all scans, no end marker", whole[:len(whole)-2], fine},
		{"a component's scan missing", ended, bad},
		{"a component's scan missing, no end marker", whole[:lastScan], bad},
		{"a refinement missing, no end marker", fineScans[:refinement], bad},
		{"a refinement left out by the encoder", append(slices.Clone(fineScans[:refinement]), 0xFF, 0xD9), fine},
		{"99 scans", many.encode(), fine},
		{"102 scans", tooMany.encode(), bad},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if portable && strings.Contains(tt.name, "refinement") {
				t.Skip("the portable encoder writes no refinements")
			}
			if got := outcome(t, tt.file); got != tt.want {
				t.Errorf("want %v, got %v", tt.want, got)
			}
		})
	}
}

// TestFlippedBits: whatever bit flips, the answer is a picture or a fault that says damaged or unsupported.
func TestFlippedBits(t *testing.T) {
	for _, s := range []Settings{{Quality: 80}, {Quality: 80, Progressive: true}} {
		file := mustEncode(t, scene(t, 60, 40, 2, 2), s)
		count := map[fault.Kind]int{}
		for i := range len(file) * 8 {
			broken := slices.Clone(file)
			broken[i/8] ^= 1 << (i % 8)
			if outside(broken) {
				continue
			}
			kind := outcome(t, broken)
			count[kind]++
			if kind != fine && kind != bad && kind != fault.UnsupportedFormat && !(portable && kind == fault.EngineLacks) {
				t.Errorf("bit %d: %v", i, kind)
			}
		}
		if count[fine] == 0 || count[bad] == 0 {
			t.Errorf("want some accepted and some refused, got %v", count)
		}
	}
}

// outside reports whether some header says a size that probe, not the decoder, has to refuse.
func outside(b []byte) bool {
	for at := 0; at+8 < len(b); at++ {
		if b[at] == 0xFF && b[at+1]&0xF0 == 0xC0 && (int(b[at+5])<<8|int(b[at+6]))*(int(b[at+7])<<8|int(b[at+8])) > 1<<20 {
			return true
		}
	}
	return false
}

// TestArithmetic reads files that libjpeg wrote with arith_code set: 48×40 grey samples of 20 + 4x + xy mod 13 at
// quality 90, with one scan and with several. At their end a cut cannot be told from a lost end marker.
func TestArithmetic(t *testing.T) {
	for _, name := range []string{"arithmetic.jpg", "arithmetic-progressive.jpg"} {
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			if kind := outcome(t, src); kind == fault.UnsupportedFormat || portable && kind == fault.EngineLacks {
				t.Skip("this decoder was built without arithmetic decoding")
			}
			want := scene(t, 48, 40, 0, 0)
			for y := range 40 {
				for x := range 48 {
					want.Planes[0].Row(y, 8)[x] = uint8(20 + 4*x + (x*y)%13)
				}
			}
			got, err := Decode(src, frame.Hint{})
			if err != nil {
				t.Fatal(err)
			}
			defer got.Release()
			if d := rms(t, &want.Planes[0], &got.Planes[0]); d > 3 {
				t.Errorf("rms %.2f", d)
			}
			for _, cut := range []int{2, 20, len(src) / 2} {
				if got := outcome(t, src[:len(src)-cut]); got != bad {
					t.Errorf("%d bytes short: want %v, got %v", cut, bad, got)
				}
			}
			if got := outcome(t, append(src, "stray"...)); got != fine {
				t.Errorf("bytes after the end: got %v", got)
			}
		})
	}
}

func TestUnsupported(t *testing.T) {
	tests := []struct {
		name string
		file sketch
	}{
		{"12 bits", sketch{components: ycc(1, 1), sof: 0xC1, precision: 12}},
		{"lossless", sketch{components: ycc(1, 1), sof: 0xC3}},
		{"hierarchical", sketch{components: ycc(1, 1), sof: 0xC5}},
		{"two components", sketch{components: ycc(1, 1, 1, 1)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.file.width, tt.file.height, tt.file.adobe = 16, 16, -1
			if got := outcome(t, tt.file.encode()); got != fault.UnsupportedFormat {
				t.Errorf("want %v, got %v", fault.UnsupportedFormat, got)
			}
		})
	}
}
