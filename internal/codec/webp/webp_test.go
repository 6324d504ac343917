//go:build cgo || nodynamic

package webp

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// scene returns a smooth picture with an edge: RGB in full range, or YCbCr 4:2:0 or grey in limited range.
func scene(t testing.TB, m frame.Model, w, h int, alpha bool) *frame.Frame {
	t.Helper()
	sizes := frame.Full(m.Colors(), w, h)
	if m == frame.YCbCr {
		c := frame.Size{W: ceil(w, 2), H: ceil(h, 2)}
		sizes = []frame.Size{sizes[0], c, c}
	}
	if alpha {
		sizes = append(sizes, frame.Size{W: w, H: h})
	}
	f, err := frame.New(m, 8, w, h, sizes...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	f.FullRange = m == frame.RGB
	for i := range f.Planes {
		paint(&f.Planes[i], func(x, y int) uint8 {
			v := 120 + 40*math.Sin(float64(x+15*i)/11)*math.Cos(float64(y)/9)
			if i == 0 && x > y {
				v += 50
			}
			return uint8(v)
		})
	}
	if alpha {
		paint(&f.Alpha, func(x, y int) uint8 { return uint8(30 + (x*3+y*5)%220) })
	}
	return f
}

func paint(p *frame.Plane, at func(x, y int) uint8) {
	for y := range p.Height {
		row := p.Row(y, 8)
		for x := range row {
			row[x] = at(x, y)
		}
	}
}

func flat(v uint8) func(x, y int) uint8 { return func(int, int) uint8 { return v } }

func mustEncode(t testing.TB, f *frame.Frame, s Settings) []byte {
	t.Helper()
	b, err := Encode(f, s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustDecode(t testing.TB, b []byte, h frame.Hint) *frame.Frame {
	t.Helper()
	f, err := Decode(b, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	return f
}

// rms returns the root mean square distance of two planes of one size.
func rms(t testing.TB, a, b *frame.Plane) float64 {
	t.Helper()
	if a.Width != b.Width || a.Height != b.Height {
		t.Fatalf("want a plane of %d×%d samples, got %d×%d", a.Width, a.Height, b.Width, b.Height)
	}
	sum := 0.0
	for y := range a.Height {
		other := b.Row(y, 8)
		for x, v := range a.Row(y, 8) {
			d := float64(v) - float64(other[x])
			sum += d * d
		}
	}
	return math.Sqrt(sum / float64(a.Width*a.Height))
}

var sizes = [][2]int{{1, 1}, {1, 40}, {40, 1}, {2, 2}, {16, 16}, {33, 17}, {64, 48}, {131, 67}}

// TestLossyRoundTrip: planes come back as planes, of the same kind and near the same samples.
func TestLossyRoundTrip(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			f := scene(t, frame.YCbCr, size[0], size[1], false)
			got := mustDecode(t, mustEncode(t, f, Settings{Quality: 95, Method: 4}), frame.Hint{})
			if got.Model != frame.YCbCr || got.FullRange || got.Matrix != 6 || got.HasAlpha() ||
				got.Width != f.Width || got.Height != f.Height {
				t.Fatalf("want %+v, got %+v", f, got)
			}
			for i := range f.Planes {
				p := &got.Planes[i]
				if d := rms(t, &f.Planes[i], p); d > 3 {
					t.Errorf("plane %d: rms %.2f", i, d)
				}
				if pitch := []float64{1, 0.5, 0.5}[i]; p.PitchX != pitch || p.PitchY != pitch {
					t.Errorf("plane %d: want pitch %v, got %v, %v", i, pitch, p.PitchX, p.PitchY)
				}
			}
		})
	}
}

// TestLosslessRoundTrip: R, G, B and alpha come back exactly.
func TestLosslessRoundTrip(t *testing.T) {
	for _, size := range sizes {
		for _, alpha := range []bool{false, true} {
			t.Run(fmt.Sprintf("%dx%d/alpha=%v", size[0], size[1], alpha), func(t *testing.T) {
				f := scene(t, frame.RGB, size[0], size[1], alpha)
				got := mustDecode(t, mustEncode(t, f, Settings{Quality: 50, Method: 3, Lossless: true}), frame.Hint{})
				if got.Model != frame.RGB || !got.FullRange || got.HasAlpha() != alpha {
					t.Fatalf("want %+v, got %+v", f, got)
				}
				want := append(f.Planes, f.Alpha)
				for i := range append(got.Planes, got.Alpha)[:len(f.Planes)+btoi(alpha)] {
					if d := rms(t, &want[i], &append(got.Planes, got.Alpha)[i]); d != 0 {
						t.Errorf("plane %d: rms %.2f", i, d)
					}
				}
			})
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestLossyAlpha: alpha is kept exactly, colours come back as RGB, or as what they are in the file.
func TestLossyAlpha(t *testing.T) {
	f := scene(t, frame.YCbCr, 33, 17, true)
	for i, v := range []uint8{109, 100, 190} {
		paint(&f.Planes[i], flat(v))
	}
	got := mustDecode(t, mustEncode(t, f, Settings{Quality: 95, Method: 4}), frame.Hint{})
	if got.Model != lossyAlpha || got.FullRange != (lossyAlpha == frame.RGB) || !got.HasAlpha() {
		t.Fatalf("want model %d with alpha, got %+v", lossyAlpha, got)
	}
	if d := rms(t, &f.Alpha, &got.Alpha); d != 0 {
		t.Errorf("alpha: rms %.2f", d)
	}
	if lossyAlpha == frame.YCbCr {
		for i, v := range []uint8{109, 100, 190} {
			near(t, fmt.Sprintf("plane %d", i), &got.Planes[i], v, 3)
		}
		return
	}
	// BT.601: 1.164·(109-16) = 108.3, +1.596·62 = 207, -0.391·-28 -0.813·62 = 69, +2.018·-28 = 52
	for i, v := range []uint8{207, 69, 52} {
		near(t, fmt.Sprintf("plane %d", i), &got.Planes[i], v, 3)
	}
}

// near reports the first sample that is more than so many levels away.
func near(t *testing.T, name string, p *frame.Plane, want uint8, levels int) {
	t.Helper()
	for y := range p.Height {
		for x, v := range p.Row(y, 8) {
			if d := int(v) - int(want); d > levels || d < -levels {
				t.Errorf("%s, sample %d,%d: want %d, got %d", name, x, y, want, v)
				return
			}
		}
	}
}

func TestGrey(t *testing.T) {
	for _, alpha := range []bool{false, true} {
		f := scene(t, frame.Gray, 37, 21, alpha)
		got := mustDecode(t, mustEncode(t, f, Settings{Quality: 95, Method: 4}), frame.Hint{})
		if got.HasAlpha() != alpha {
			t.Fatalf("want alpha %v, got %+v", alpha, got)
		}
		if alpha {
			continue
		}
		if d := rms(t, &f.Planes[0], &got.Planes[0]); d > 3 {
			t.Errorf("luma: rms %.2f", d)
		}
		near(t, "Cb", &got.Planes[1], 128, 1)
		near(t, "Cr", &got.Planes[2], 128, 1)
	}
}

// TestPlaces: a ramp keeps its place: what stands at a pixel stands at the sample its pitch says.
func TestPlaces(t *testing.T) {
	for _, size := range [][2]int{{256, 128}, {301, 203}, {35, 33}, {3, 3}, {1, 1}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			f := scene(t, frame.YCbCr, size[0], size[1], false)
			ramp := func(scale float64) func(x, y int) uint8 {
				return func(x, y int) uint8 { return uint8(40 + scale*((float64(x)+.5)+(float64(y)+.5)/2)) }
			}
			paint(&f.Planes[0], ramp(.4))
			paint(&f.Planes[1], ramp(.8))
			paint(&f.Planes[2], flat(90))
			got := mustDecode(t, mustEncode(t, f, Settings{Quality: 100, Method: 4}), frame.Hint{})
			if p := &got.Planes[0]; p.Width != size[0] || p.Height != size[1] {
				t.Fatalf("want %d×%d samples, got %d×%d", size[0], size[1], p.Width, p.Height)
			}
			for i := range got.Planes[:2] {
				p := &got.Planes[i]
				y := p.Height / 2
				for x, v := range p.Row(y, 8) {
					want := 40 + .4*((float64(x)+.5)/p.PitchX+(float64(y)+.5)/p.PitchY/2)
					if math.Abs(want-float64(v)) > 3 {
						t.Errorf("plane %d, sample %d,%d: want %.1f, got %d", i, x, y, want, v)
					}
				}
			}
			near(t, "Cr", &got.Planes[2], 90, 2)
		})
	}
}

// TestAnimation: the first frame stands at its place on a transparent canvas; later ones are not seen.
func TestAnimation(t *testing.T) {
	opaque, clear := scene(t, frame.YCbCr, 20, 10, false), scene(t, frame.RGB, 20, 10, true)
	lossless := Settings{Lossless: true, Method: 3}
	exact := mustEncode(t, clear, lossless)
	lossy := mustEncode(t, opaque, Settings{Quality: 95, Method: 4})
	t.Run("part of the canvas", func(t *testing.T) {
		got := mustDecode(t, animate(50, 30, still{exact, 6, 8, 20, 10}, still{lossy, 0, 0, 20, 10}), frame.Hint{})
		if got.Width != 50 || got.Height != 30 || got.Model != frame.RGB {
			t.Fatalf("want the RGB canvas, got %+v", got)
		}
		want, have := append(clear.Planes, clear.Alpha), append(got.Planes, got.Alpha)
		for i := range want {
			for y := range 30 {
				for x, v := range have[i].Row(y, 8) {
					expected := uint8(0)
					if x >= 6 && x < 26 && y >= 8 && y < 18 {
						expected = want[i].Row(y-8, 8)[x-6]
					}
					if v != expected {
						t.Fatalf("plane %d, sample %d,%d: want %d, got %d", i, x, y, expected, v)
					}
				}
			}
		}
	})
	t.Run("opaque part", func(t *testing.T) {
		got := mustDecode(t, animate(22, 10, still{lossy, 2, 0, 20, 10}), frame.Hint{})
		if !got.HasAlpha() || got.Alpha.Row(3, 8)[1] != 0 || got.Alpha.Row(3, 8)[2] != 255 {
			t.Errorf("want transparency beside the frame, got %+v", got)
		}
	})
	t.Run("whole canvas", func(t *testing.T) {
		got := mustDecode(t, animate(20, 10, still{lossy, 0, 0, 20, 10}, still{exact, 0, 0, 20, 10}), frame.Hint{})
		if got.Model != frame.YCbCr || got.HasAlpha() || got.Planes[0].Width != 20 {
			t.Errorf("want opaque planes, got %+v", got)
		}
	})
}

// TestOneSegment: method 2 does not fall back to default probabilities, which libwebp's own does.
func TestOneSegment(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := scene(t, frame.Gray, 512, 512, false)
	smooth := scene(t, frame.YCbCr, 200, 150, false)
	paint(&noise.Planes[0], func(int, int) uint8 { return uint8(16 + random.IntN(220)) })
	for _, tt := range []struct {
		name    string
		f       *frame.Frame
		quality int
	}{{"noise", noise, 80}, {"finest steps", smooth, 100}} {
		fast := len(mustEncode(t, tt.f, Settings{Quality: tt.quality, Method: 2}))
		small := len(mustEncode(t, tt.f, Settings{Quality: tt.quality, Method: 4}))
		if fast > small*11/10 { // left alone it is 1.77 and 1.27 times as much
			t.Errorf("%s: want about the %d bytes of method 4, got %d", tt.name, small, fast)
		}
	}
	if n := len(mustEncode(t, smooth, Settings{Quality: 80, Method: 2})); n == len(mustEncode(t, smooth,
		Settings{Quality: 80, Method: 4})) {
		t.Error("method 2 is not used where it works")
	}
}

func TestProfile(t *testing.T) {
	profile := bytes.Repeat([]byte("icc"), 101)
	for _, s := range []Settings{{Quality: 80, Method: 2}, {Lossless: true}} {
		for _, alpha := range []bool{false, true} {
			m := frame.YCbCr
			if s.Lossless {
				m = frame.RGB
			}
			f := scene(t, m, 21, 13, alpha)
			plain := mustDecode(t, mustEncode(t, f, s), frame.Hint{})
			s.ICC = profile
			b := mustEncode(t, f, s)
			s.ICC = nil
			chunks := chunksOf(b)
			if len(chunks) < 3 || chunks[0].id != "VP8X" || chunks[1].id != "ICCP" || !bytes.Equal(chunks[1].data, profile) {
				t.Fatalf("want VP8X, ICCP, picture, got %d chunks", len(chunks))
			}
			got := mustDecode(t, b, frame.Hint{})
			if d := rms(t, &plain.Planes[0], &got.Planes[0]); d != 0 || got.HasAlpha() != alpha {
				t.Errorf("the profile changed the picture: rms %.2f, %+v", d, got)
			}
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	tests := []struct {
		name     string
		model    frame.Model
		lossless bool
		change   func(*frame.Frame)
	}{
		{"full range", frame.YCbCr, false, func(f *frame.Frame) { f.FullRange = true }},
		{"another matrix", frame.YCbCr, false, func(f *frame.Frame) { f.Matrix = 1 }},
		{"premultiplied", frame.YCbCr, false, func(f *frame.Frame) { f.Premultiplied = true }},
		{"16 bits", frame.YCbCr, false, func(f *frame.Frame) { f.Depth = 16 }},
		{"RGB lossy", frame.RGB, false, func(*frame.Frame) {}},
		{"YCbCr lossless", frame.YCbCr, true, func(*frame.Frame) {}},
		{"alpha too small", frame.YCbCr, false, func(f *frame.Frame) { f.Alpha.Height-- }},
		{"chroma too small", frame.YCbCr, false, func(f *frame.Frame) { f.Planes[2].Width-- }},
		{"chroma not subsampled", frame.YCbCr, false, func(f *frame.Frame) { f.Planes[1].Width = f.Width }},
		{"luma too small", frame.YCbCr, false, func(f *frame.Frame) { f.Width++; f.Height += 2 }},
		{"strides differ", frame.YCbCr, false, func(f *frame.Frame) { f.Planes[2].Stride += 64 }},
		{"too wide for the format", frame.Gray, false, func(f *frame.Frame) { f.Width, f.Planes[0].Width = 16384, 16384 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := scene(t, tt.model, 9, 9, true)
			tt.change(f)
			_, err := Encode(f, Settings{Quality: 80, Lossless: tt.lossless})
			if fault.From(err).Kind != fault.Internal || err == nil {
				t.Errorf("want %v, got %v", fault.Internal, err)
			}
		})
	}
}

// TestLoss: a little loss makes a lossless picture smaller and moves no sample far.
func TestLoss(t *testing.T) {
	if !nearLossless {
		t.Skip("the portable encoder loses nothing")
	}
	f := scene(t, frame.RGB, 120, 90, false)
	exact := len(mustEncode(t, f, Settings{Quality: 50, Method: 3, Lossless: true}))
	for _, c := range []struct{ loss, most int }{{40, 2}, {60, 4}} {
		file := mustEncode(t, f, Settings{Quality: 50, Method: 3, Lossless: true, Loss: c.loss})
		got := mustDecode(t, file, frame.Hint{})
		if len(file) >= exact {
			t.Errorf("loss %d: %d bytes, without it %d", c.loss, len(file), exact)
		}
		far := 0
		for i := range f.Planes {
			for y := range f.Height {
				for x, v := range got.Planes[i].Row(y, 8) {
					d := int(v) - int(f.Planes[i].Row(y, 8)[x])
					far = max(far, d, -d)
				}
			}
		}
		if far == 0 || far > c.most {
			t.Errorf("loss %d: samples are off by up to %d, want 1…%d", c.loss, far, c.most)
		}
	}
}
