package png

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	stdpng "image/png"
	"slices"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// TestEncode writes frames, reads them with the standard library and with Decode.
func TestEncode(t *testing.T) {
	for _, color := range []byte{gray, grayAlpha, rgb, rgbAlpha} {
		for _, size := range []image.Point{{33, 17}, {1, 1}, {1, 9}, {9, 1}} {
			for _, level := range []int{0, 1, 6, 9} {
				p := random(size.X, size.Y, 8, color, false)
				t.Run(fmt.Sprintf("color=%d/%dx%d/level=%d", color, p.w, p.h, level), func(t *testing.T) {
					f := mustDecode(t, p.encode(), frame.Hint{})
					out, err := Encode(f, Settings{Level: level})
					if err != nil {
						t.Fatal(err)
					}
					compare(t, mustDecode(t, out, frame.Hint{}), p, image.Pt(0, p.h))
					compareStd(t, out, f)
				})
			}
		}
	}
}

// compareStd reads a file with the standard library and compares it with a frame.
func compareStd(t *testing.T, file []byte, f *frame.Frame) {
	t.Helper()
	img, err := stdpng.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for y := range f.Height {
		for x := range f.Width {
			got := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			want := color.NRGBA{A: 255}
			want.R = byte(sample(f, x, y, 0))
			want.G, want.B = want.R, want.R
			if f.Model == frame.RGB {
				want.G, want.B = byte(sample(f, x, y, 1)), byte(sample(f, x, y, 2))
			}
			if f.HasAlpha() {
				want.A = byte(sample(f, x, y, len(f.Planes)))
			}
			if want.A == 0 { // the standard library's conversion forgets hidden colours
				want, got = color.NRGBA{}, color.NRGBA{A: got.A}
			}
			if got != want {
				t.Fatalf("pixel %d,%d: want %v, got %v", x, y, want, got)
			}
		}
	}
}

func TestEncodeChunks(t *testing.T) {
	f := mustDecode(t, random(8, 8, 8, rgb, false).encode(), frame.Hint{})
	tests := []struct {
		name string
		icc  []byte
		want []string
	}{
		{"plain", nil, []string{"IHDR", "IDAT", "IEND"}},
		{"profile", bytes.Repeat([]byte("profile "), 100), []string{"IHDR", "iCCP", "IDAT", "IEND"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := Encode(f, Settings{Level: 6, ICC: tt.icc})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for at := len(signature); at < len(out); {
				c, err := next(out[at:])
				if err != nil || !c.sound {
					t.Fatalf("chunk %q: %v, checksum right: %t", c.kind, err, c.sound)
				}
				got, at = append(got, c.kind), at+c.size
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("want chunks %v, got %v", tt.want, got)
			}
		})
	}
}

func TestEncodeRefuses(t *testing.T) {
	deep := mustDecode(t, random(2, 2, 16, rgb, false).encode(), frame.Hint{})
	premultiplied := *mustDecode(t, random(2, 2, 8, rgbAlpha, false).encode(), frame.Hint{})
	premultiplied.Premultiplied = true
	for _, f := range []*frame.Frame{deep, &premultiplied} {
		if _, err := Encode(f, Settings{}); fault.From(err).Kind != fault.Internal {
			t.Errorf("want an internal error, got %v", err)
		}
	}
}
