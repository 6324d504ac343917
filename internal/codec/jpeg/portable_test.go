//go:build !cgo

package jpeg

import (
	"bytes"
	"errors"
	stdjpeg "image/jpeg"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// portable says that the standard library reads and writes.
const portable = true

// subsamplings are what the encoder writes: pixels for a chroma sample, 0 = grey.
var subsamplings = [][2]int{{0, 0}, {2, 2}}

// sameAsPlain compares what is read here with what the standard library reads of the same file: all pixels, since what is
// made smaller is not alike by nature.
func sameAsPlain(t *testing.T, src []byte, h frame.Hint) {
	t.Helper()
	c, err := count(src)
	if err == nil {
		err = c.complete()
	}
	if err != nil {
		return // for both
	}
	f, err := quick(src, c, max(1, h.Shrink))
	if err != nil {
		t.Fatal(err)
	}
	if f == nil {
		return // the standard library's verdict counts
	}
	defer f.Release()
	img, err := stdjpeg.Decode(completed(src, c))
	if err != nil {
		t.Errorf("the standard library says: %v of %x", err, src)
		return
	}
	whole, err := planes(img, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Release()
	if h.Shrink > 1 {
		return
	}
	for i := range f.Planes {
		if off := farthest(&f.Planes[i], &whole.Planes[i]); off > 1 {
			t.Errorf("plane %d is up to %d levels off", i, off)
		}
	}
}

// sameVerdict says when a damaged file is read that the standard library refuses. Coefficients beyond all bounds become
// other samples here and there.
func sameVerdict(t *testing.T, src []byte, _ frame.Hint) {
	t.Helper()
	sameAsPlain(t, src, frame.Hint{Shrink: 8})
}

// farthest is the largest difference of samples.
func farthest(a, b *frame.Plane) (most int) {
	for y := range a.Height {
		for x, v := range a.Row(y, 8) {
			d := int(v) - int(b.Row(y, 8)[x])
			most = max(most, d, -d)
		}
	}
	return most
}

// TestInverse compares the transforms with their definition.
func TestInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 4))
	for range 2000 {
		var b coefficients
		b[0] = r.Int32N(2040) - 1020
		for range r.IntN(20) {
			b[r.IntN(64)] = r.Int32N(400) - 200
		}
		for _, n := range []int{8, 4, 2} {
			work := b
			var got [64]byte
			inverse(&work, got[:], 8, n)
			for y := range n {
				for x := range n {
					if want := defined(&b, n, x, y); math.Abs(float64(got[8*y+x])-want) > 0.6 {
						t.Fatalf("%d samples: at %d, %d got %d, want %.2f of %v", n, x, y, got[8*y+x], want, b[:64])
					}
				}
			}
		}
	}
}

// defined is sample x, y by the definition.
func defined(b *coefficients, n, x, y int) float64 {
	w := func(u, x int) float64 {
		if u == 0 {
			return 1
		}
		return math.Sqrt2 * math.Cos(float64((2*x+1)*u)*math.Pi/float64(2*n))
	}
	sum := 0.0
	for v := range n {
		for u := range n {
			sum += w(u, x) * w(v, y) * float64(b[8*v+u])
		}
	}
	return min(max(128+sum/8, 0), 255)
}

// TestHeadersAsStrict: whatever the standard library refuses of a header is left to it: each byte of the tables of codes with
// many a value, and what the tables and the channels are called.
func TestHeadersAsStrict(t *testing.T) {
	src := mustEncode(t, scene(t, 24, 16, 2, 2), Settings{Quality: 85})
	start := bytes.Index(src, []byte{0xFF, mSOF0})
	for _, sof := range []byte{mSOF0, mSOF1} {
		src[start+1] = sof
		header := src[:bytes.Index(src, []byte{0xFF, mSOS})+14]
		for at := bytes.Index(src, []byte{0xFF, mDHT}); at < len(header); at++ {
			for v := range 256 {
				broken := slices.Clone(src)
				if broken[at] = byte(v); (v&15 == 0 || v < 32) && !outside(broken) {
					sameAsPlain(t, broken, frame.Hint{Shrink: 8})
				}
			}
		}
		for name, broken := range map[string][]byte{
			"an empty table":  slices.Concat(header[:2], []byte{0xFF, mDHT, 0, 19}, make([]byte, 17), src[2:]),
			"a second luma":   bytes.ReplaceAll(src, []byte{2, 0x11}, []byte{1, 0x11}),
			"a second chroma": bytes.ReplaceAll(src, []byte{3, 0x11}, []byte{2, 0x11}),
		} {
			t.Run(name, func(t *testing.T) { sameAsPlain(t, broken, frame.Hint{Shrink: 8}) })
		}
	}
}

// TestLacks: what the standard library cannot do is said, not done badly.
func TestLacks(t *testing.T) {
	for _, sub := range [][2]int{{1, 1}, {2, 1}, {1, 2}} {
		_, err := Encode(scene(t, 20, 20, sub[0], sub[1]), Settings{Quality: 80})
		var e *fault.Error
		if !errors.As(err, &e) || e.Kind != fault.EngineLacks {
			t.Errorf("chroma for %v pixels: want %v, got %v", sub, fault.EngineLacks, err)
		}
	}
}

// BenchmarkDecode is a photo as large as it is, and made smaller.
func BenchmarkDecode(b *testing.B) {
	src := mustEncode(b, scene(b, 1600, 1200, 2, 2), Settings{Quality: 85})
	for _, shrink := range []int{1, 2, 4, 8} {
		b.Run(strconv.Itoa(shrink), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f, err := Decode(src, frame.Hint{Shrink: shrink})
				if err != nil {
					b.Fatal(err)
				}
				f.Release()
			}
		})
	}
}
