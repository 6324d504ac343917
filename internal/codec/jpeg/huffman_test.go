//go:build cgo

package jpeg

import (
	"bytes"
	"fmt"
	"image"
	"slices"
	"testing"

	"imagekit/internal/frame"
)

// portable says that the standard library reads and writes.
const portable = false

// subsamplings are what the encoder writes: pixels for a chroma sample, 0 = grey.
var subsamplings = [][2]int{{0, 0}, {1, 1}, {2, 1}, {1, 2}, {2, 2}}

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

// noise returns a picture of noise, whose codes are as many and as long as they get.
func noise(t testing.TB, w, h, subX, subY int) *frame.Frame {
	f := scene(t, w, h, subX, subY)
	state := uint32(7)
	for i := range f.Planes {
		for y := range f.Planes[i].Height {
			row := f.Planes[i].Row(y, 8)
			for x := range row {
				state = state*1664525 + 1013904223
				row[x] = -uint8(state >> 31) // black or white
			}
		}
	}
	return f
}

// TestHuffmanDecoder: ours and libjpeg's read the same from files of all kinds of content.
func TestHuffmanDecoder(t *testing.T) {
	for _, sub := range [][2]int{{0, 0}, {1, 1}, {2, 1}, {1, 2}, {2, 2}} {
		for name, paint := range map[string]func(testing.TB, int, int, int, int) *frame.Frame{"scene": scene, "noise": noise} {
			for _, quality := range []int{1, 50, 80, 100} {
				for _, optimize := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s/%dx%d/%d/%v", name, sub[0], sub[1], quality, optimize), func(t *testing.T) {
						src := mustEncode(t, paint(t, 203, 157, sub[0], sub[1]), Settings{Quality: quality, Optimize: optimize})
						for _, shrink := range []int{1, 2, 4, 8} {
							sameAsPlain(t, src, frame.Hint{Shrink: shrink})
						}
						sameAsPlain(t, src, frame.Hint{Crop: image.Rect(10, 20, 100, 50)})
					})
				}
			}
		}
	}
}

// TestHuffmanDecoderLarge: more bytes than are made ready at a time.
func TestHuffmanDecoderLarge(t *testing.T) {
	src := mustEncode(t, noise(t, 700, 500, 1, 1), Settings{Quality: 97})
	if len(src) < 1<<20 {
		t.Fatalf("want a large file, got %d bytes", len(src))
	}
	sameAsPlain(t, src, frame.Hint{})
}

// TestHuffmanDecoderRestarts: every distance between restart markers, and markers that are wrong, missing or too many.
func TestHuffmanDecoderRestarts(t *testing.T) {
	k := sketch{width: 150, height: 70, components: ycc(2, 2, 1, 1, 1, 1), adobe: -1}
	for k.restart = range 52 {
		checkPlanes(t, &k, frame.YCbCr, 1)
		src := k.encode()
		sameAsPlain(t, src, frame.Hint{Shrink: 4})
		mark := bytes.Index(src, []byte{0xFF, 0xD0})
		if k.restart == 0 || mark < 0 {
			continue
		}
		for _, change := range [][]byte{{}, {0xFF}, {0xFF, 0xD1}, {0xFF, 0xD0, 0xFF, 0xD0}, {0x55, 0xFF, 0xD0}, {0xFF, 0xFF, 0xD0}, {0xFF, 0xD9}, {0xFF, 0x00}} {
			sameAsPlain(t, slices.Concat(src[:mark], change, src[mark+2:]), frame.Hint{})
		}
	}
}

// TestHuffmanDecoderDamage: whatever byte is changed, and wherever the file ends, both decoders say the same.
func TestHuffmanDecoderDamage(t *testing.T) {
	for _, sub := range []int{0, 1, 2} {
		src := mustEncode(t, scene(t, 70, 50, sub, sub), Settings{Quality: 85, Optimize: true})
		for i := range src {
			sameAsPlain(t, src[:i], frame.Hint{})
			for _, v := range []byte{0x00, 0xFF, src[i] ^ 0x10, src[i] + 1} {
				broken := slices.Clone(src)
				if broken[i] = v; !outside(broken) {
					sameAsPlain(t, broken, frame.Hint{})
				}
			}
		}
	}
}

// TestHuffmanEncoder: ours writes what libjpeg does with optimize_coding, byte for byte.
func TestHuffmanEncoder(t *testing.T) {
	sizes := [][2]int{{1, 1}, {1, 40}, {40, 1}, {8, 8}, {9, 17}, {33, 17}, {203, 157}}
	for _, sub := range [][2]int{{0, 0}, {1, 1}, {2, 1}, {1, 2}, {2, 2}} {
		for name, paint := range map[string]func(testing.TB, int, int, int, int) *frame.Frame{"scene": scene, "noise": noise, "flat": blank} {
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
