package gif

import (
	"bytes"
	"errors"
	"image/color"
	stdgif "image/gif"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"imagekit/internal/frame"
)

// canvasOf returns a frame of R, G, B and alpha; what is not opaque is transparent black.
func canvasOf(t testing.TB, w, h int, at func(x, y int) color.RGBA) *frame.Frame {
	t.Helper()
	f, err := frame.New(frame.RGB, 8, w, h, frame.Full(4, w, h)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	for y := range h {
		for x := range w {
			c := at(x, y)
			f.Planes[0].Row(y, 8)[x], f.Planes[1].Row(y, 8)[x], f.Planes[2].Row(y, 8)[x], f.Alpha.Row(y,
				8)[x] = c.R, c.G, c.B, c.A
		}
	}
	return f
}

// TestWriter: what few colours hold comes back as it was, whatever appears, changes and disappears, for our own reader
// and for the standard library.
func TestWriter(t *testing.T) {
	const w, h = 19, 13
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 5))
		colors := []color.RGBA{red, blue, {0, 255, 0, 255}, {9, 9, 9, 255}, {}}
		var frames []*frame.Frame
		last := func(int, int) color.RGBA { return color.RGBA{} }
		for range 8 {
			var next [h][w]color.RGBA
			x0, y0, x1, y1 := r.IntN(w), r.IntN(h), r.IntN(w), r.IntN(h)
			for y := range h {
				for x := range w {
					next[y][x] = last(x, y)
					if x0 <= x && x <= x1 && y0 <= y && y <= y1 {
						next[y][x] = colors[r.IntN(len(colors))]
					}
				}
			}
			last = func(x, y int) color.RGBA { return next[y][x] }
			frames = append(frames, canvasOf(t, w, h, last))
		}
		wr, err := NewWriter(w, h, 4)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range frames {
			if err := wr.Add(f, time.Duration(i+2)*10*time.Millisecond); err != nil {
				t.Fatal(err)
			}
		}
		file, err := wr.Close()
		if err != nil {
			t.Fatal(err)
		}
		comesBack(t, file, frames)
	}
}

// comesBack reads a file of pictures that are shown for 20 ms, 30 ms and so on.
func comesBack(t *testing.T, file []byte, frames []*frame.Frame) {
	t.Helper()
	all, err := stdgif.DecodeAll(bytes.NewReader(file))
	if err != nil || all.LoopCount != 4 {
		t.Fatalf("the standard library: %v, loops %d", err, all.LoopCount)
	}
	a, err := NewAnimation(file)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Release()
	got, left, err := a.Next()
	for i, want := range frames {
		if err != nil {
			t.Fatalf("picture %d: %v", i, err)
		}
		for y := range want.Height {
			for x := range want.Width {
				if g, w := at(got, x, y), at(want, x, y); g != w {
					t.Fatalf("picture %d, pixel %d,%d: got %v, want %v", i, x, y, g, w)
				}
			}
		}
		if left -= time.Duration(i+2) * 10 * time.Millisecond; left == 0 { // several that are alike are one
			got, left, err = a.Next()
		}
	}
	if !errors.Is(err, io.EOF) || left != 0 {
		t.Errorf("at the end: %v, %v left", err, left)
	}
}

// TestWriterJoins: pictures that are alike are one, as long as its delay can be written.
func TestWriterJoins(t *testing.T) {
	f := canvasOf(t, 4, 4, func(int, int) color.RGBA { return red })
	count := func(delays ...time.Duration) (n int, total time.Duration) {
		w, _ := NewWriter(4, 4, 0)
		for _, d := range delays {
			if err := w.Add(f, d); err != nil {
				t.Fatal(err)
			}
		}
		file, _ := w.Close()
		a, err := NewAnimation(file)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Release()
		for p, ok := a.step(); ok; p, ok = a.step() {
			n, total = n+1, total+time.Duration(p.Delay)*hundredth
		}
		return n, total
	}
	if n, total := count(time.Second, time.Second, time.Second); n != 1 || total != 3*time.Second {
		t.Errorf("three are %d, shown for %v", n, total)
	}
	if n, total := count(maxDelay, time.Second); n != 2 || total != maxDelay+time.Second {
		t.Errorf("what is too long is %d, shown for %v", n, total)
	}
}

// TestWriterRounds: hundredths of a second are as long as the pictures in the sum, and never so short that browsers take
// them for nothing.
func TestWriterRounds(t *testing.T) {
	w, _ := NewWriter(4, 4, 0)
	for i := range 60 {
		f := canvasOf(t, 4, 4, func(x, y int) color.RGBA { return color.RGBA{uint8(i), uint8(x), uint8(y), 255} })
		if err := w.Add(f, 33333*time.Microsecond); err != nil {
			t.Fatal(err)
		}
	}
	file, _ := w.Close()
	all, err := stdgif.DecodeAll(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, d := range all.Delay {
		if sum += d; d < 2 {
			t.Errorf("a picture is shown for %d0 ms", d)
		}
	}
	if sum < 199 || sum > 201 {
		t.Errorf("two seconds take %d0 ms", sum)
	}
}

// TestQuantizer: more colours than a table holds come near, and what stands still does not change.
func TestQuantizer(t *testing.T) {
	const side = 64
	ramp := func(shift int) *frame.Frame {
		return canvasOf(t, side, side, func(x, y int) color.RGBA {
			if y < side/2 {
				shift := 0
				return color.RGBA{uint8(4*x + shift), uint8(4 * y), uint8(x * y / 16), 255}
			}
			return color.RGBA{uint8(4*x + shift), uint8(4 * y), uint8(shift), 255}
		})
	}
	w, _ := NewWriter(side, side, -1)
	frames := []*frame.Frame{ramp(0), ramp(64), ramp(128)}
	for _, f := range frames {
		if err := w.Add(f, time.Second); err != nil {
			t.Fatal(err)
		}
	}
	file, _ := w.Close()
	a, err := NewAnimation(file)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Release()
	var top [side / 2][side]color.RGBA
	for i, want := range frames {
		got, _, err := a.Next()
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for y := range side {
			for x := range side {
				g, c := at(got, x, y), at(want, x, y)
				sum += abs(g.R, c.R) + abs(g.G, c.G) + abs(g.B, c.B)
				if y < side/2 && i > 0 && g != top[y][x] {
					t.Fatalf("picture %d: pixel %d,%d moves", i, x, y)
				}
				if y < side/2 {
					top[y][x] = g
				}
			}
		}
		if mean := float64(sum) / (3 * side * side); mean > 6 {
			t.Errorf("picture %d is %.1f levels off in the mean", i, mean)
		}
	}
}

func abs(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
