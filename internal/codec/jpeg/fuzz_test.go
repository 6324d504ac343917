package jpeg

import (
	"errors"
	"math"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// FuzzDecode: any bytes give a fault that blames the file, or planes that cover the picture and that can be
// written and read again. With and without libjpeg's Huffman decoder they are the same.
func FuzzDecode(f *testing.F) {
	for i, s := range samplings {
		k := sketch{width: 9 + i, height: 30 - i, components: s.components, adobe: -1, separate: i%2 == 0}
		f.Add(k.encode(), uint8(i))
	}
	cmyk := sketch{width: 20, height: 20, components: ycc(2, 2, 1, 1, 1, 1, 2, 2), adobe: 2}
	f.Add(cmyk.encode(), uint8(1))
	restarts := sketch{width: 90, height: 50, components: ycc(2, 2, 1, 1, 1, 1), adobe: -1, restart: 2}
	f.Add(restarts.encode(), uint8(0))
	photo := scene(f, 40, 30, 2, 2)
	f.Add(mustEncode(f, photo, Settings{Quality: 60}), uint8(0))
	f.Add(mustEncode(f, photo, Settings{Quality: 60, Progressive: true}), uint8(2))
	f.Fuzz(func(t *testing.T, src []byte, shrink uint8) {
		if outside(src) {
			t.Skip("larger than this test wants to decode")
		}
		sameVerdict(t, src, frame.Hint{Shrink: 1 << (shrink % 4)})
		got, err := Decode(src, frame.Hint{Shrink: 1 << (shrink % 4)})
		if err != nil {
			var e *fault.Error
			if !errors.As(err, &e) || e.Kind != fault.DamagedImage && e.Kind != fault.UnsupportedFormat &&
				!(portable && e.Kind == fault.EngineLacks) {
				t.Fatalf("want the file to be blamed, got %v", err)
			}
			return
		}
		defer got.Release()
		for i := range got.Planes {
			p := &got.Planes[i]
			w, h := math.Ceil(float64(got.Width)*p.PitchX-1e-9), math.Ceil(float64(got.Height)*p.PitchY-1e-9)
			if p.Width != int(w) || p.Height != int(h) || p.Stride < p.Width {
				t.Fatalf("plane %d of %d×%d: %+v", i, got.Width, got.Height, p)
			}
		}
		again(t, got)
	})
}

// again writes the first plane as a grey picture and reads it back.
func again(t *testing.T, f *frame.Frame) {
	t.Helper()
	p := f.Planes[0]
	grey := &frame.Frame{
		Model: frame.Gray, Depth: 8, FullRange: true, Width: p.Width, Height: p.Height,
		Planes: []frame.Plane{p},
	}
	back, err := Decode(mustEncode(t, grey, Settings{Quality: 100}), frame.Hint{})
	if err != nil {
		t.Fatal(err)
	}
	defer back.Release()
	if d := rms(t, &p, &back.Planes[0]); d > 1 {
		t.Fatalf("rms %.2f after writing and reading %d×%d samples", d, p.Width, p.Height)
	}
}
