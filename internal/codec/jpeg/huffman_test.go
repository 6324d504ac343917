//go:build cgo

package jpeg

import (
	"bytes"
	"fmt"
	"testing"

	"imagekit/internal/frame"
)

// portable says that the standard library reads and writes.
const portable = false

// subsamplings are what the encoder writes: pixels for a chroma sample, 0 = grey.
var subsamplings = [][2]int{{0, 0}, {1, 1}, {2, 1}, {1, 2}, {2, 2}}

// sameVerdict is sameAsPlain for a damaged file.
func sameVerdict(t *testing.T, src []byte, h frame.Hint) {
	t.Helper()
	sameAsPlain(t, src, h)
}

// sameAsPlain decodes with our Huffman decoder and with libjpeg's: the samples, or the words of the error, are the same.
func sameAsPlain(t *testing.T, src []byte, h frame.Hint) {
	t.Helper()
	want, wantErr := decode(src, h, true)
	got, err := decode(src, h, false)
	defer want.Release()
	defer got.Release()
	if fmt.Sprint(err) != fmt.Sprint(wantErr) {
		t.Fatalf("want %v, got %v", wantErr, err)
	}
	if err != nil {
		return
	}
	for i := range want.Planes {
		p, q := &want.Planes[i], &got.Planes[i]
		rows := p.Height
		if !h.Crop.Empty() {
			rows = min(rows, int(float64(h.Crop.Max.Y)*p.PitchY))
		}
		for y := range rows {
			if !bytes.Equal(p.Row(y, 8), q.Row(y, 8)) {
				t.Fatalf("plane %d, row %d: libjpeg decodes other samples", i, y)
			}
		}
	}
}

// TestHuffmanEncoder: ours writes what libjpeg does with optimize_coding, byte for byte.
func TestHuffmanEncoder(t *testing.T) {
	sizes := [][2]int{{1, 1}, {1, 40}, {40, 1}, {8, 8}, {9, 17}, {33, 17}, {203, 157}}
	for _, sub := range [][2]int{{0, 0}, {1, 1}, {2, 1}, {1, 2}, {2, 2}} {
		for name, paint := range map[string]func(testing.TB, int, int, int, int) *frame.Frame{
			"scene": scene, "noise": noise,
			"flat": blank,
		} {
			for _, size := range sizes {
				t.Run(fmt.Sprintf("%s/%dx%d/%dx%d", name, size[0], size[1], sub[0], sub[1]), func(t *testing.T) {
					f := paint(t, size[0], size[1], sub[0], sub[1])
					for _, quality := range []int{1, 30, 50, 80, 95, 100} {
						samePlainBytes(t, f, Settings{Quality: quality, Optimize: true, ICC: []byte("profile")})
					}
				})
			}
		}
	}
}

// TestHuffmanEncoderLarge: more coefficients than one chunk holds.
func TestHuffmanEncoderLarge(t *testing.T) {
	for _, paint := range []func(testing.TB, int, int, int, int) *frame.Frame{scene, noise} {
		samePlainBytes(t, paint(t, 1000, 700, 2, 2), Settings{Quality: 100, Optimize: true})
	}
}

func samePlainBytes(t *testing.T, f *frame.Frame, s Settings) {
	t.Helper()
	want, err := encode(f, s, true)
	if err != nil {
		t.Fatal(err)
	}
	if got := mustEncode(t, f, s); !bytes.Equal(got, want) {
		t.Errorf("quality %d: want libjpeg's %d bytes, got %d others", s.Quality, len(want), len(got))
	}
}

// blank returns a picture of one colour: no code but the end of block, and tables of a symbol or two.
func blank(t testing.TB, w, h, subX, subY int) *frame.Frame {
	f := scene(t, w, h, subX, subY)
	for i := range f.Planes {
		for y := range f.Planes[i].Height {
			copy(f.Planes[i].Row(y, 8), bytes.Repeat([]byte{77}, f.Planes[i].Width))
		}
	}
	return f
}
