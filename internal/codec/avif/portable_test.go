//go:build !cgo && nodynamic

package avif

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// waves makes a soft picture, other waves in every plane; chroma for sub × sub pixels, 0 = grey.
func waves(t testing.TB, w, h, sub int, alpha bool) *frame.Frame {
	t.Helper()
	model, sizes := frame.Gray, frame.Full(1, w, h)
	if sub > 0 {
		c := frame.Size{W: (w + sub - 1) / sub, H: (h + sub - 1) / sub}
		model, sizes = frame.YCbCr, append(sizes, c, c)
	}
	if alpha {
		sizes = append(sizes, frame.Size{W: w, H: h})
	}
	f, err := frame.New(model, 8, w, h, sizes...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	for i := range f.Planes {
		p := &f.Planes[i]
		for y := range p.Height {
			for x, row := 0, p.Row(y, 8); x < p.Width; x++ {
				v := (20 + x*(i+1) + 2*y) % 80
				row[x] = byte(90 + min(v, 80-v))
			}
		}
	}
	if alpha {
		for y := range h {
			for x, row := 0, f.Alpha.Row(y, 8); x < w; x++ {
				row[x] = byte(min(255, 40+6*x))
			}
		}
	}
	return f
}

func mustEncode(t testing.TB, f *frame.Frame, s Settings) []byte {
	t.Helper()
	b, err := Encode(f, s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// far is the mean distance of two planes, of which the first may have fewer samples.
func far(a, b *frame.Plane) float64 {
	sum := 0
	for y := range b.Height {
		for x, v := range b.Row(y, 8) {
			d := int(v) - int(a.Row(y*a.Height/b.Height, 8)[x*a.Width/b.Width])
			sum += max(d, -d)
		}
	}
	return float64(sum) / float64(b.Width*b.Height)
}

// TestRoundTrip: what is written comes back near to what it was, in the model that the header promises.
func TestRoundTrip(t *testing.T) {
	for _, sub := range []int{0, 1, 2} {
		for _, size := range []frame.Size{{W: 1, H: 1}, {W: 33, H: 17}, {W: 64, H: 48}} {
			t.Run(fmt.Sprintf("sub=%d/%dx%d", sub, size.W, size.H), func(t *testing.T) {
				f := waves(t, size.W, size.H, sub, false)
				got, err := Decode(mustEncode(t, f, Settings{Quality: 95, Speed: 8}), frame.Hint{})
				if err != nil {
					t.Fatal(err)
				}
				defer got.Release()
				if got.Model != f.Model || got.Width != f.Width || got.Height != f.Height || got.HasAlpha() ||
					!got.FullRange {
					t.Fatalf("want model %d, %d×%d, got %+v", f.Model, f.Width, f.Height, got)
				}
				for i := range f.Planes {
					if d := far(&f.Planes[i], &got.Planes[i]); d > 3 {
						t.Errorf("plane %d: off by %.1f on average", i, d)
					}
				}
			})
		}
	}
}

func TestAlpha(t *testing.T) {
	f := waves(t, 60, 40, 2, true)
	got, err := Decode(mustEncode(t, f, Settings{Quality: 95, AlphaQuality: 100, Speed: 8}), frame.Hint{})
	if err != nil {
		t.Fatal(err)
	}
	defer got.Release()
	if got.Model != frame.RGB || !got.HasAlpha() || !got.Premultiplied {
		t.Fatalf("want premultiplied RGB with alpha, got %+v", got)
	}
	if d := far(&f.Alpha, &got.Alpha); d > 0.5 {
		t.Errorf("alpha: off by %.1f on average", d)
	}
	for y := range got.Height {
		for x, a := range got.Alpha.Row(y, 8) {
			if v := got.Planes[0].Row(y, 8)[x]; v > a {
				t.Fatalf("sample %d,%d: %d under alpha %d", x, y, v, a)
			}
		}
	}
}

// TestSignals: the code points are written where readers look for them.
func TestSignals(t *testing.T) {
	f := waves(t, 20, 20, 2, false)
	for _, c := range []struct {
		set  CICP
		want string
	}{{CICP{}, "\x00\x01\x00\x0d\x00\x06\x80"}, {CICP{12, 13, 6}, "\x00\x0c\x00\x0d\x00\x06\x80"}} {
		if file := mustEncode(t, f, Settings{Quality: 50, Speed: 9, CICP: c.set}); !bytes.Contains(file,
			[]byte("colrnclx"+c.want)) {
			t.Errorf("%v is not written", c.set)
		}
	}
}

// TestDamage: what is cut or broken is damage; it is never shown as a black picture, and ends one call alone.
func TestDamage(t *testing.T) {
	file := mustEncode(t, waves(t, 64, 48, 2, false), Settings{Quality: 80, Speed: 9})
	data := bytes.Index(file, []byte("mdat")) + 4
	broken := bytes.Clone(file)
	for i := data; i < len(broken); i++ {
		broken[i] ^= 0xa5
	}
	for name, src := range map[string][]byte{
		"cut": file[:len(file)-len(file)/4], "pixels broken": broken, "nothing": nil,
		"no AVIF": []byte("JUNK"),
	} {
		if f, err := Decode(src, frame.Hint{}); err == nil {
			f.Release()
			t.Errorf("%s: want an error", name)
		} else if k := fault.From(err).Kind; k != fault.DamagedImage && k != fault.NotAnImage &&
			k != fault.UnsupportedFormat {
			t.Errorf("%s: %v", name, err)
		}
	}
	f, err := Decode(file, frame.Hint{})
	if err != nil {
		t.Fatal(err)
	}
	f.Release()
}

func TestEncodeLacks(t *testing.T) {
	tall := *waves(t, 4, 4, 2, false)
	tall.Height = maxHeight + 1
	deep := *waves(t, 4, 4, 2, false)
	deep.Depth = 10
	for name, job := range map[string]struct {
		f *frame.Frame
		s Settings
	}{
		"too high": {&tall, Settings{}}, "10 bits": {&deep, Settings{}}, "a profile": {
			waves(t, 4, 4, 2, false),
			Settings{Quality: 50, Speed: 9, ICC: []byte("profile")},
		},
	} {
		if _, err := Encode(job.f, job.s); fault.From(err).Kind != fault.EngineLacks {
			t.Errorf("%s: want %v, got %v", name, fault.EngineLacks, err)
		}
	}
}

// TestNothingIsLoaded: the modules that bring the codecs load the system's libraries when the tag nodynamic is missing.
func TestNothingIsLoaded(t *testing.T) {
	mustEncode(t, waves(t, 8, 8, 2, false), Settings{Quality: 50, Speed: 9})
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Skip("no /proc/self/maps on this system")
	}
	for _, name := range []string{"libwebp", "libavif", "libaom", ".so"} {
		if strings.Contains(string(maps), name) {
			t.Errorf("%s is mapped", name)
		}
	}
}
