package jpeg

import (
	"bytes"
	"fmt"
	"image"
	"slices"
	"testing"

	"imagekit/internal/frame"
)

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

// TestHuffmanDecoder: ours and the library's read the same from files of all kinds of content.
func TestHuffmanDecoder(t *testing.T) {
	for _, sub := range subsamplings {
		for name, paint := range map[string]func(testing.TB, int, int, int, int) *frame.Frame{
			"scene": scene,
			"noise": noise,
		} {
			for _, quality := range []int{1, 50, 80, 100} {
				for _, optimize := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s/%dx%d/%d/%v", name, sub[0], sub[1], quality, optimize), func(t *testing.T) {
						src := mustEncode(t, paint(t, 203, 157, sub[0], sub[1]),
							Settings{Quality: quality, Optimize: optimize})
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
	src := mustEncode(t, noise(t, 1000, 700, 2, 2), Settings{Quality: 97})
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
		for _, change := range [][]byte{
			{},
			{0xFF},
			{0xFF, 0xD1},
			{0xFF, 0xD0, 0xFF, 0xD0},
			{0x55, 0xFF, 0xD0},
			{0xFF, 0xFF, 0xD0},
			{0xFF, 0xD9},
			{0xFF, 0x00},
		} {
			sameAsPlain(t, slices.Concat(src[:mark], change, src[mark+2:]), frame.Hint{})
		}
	}
}

// TestHuffmanDecoderDamage: whatever byte is changed, and wherever the file ends, both decoders say the same.
func TestHuffmanDecoderDamage(t *testing.T) {
	for _, sub := range subsamplings {
		if sub[0] != sub[1] {
			continue
		}
		src := mustEncode(t, scene(t, 70, 50, sub[0], sub[1]), Settings{Quality: 85, Optimize: true})
		for i := range src {
			sameVerdict(t, src[:i], frame.Hint{})
			for _, v := range []byte{0x00, 0xFF, src[i] ^ 0x10, src[i] + 1} {
				broken := slices.Clone(src)
				if broken[i] = v; !outside(broken) {
					sameVerdict(t, broken, frame.Hint{})
				}
			}
		}
	}
}
