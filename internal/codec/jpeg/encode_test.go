package jpeg

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	stdjpeg "image/jpeg"
	"math"
	"testing"
	"unsafe"

	"imagekit/internal/frame"
)

// scene returns a picture that is smooth, sharp and noisy in different places. Chroma planes are subsampled by
// subX and subY; 0 makes a grey picture. Samples beyond the picture are set to what must never be seen.
func scene(t testing.TB, w, h, subX, subY int) *frame.Frame {
	t.Helper()
	model, sizes := frame.Gray, frame.Full(1, w, h)
	if subX > 0 {
		c := frame.Size{W: ceil(w, subX), H: ceil(h, subY)}
		model, sizes = frame.YCbCr, append(sizes, c, c)
	}
	f, err := frame.New(model, 8, w, h, sizes...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	noise := uint32(1)
	for i := range f.Planes {
		p := &f.Planes[i]
		for y := range p.Height {
			row := p.Row(y, 8)
			for x := range row {
				noise = noise*1664525 + 1013904223
				row[x] = uint8(120 + 50*math.Sin(float64(x+40*i)/9)*math.Cos(float64(y)/7) + float64(noise>>28))
				if i == 0 && x > w/2 && y > h/2 && (x/9+y/9)%2 == 0 {
					row[x] = 230
				}
			}
			for x := range stored(p, y)[p.Width:] {
				stored(p, y)[p.Width+x] = 255 * uint8(x%2)
			}
		}
	}
	return f
}

// stored returns row y with the memory after the picture.
func stored(p *frame.Plane, y int) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(p.Data, y*p.Stride)), p.Stride)
}

