package png

import (
	"encoding/binary"
	"fmt"
	"image"
	"testing"

	"imagekit/internal/frame"
)

// painted makes a frame of n planes whose pixels are of so many colours, by turns.
func painted(t *testing.T, w, h, n, colors int, at func(i, plane int) uint8) *frame.Frame {
	t.Helper()
	model := frame.Gray
	if n > 2 {
		model = frame.RGB
	}
	f, err := frame.New(model, 8, w, h, frame.Full(n, w, h)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	for c := range n {
		p := &f.Alpha
		if c < len(f.Planes) {
			p = &f.Planes[c]
		}
		for y := range h {
			for x := range w {
				p.Row(y, 8)[x] = at((y*w+x)*7%colors, c)
			}
		}
	}
	return f
}

// A picture is stored in as few bits as hold it, and reads back the same.
func TestFewColours(t *testing.T) {
	const palette = 3
	spread := func(i, c int) uint8 { return uint8(i*37 + c*91 + i*c) }
	level := func(step int) func(int, int) uint8 { return func(i, _ int) uint8 { return uint8(i * step) } }
	clear := func(i, c int) uint8 { return uint8(i*29 + c*60) }
	tests := []struct {
		planes, colors int
		at             func(i, c int) uint8
		icc            []byte
		color, depth   byte
	}{
		{3, 2, spread, nil, palette, 1},
		{3, 3, spread, nil, palette, 2},
		{3, 16, spread, nil, palette, 4},
		{3, 17, spread, nil, palette, 8},
		{3, 256, spread, nil, palette, 8},
		{3, 257, func(i, c int) uint8 { return uint8(i >> (8 * c)) }, nil, rgb, 8},
		{4, 40, clear, nil, palette, 8},
		{4, 300, func(i, c int) uint8 { return uint8(i >> (c + c%2)) }, nil, rgbAlpha, 8},
		{2, 9, clear, nil, palette, 4},
		{1, 2, level(255), nil, gray, 1},
		{1, 4, level(85), nil, gray, 2},
		{1, 16, level(17), nil, gray, 4},
		{1, 5, level(50), nil, palette, 4},
		{1, 200, level(1), nil, gray, 8},
		{3, 200, level(1), nil, gray, 8},
		{3, 2, level(255), nil, gray, 1},
		{3, 200, level(1), []byte("a profile of colours"), palette, 8},
		{1, 2, level(255), []byte("a profile of grey"), gray, 1},
	}
	for _, tt := range tests {
		for _, size := range []image.Point{{61, 47}, {64, 40}} {
			t.Run(fmt.Sprintf("%d planes, %d colours, %v", tt.planes, tt.colors, size), func(t *testing.T) {
				f := painted(t, size.X, size.Y, tt.planes, tt.colors, tt.at)
				out, err := Encode(f, Settings{Level: 6, Filters: AllFilters, ICC: tt.icc})
				if err != nil {
					t.Fatal(err)
				}
				if w := binary.BigEndian.Uint32(out[16:]); int(w) != size.X || out[24] != tt.depth || out[25] != tt.color {
					t.Errorf("got width %d, depth %d, colour type %d, want depth %d, type %d", w, out[24], out[25], tt.depth,
						tt.color)
				}
				compareStd(t, out, f)
				mustDecode(t, out, frame.Hint{})
			})
		}
	}
	// Too small for a palette to pay.
	out, err := Encode(painted(t, 8, 8, 3, 20, spread), Settings{Level: 6})
	if err != nil || out[25] != rgb {
		t.Errorf("20 colours of 64 pixels: got colour type %d, %v", out[25], err)
	}
}
