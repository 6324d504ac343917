package color

import (
	"math"
	"testing"
	"unsafe"

	"imagekit/internal/frame"
	"imagekit/internal/icc"
	"imagekit/internal/testkit/imagetest"
)

// working makes a working frame of one row whose plane i holds codes[i], alpha last.
func working(t *testing.T, m frame.Model, codes ...[]uint16) *frame.Frame {
	t.Helper()
	w := len(codes[0])
	f, err := frame.New(m, 16, w, 1, frame.Full(len(codes), w, 1)...)
	if err != nil {
		t.Fatal(err)
	}
	f.Premultiplied = f.HasAlpha()
	for i, p := range planesOf(f) {
		copy(row(p), codes[i])
	}
	return f
}

func planesOf(f *frame.Frame) []frame.Plane {
	list := append([]frame.Plane(nil), f.Planes...)
	if f.HasAlpha() {
		list = append(list, f.Alpha)
	}
	return list
}

func row(p frame.Plane) []uint16 { return unsafe.Slice((*uint16)(p.Data), p.Width) }

const one = 65535

func TestUnusableProfiles(t *testing.T) {
	gray := imagetest.GrayProfile(1.8)
	for _, c := range []struct {
		name    string
		profile []byte
	}{
		{"none", nil},
		{"of another model", gray},
		{"cut short", icc.Profile(icc.AdobeRGB)[:200]},
		{"noise", []byte("this is no profile, though it is longer than nothing")},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := working(t, frame.RGB, []uint16{one, 7}, []uint16{0, 8}, []uint16{300, 9})
			g, err := ToSRGB(f, c.profile)
			if err != nil {
				t.Fatal(err)
			}
			if g != f {
				t.Error("RGB should be taken for sRGB, untouched")
			}
			g.Release()
			// C, M, Y, K: paper; full cyan; half magenta on half black; full black.
			f = working(t, frame.CMYK, []uint16{0, one, 0, 0}, []uint16{0, 0, one / 2, 0}, []uint16{0, 0, 0, 0},
				[]uint16{0, 0, one / 2, one})
			if g, err = ToSRGB(f, c.profile); err != nil {
				t.Fatal(err)
			}
			defer g.Release()
			want := [3][4]uint16{{one, 0, one / 2, 0}, {one, one, one / 4, 0}, {one, one, one / 2, 0}}
			for i, p := range g.Planes {
				for x, v := range row(p) {
					if d := int(v) - int(want[i][x]); d < -2 || d > 2 {
						t.Errorf("plane %d sample %d: got %d, want %d", i, x, v, want[i][x])
					}
				}
			}
		})
	}
	if n := frame.Live(); n != 0 {
		t.Errorf("%d frames left behind", n)
	}
}

// Through a profile the colour of a half transparent pixel is that of an opaque one, and its alpha stays.
func TestAlphaIsDividedOutAroundTheCurve(t *testing.T) {
	codes := []uint16{0, one / 5, one / 2, one}
	var half, alpha []uint16
	for _, v := range codes {
		half = append(half, v/2)
		alpha = append(alpha, one/2)
	}
	convert := func(f *frame.Frame) *frame.Frame {
		g, err := ToSRGB(f, imagetest.GrayProfile(1.8))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(g.Release)
		return g
	}
	opaque := convert(working(t, frame.Gray, codes))
	clear := convert(working(t, frame.Gray, half, alpha))
	if !clear.Premultiplied || !clear.HasAlpha() {
		t.Fatal("want a premultiplied frame with alpha")
	}
	for x, v := range row(opaque.Planes[0]) {
		l := math.Pow(float64(codes[x])/one, 1.8)
		if want := 1.055*math.Pow(l, 1/2.4) - 0.055; l > 0.01 && math.Abs(float64(v)/one-want) > 0.002 {
			t.Errorf("code %d: got %.4f, want %.4f", codes[x], float64(v)/one, want)
		}
		if got := row(clear.Planes[0])[x]; math.Abs(float64(got)-float64(v)/2) > 40 {
			t.Errorf("code %d at half alpha: got %d, want half of %d", codes[x], got, v)
		}
		if a := row(clear.Alpha)[x]; a != one/2 {
			t.Errorf("alpha became %d", a)
		}
	}
}

func TestYCbCrIsTheCallersMistake(t *testing.T) {
	f := working(t, frame.YCbCr, []uint16{1}, []uint16{1}, []uint16{1})
	defer f.Release()
	if _, err := ToSRGB(f, nil); err == nil {
		t.Error("want an error")
	}
}