func mustEncode(t testing.TB, f *frame.Frame, s Settings) []byte {
	t.Helper()
	b, err := Encode(f, s)
	if err != nil {
		t.Fatal(err)
	}
	return b
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

func TestEncodeRoundTrip(t *testing.T) {
	sizes := [][2]int{{1, 1}, {1, 40}, {40, 1}, {2, 2}, {8, 8}, {16, 16}, {17, 33}, {33, 17}, {63, 65}, {128, 64}, {130, 70}}
	settings := []Settings{{Quality: 100}, {Quality: 100, Optimize: true}, {Quality: 100, Progressive: true}}
	for _, size := range sizes {
		for _, sub := range subsamplings {
			for _, s := range settings {
				t.Run(fmt.Sprintf("%dx%d/%dx%d/progressive=%v,optimize=%v", size[0], size[1], sub[0], sub[1], s.Progressive,
					s.Optimize), func(t *testing.T) {
					f := scene(t, size[0], size[1], sub[0], sub[1])
					got, err := Decode(mustEncode(t, f, s), frame.Hint{})
					if err != nil {
						t.Fatal(err)
					}
					defer got.Release()
					if got.Model != f.Model || got.Width != f.Width || got.Height != f.Height {
						t.Fatalf("want %+v, got %+v", f, got)
					}
					for i := range f.Planes {
						if d := rms(t, &f.Planes[i], &got.Planes[i]); d > 1 {
							t.Errorf("plane %d: rms %.2f", i, d)
						}
					}
				})
			}
		}
	}
}

// TestEncodeEdges: the last blocks hold one row or column of picture, of another level; what fills them up must be
// that level too. Their means show at 1/8.
func TestEncodeEdges(t *testing.T) {
	for _, subs := range subsamplings {
		sub := subs[0]
		if sub == 0 || sub != subs[1] {
			continue
		}
		f := scene(t, 33, 17, sub, sub)
		for i := range f.Planes {
			p := &f.Planes[i]
			for y := range p.Height {
				copy(p.Row(y, 8), bytes.Repeat([]byte{40}, p.Width))
				p.Row(y, 8)[p.Width-1] = 200
			}
			copy(p.Row(p.Height-1, 8), bytes.Repeat([]byte{200}, p.Width))
		}
		got, err := Decode(mustEncode(t, f, Settings{Quality: 95}), frame.Hint{Shrink: 8})
		if err != nil {
			t.Fatal(err)
		}
		defer got.Release()
		for i := range got.Planes {
			p := &got.Planes[i]
			right, bottom := p.Row(0, 8)[p.Width-1], p.Row(p.Height-1, 8)[0]
			if right < 195 || bottom < 195 {
				t.Errorf("plane %d, subsampling %d: want 200 at the edges, got %d right, %d below", i, sub, right, bottom)
			}
		}
	}
}

// TestEncodeLeavesFrame: the encoder reads the frame, padding included, and writes nothing to it.
func TestEncodeLeavesFrame(t *testing.T) {
	f := scene(t, 33, 17, 2, 2)
	before := scene(t, 33, 17, 2, 2)
	mustEncode(t, f, Settings{Quality: 90})
	for i := range f.Planes {
		p, q := &f.Planes[i], &before.Planes[i]
		for y := range p.Height {
			if !bytes.Equal(stored(p, y), stored(q, y)) {
				t.Errorf("plane %d, row %d changed", i, y)
			}
		}
	}
}

// TestEncodeColours: another decoder sees the colours that went in. Patches in all corners of the YCbCr cube.
func TestEncodeColours(t *testing.T) {
	for _, c := range []color.YCbCr{{30, 128, 128}, {220, 128, 128}, {118, 91, 199}, {90, 200, 100}, {180, 60, 110}} {
		f := scene(t, 35, 21, 2, 2)
		for i, v := range []uint8{c.Y, c.Cb, c.Cr} {
			for y := range f.Planes[i].Height {
				copy(f.Planes[i].Row(y, 8), bytes.Repeat([]byte{v}, f.Planes[i].Width))
			}
		}
		img, err := stdjpeg.Decode(bytes.NewReader(mustEncode(t, f, Settings{Quality: 90, Progressive: true})))
		if err != nil {
			t.Fatal(err)
		}
		for y := range 21 {
			for x := range 35 {
				if d := distance(img.At(x, y), c); d > 3 {
					t.Fatalf("%+v at %d,%d: %d levels away: %v", c, x, y, d, img.At(x, y))
				}
			}
		}
	}
}

func distance(a, b color.Color) int {
	r, g, bl, _ := a.RGBA()
	r2, g2, b2, _ := b.RGBA()
	d := 0
	for _, p := range [][2]uint32{{r, r2}, {g, g2}, {bl, b2}} {
		v := int(p[0]>>8) - int(p[1]>>8)
		d = max(d, v, -v)
	}
	return d
}

// TestDecodeAgainstStandardLibrary compares planes with a decoder that shares no code with libjpeg.
func TestDecodeAgainstStandardLibrary(t *testing.T) {
	f := scene(t, 123, 77, 2, 2)
	b := mustEncode(t, f, Settings{Quality: 75, Progressive: true})
	got, err := Decode(b, frame.Hint{})
	if err != nil {
		t.Fatal(err)
	}
	defer got.Release()
	img, err := stdjpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	y := img.(*image.YCbCr)
	for i, samples := range [][]byte{y.Y, y.Cb, y.Cr} {
		stride := []int{y.YStride, y.CStride, y.CStride}[i]
		p := &got.Planes[i]
		for row := range p.Height {
			for x, v := range p.Row(row, 8) {
				if d := int(v) - int(samples[row*stride+x]); d > 1 || d < -1 {
					t.Fatalf("plane %d, sample %d,%d: %d, the other decoder says %d", i, x, row, v, samples[row*stride+x])
				}
			}
		}
	}
}

func TestEncodeProfile(t *testing.T) {
	for _, n := range []int{0, 3, 65519, 65520, 200_000} {
		profile := make([]byte, n)
		for i := range profile {
			profile[i] = byte(i * 7)
		}
		b := mustEncode(t, scene(t, 9, 9, 2, 2), Settings{Quality: 50, ICC: profile})
		if got := profileOf(b); !bytes.Equal(got, profile) {
			t.Errorf("want a profile of %d bytes back, got %d", n, len(got))
		}
		f, err := Decode(b, frame.Hint{})
		if err != nil {
			t.Fatal(err)
		}
		f.Release()
	}
}

// profileOf joins the APP2 segments of an ICC profile, taking their order from the file.
func profileOf(b []byte) []byte {
	var profile []byte
	for at := 2; b[at+1] != 0xDA; {
		n := int(b[at+2])<<8 | int(b[at+3])
		payload := b[at+4 : at+2+n]
		if b[at+1] == 0xE2 {
			profile = append(profile, bytes.TrimPrefix(payload, []byte("ICC_PROFILE\x00"))[2:]...)
		}
		at += 2 + n
	}
	return profile
}

func TestEncodeRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*frame.Frame)
	}{
		{"limited range", func(f *frame.Frame) { f.FullRange = false }},
		{"another matrix", func(f *frame.Frame) { f.Matrix = 1 }},
		{"RGB", func(f *frame.Frame) { f.Model = frame.RGB }},
		{"alpha", func(f *frame.Frame) { f.Alpha = f.Planes[0] }},
		{"16 bits", func(f *frame.Frame) { f.Depth = 16 }},
		{"luma too small", func(f *frame.Frame) { f.Width *= 2 }},
		{"chroma too small", func(f *frame.Frame) { f.Planes[2].Height-- }},
		{"chroma a third", func(f *frame.Frame) { f.Planes[1].Width = 3; f.Planes[2].Width = 3 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := scene(t, 9, 9, 2, 2)
			tt.change(f)
			if b, err := Encode(f, Settings{Quality: 80}); err == nil {
				t.Errorf("want an error, got %d bytes", len(b))
			}
		})
	}
}
