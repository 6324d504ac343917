//go:build cgo || nodynamic

package webp

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	xwebp "golang.org/x/image/webp"

	"imagekit/internal/frame"
)

// alphas are planes of every kind that the encoder tells apart.
func alphas() map[string]func(x, y int) uint8 {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]uint8, 1<<20)
	for i := range noise {
		noise[i] = uint8(random.Uint32())
	}
	disc := func(x, y int) float64 { return 90 - math.Hypot(float64(x)-100, float64(y)-80) }
	return map[string]func(x, y int) uint8{
		"clear":    flat(0),
		"halfway":  flat(128),
		"binary":   func(x, y int) uint8 { return 255 * uint8(btoi(disc(x, y) > 0)) },
		"soft":     func(x, y int) uint8 { return uint8(min(max(3*disc(x, y), 0), 255)) },
		"ramp":     func(x, y int) uint8 { return uint8(x + 2*y) },
		"noise":    func(x, y int) uint8 { return noise[(y*733+x)%len(noise)] },
		"repeated": func(x, y int) uint8 { return noise[y%23*29+x%29] },
		"mixed": func(x, y int) uint8 {
			if x < 64 {
				return noise[(y*733+x)%len(noise)] & 7
			}
			return uint8(min(max(disc(x, y), 0), 255))
		},
		"far": func(x, y int) uint8 { // the same noise again, further down
			if y%50 < 3 {
				return noise[y%50*800+x]
			}
			return uint8(x ^ y)
		},
	}
}

// sameAlpha decodes a file with libwebp and with x/image and wants this alpha from both.
func sameAlpha(t *testing.T, file []byte, want *frame.Plane) {
	t.Helper()
	got := mustDecode(t, file, frame.Hint{})
	if !got.HasAlpha() {
		t.Fatalf("want alpha, got %+v", got)
	}
	if d := rms(t, want, &got.Alpha); d != 0 {
		t.Errorf("libwebp: alpha: rms %.2f", d)
	}
	img, err := xwebp.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatalf("x/image: %v", err)
	}
	other, ok := img.(*image.NYCbCrA)
	if !ok {
		t.Fatalf("x/image: want alpha, got a %T", img)
	}
	for y := range want.Height {
		if !bytes.Equal(other.A[y*other.AStride:][:want.Width], want.Row(y, 8)) {
			t.Fatalf("x/image: row %d differs", y)
		}
	}
}

// TestAlphaExactly: what is written is read by two decoders as it was.
func TestAlphaExactly(t *testing.T) {
	for name, at := range alphas() {
		for _, size := range append(sizes, [2]int{700, 3}, [2]int{3, 700}, [2]int{257, 190}) {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size[0], size[1]), func(t *testing.T) {
				f := scene(t, frame.Gray, size[0], size[1], true)
				paint(&f.Alpha, at)
				if opaque(&f.Alpha, f.Width, f.Height) {
					f.Alpha.Row(0, 8)[0] = 254
				}
				sameAlpha(t, mustEncode(t, f, Settings{Quality: 10, Method: 0}), &f.Alpha)
			})
		}
	}
	t.Run("larger tiles", func(t *testing.T) {
		f := scene(t, frame.YCbCr, 1100, 1000, true)
		paint(&f.Alpha, alphas()["mixed"])
		sameAlpha(t, mustEncode(t, f, Settings{Quality: 10, Method: 0}), &f.Alpha)
	})
}

// TestAlphaSize: every part of the encoder does its work. The bounds leave a tenth.
func TestAlphaSize(t *testing.T) {
	tests := map[string]int{
		"clear": 40, "halfway": 30, "binary": 420, "soft": 4000, "ramp": 780, "noise": 49_500, "repeated": 1030, "mixed": 8900,
		"far": 5400,
	}
	for name, most := range tests {
		f := scene(t, frame.Gray, 257, 190, true)
		paint(&f.Alpha, alphas()[name])
		if n := len(encodeAlpha(&f.Alpha, f.Width, f.Height)); n > most || n < most*3/4 {
			t.Errorf("%s: want at most %d bytes and not much less, got %d", name, most, n)
		}
	}
}

// TestContainer: the chunks that a file has, in the order of RFC 9649 section 2.7.
func TestContainer(t *testing.T) {
	for _, tt := range []struct {
		name                  string
		lossless, alpha, seen bool // seen: it is not all opaque
		icc                   []byte
		want                  string
		flags                 byte
	}{
		{"opaque", false, false, false, nil, "[VP8 ]", 0},
		{"opaque alpha", false, true, false, nil, "[VP8 ]", 0},
		{"alpha", false, true, true, nil, "[VP8X ALPH VP8 ]", 0x10},
		{"profile", false, false, false, []byte("odd"), "[VP8X ICCP VP8 ]", 0x20},
		{"both", false, true, true, []byte("odd"), "[VP8X ICCP ALPH VP8 ]", 0x30},
		{"profile, opaque alpha", false, true, false, []byte("even"), "[VP8X ICCP VP8 ]", 0x20},
		{"lossless", true, true, true, nil, "[VP8L]", 0},
		{"lossless, profile", true, true, true, []byte("odd"), "[VP8X ICCP VP8L]", 0x30},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := frame.YCbCr
			if tt.lossless {
				m = frame.RGB
			}
			f := scene(t, m, 301, 19, tt.alpha)
			if tt.alpha && !tt.seen {
				paint(&f.Alpha, flat(255))
			}
			file := mustEncode(t, f, Settings{Quality: 80, Method: 2, Lossless: tt.lossless, ICC: tt.icc})
			var ids []string
			for _, c := range chunksOf(file) {
				ids = append(ids, c.id)
			}
			if got := fmt.Sprint(ids); got != tt.want {
				t.Fatalf("want %s, got %s", tt.want, got)
			}
			if want := header(tt.flags, 301, 19).data; tt.flags != 0 && !bytes.Equal(chunksOf(file)[0].data, want) {
				t.Errorf("VP8X: want % x, got % x", want, chunksOf(file)[0].data)
			}
			if !bytes.Equal(riff(chunksOf(file)...), file) {
				t.Error("the sizes do not add up")
			}
			// x/image knows no VP8L after VP8X
			if _, err := xwebp.Decode(bytes.NewReader(file)); err != nil && !tt.lossless {
				t.Errorf("x/image: %v", err)
			}
		})
	}
}

// FuzzAlpha: any plane comes back.
func FuzzAlpha(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 0}, uint8(2))
	f.Add(bytes.Repeat([]byte{0, 0, 9, 255}, 60), uint8(16))
	f.Fuzz(func(t *testing.T, data []byte, width uint8) {
		data = data[:min(len(data), 1<<13)]
		w := max(int(width), 1)
		h := len(data) / w
		if h == 0 {
			return
		}
		data[0] = min(data[0], 254)
		pic := scene(t, frame.Gray, w, h, true)
		paint(&pic.Alpha, func(x, y int) uint8 { return data[y*w+x] })
		sameAlpha(t, mustEncode(t, pic, Settings{Quality: 0, Method: 0}), &pic.Alpha)
	})
}
