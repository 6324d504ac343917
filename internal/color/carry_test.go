package color

import (
	"math/rand/v2"
	"testing"

	"imagekit/internal/frame"
	"imagekit/internal/icc"
)

// TestFromSRGB: what is made of a picture is what icc.FromSRGB makes of each colour, under any alpha.
func TestFromSRGB(t *testing.T) {
	for _, kind := range []icc.Kind{icc.DisplayP3, icc.AdobeRGB} {
		r := rand.New(rand.NewPCG(1, 2))
		const n = 4000
		f, err := frame.New(frame.RGB, 16, n, 1, frame.Full(4, n, 1)...)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Release()
		f.Premultiplied = true
		colors, alpha := make([][3]uint8, n), samples(&f.Alpha, 0)
		for x := range n {
			alpha[x] = uint16(20_000 + r.IntN(45_536))
			for i := range 3 {
				colors[x][i] = uint8(r.IntN(256))
				samples(&f.Planes[i], 0)[x] = uint16(int(colors[x][i]) * int(alpha[x]) / 255)
			}
		}
		FromSRGB(f, kind)
		worst := 0.0
		for x, c := range colors {
			want := icc.FromSRGB(kind, c)
			for i := range 3 {
				got := float64(samples(&f.Planes[i], 0)[x]) / float64(alpha[x]) * 255
				worst = max(worst, got-float64(want[i]), float64(want[i])-got)
			}
		}
		// icc rounds to whole levels; the curve of Adobe RGB begins so steeply that straight pieces lie below it there.
		if bound := map[icc.Kind]float64{icc.DisplayP3: 0.75, icc.AdobeRGB: 2}[kind]; worst > bound {
			t.Errorf("%v: a colour is off by %.2f levels", kind, worst)
		}
	}
}

// Its tables are made once: a small mark costs what its pixels do.
func BenchmarkFromSRGB(b *testing.B) {
	f, err := frame.New(frame.RGB, 16, 64, 64, frame.Full(3, 64, 64)...)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Release()
	for b.Loop() {
		FromSRGB(f, icc.AdobeRGB)
	}
}
