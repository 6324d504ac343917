package scale_test

import (
	"fmt"
	"image"
	"math"
	"testing"
	"unsafe"

	"imagekit/internal/frame"
	"imagekit/internal/scale"
)

// paint makes a frame whose plane i holds at(i, x, y), x and y in source pixels at the sample's centre.
func paint(t *testing.T, m frame.Model, w, h, subX, subY int, at func(i int, x, y float64) float64) *frame.Frame {
	t.Helper()
	sizes := frame.Full(m.Colors(), w, h)
	if m == frame.YCbCr {
		c := frame.Size{W: (w + subX - 1) / subX, H: (h + subY - 1) / subY}
		sizes[1], sizes[2] = c, c
	}
	f, err := frame.New(m, 8, w, h, sizes...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	for i := range f.Planes {
		p := &f.Planes[i]
		if m == frame.YCbCr && i > 0 {
			p.PitchX, p.PitchY = 1/float64(subX), 1/float64(subY)
		}
		for y := range p.Height {
			row := p.Row(y, 8)
			for x := range row {
				v := at(i, (float64(x)+0.5)/p.PitchX, (float64(y)+0.5)/p.PitchY)
				row[x] = uint8(math.Round(min(max(v, 0), 255)))
			}
		}
	}
	return f
}

func whole(w, h, ow, oh int) scale.Job {
	return scale.Job{W: float64(w), H: float64(h), Width: ow, Height: oh}
}

func sample(p *frame.Plane, depth, x, y int) float64 {
	row := p.Row(y, depth)
	if depth > 8 {
		return float64(unsafe.Slice((*uint16)(unsafe.Pointer(&row[0])), p.Width)[x])
	}
	return float64(row[x])
}

// A ramp must come out as the same ramp at every size: a shift of a tenth of a pixel or a wrong chroma grid shows.
func TestDirectKeepsRampInPlace(t *testing.T) {
	for _, c := range []struct{ w, h, ow, oh, subX, subY int }{
		{400, 300, 200, 150, 2, 2},
		{400, 300, 201, 151, 2, 2},
		{401, 301, 133, 77, 2, 2},
		{401, 301, 133, 77, 1, 1},
		{403, 299, 133, 77, 4, 1},
		{403, 299, 132, 76, 1, 2},
		{400, 300, 399, 299, 2, 2},
		{400, 300, 400, 300, 2, 2},
		{64, 48, 1, 1, 2, 2},
	} {
		for _, mirror := range []bool{false, true} {
			t.Run(fmt.Sprintf("%dx%d/%dx%d→%dx%d mirror=%t", c.w, c.h, c.subX, c.subY, c.ow, c.oh, mirror), func(t *testing.T) {
				slope := 200 / float64(c.w)
				src := paint(t, frame.YCbCr, c.w, c.h, c.subX, c.subY, func(_ int, x, _ float64) float64 { return 20 + x*slope })
				job := whole(c.w, c.h, c.ow, c.oh)
				job.MirrorX, job.MirrorY = mirror, mirror
				dst, err := scale.Direct(src, job, scale.Layout{SubX: 2, SubY: 2, FullRange: true})
				if err != nil {
					t.Fatal(err)
				}
				defer dst.Release()
				checkRamp(t, dst, c.w, slope, mirror)
			})
		}
	}
}

func checkRamp(t *testing.T, dst *frame.Frame, w int, slope float64, mirror bool) {
	t.Helper()
	for i := range dst.Planes {
		p := &dst.Planes[i]
		per := 1.0
		start := 0.0
		if i > 0 {
			per = 2
			if mirror {
				start = float64(dst.Width - 2*p.Width)
			}
		}
		edge := int(math.Ceil(3*float64(dst.Width)/float64(w)/per)) + 3 // taps that mirror at the border
		for x := edge; x < p.Width-edge; x++ {
			at := (start + (float64(x)+0.5)*per) * float64(w) / float64(dst.Width)
			if got, want := sample(p, dst.Depth, x, p.Height/2), 20+at*slope; math.Abs(got-want) > 1 {
				t.Fatalf("plane %d column %d: got %g, want %.2f", i, x, got, want)
			}
		}
	}
}

// What lies outside a hard crop must not be seen, wherever its edge falls on luma's and chroma's grids.
func TestHardCropDoesNotBleed(t *testing.T) {
	for _, edge := range []int{200, 201, 64, 65, 333} {
		for _, ow := range []int{50, 99, 100} {
			for _, left := range []bool{true, false} {
				t.Run(fmt.Sprintf("edge %d to %d left %t", edge, ow, left), func(t *testing.T) {
					src := paint(t, frame.YCbCr, 401, 100, 1, 1, func(_ int, x, _ float64) float64 {
						if (x < float64(edge)) == left {
							return 60
						}
						return 250
					})
					crop := image.Rect(0, 0, edge, 100)
					if !left {
						crop = image.Rect(edge, 0, 401, 100)
					}
					dst, err := scale.Direct(src, scale.Job{
						Crop: crop, X: float64(crop.Min.X), W: float64(crop.Dx()), H: 100, Width: ow, Height: 25,
					}, scale.Layout{SubX: 2, SubY: 2, FullRange: true})
					if err != nil {
						t.Fatal(err)
					}
					defer dst.Release()
					for i := range dst.Planes {
						for x := range dst.Planes[i].Width {
							if got := sample(&dst.Planes[i], 8, x, 5); math.Abs(got-60) > 1 {
								t.Fatalf("plane %d column %d: got %g, want 60", i, x, got)
							}
						}
					}
				})
			}
		}
	}
}

func TestRangesAndDepths(t *testing.T) {
	// Codes of black, white and the extremes of chroma in both ranges (ITU-T H.273 §8.3).
	for _, c := range []struct {
		name           string
		full           bool
		in             [3]float64
		wantFull       [3]float64
		wantLim        [3]float64
		wantWorkingAll [3]float64
	}{
		{"full white", true, [3]float64{255, 128, 128}, [3]float64{255, 128, 128}, [3]float64{235, 128, 128}, [3]float64{65535, 32768, 32768}},
		{"full blue", true, [3]float64{29, 255, 107}, [3]float64{29, 255, 107}, [3]float64{41, 240, 110}, [3]float64{7453, 65407, 27371}},
		{"limited black", false, [3]float64{16, 128, 128}, [3]float64{0, 128, 128}, [3]float64{16, 128, 128}, [3]float64{0, 32768, 32768}},
		{"limited blue", false, [3]float64{41, 240, 110}, [3]float64{29, 255, 108}, [3]float64{41, 240, 110}, [3]float64{7481, 65535, 27502}},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := paint(t, frame.YCbCr, 40, 40, 2, 2, func(i int, _, _ float64) float64 { return c.in[i] })
			src.FullRange = c.full
			check := func(f *frame.Frame, err error, want [3]float64, within float64) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
				defer f.Release()
				for i := range f.Planes {
					if got := sample(&f.Planes[i], f.Depth, 3, 3); math.Abs(got-want[i]) > within {
						t.Errorf("plane %d: got %g, want %g", i, got, want[i])
					}
				}
			}
			f, err := scale.Direct(src, whole(40, 40, 20, 20), scale.Layout{2, 2, true})
			check(f, err, c.wantFull, 0.6)
			f, err = scale.Direct(src, whole(40, 40, 20, 20), scale.Layout{2, 2, false})
			check(f, err, c.wantLim, 0.6)
			f, err = scale.Working(src, whole(40, 40, 20, 20))
			check(f, err, c.wantWorkingAll, 40)
		})
	}
}

func TestConvertMatchesTheMatrix(t *testing.T) {
	src := paint(t, frame.RGB, 16, 16, 1, 1, func(i int, _, _ float64) float64 { return []float64{220, 40, 90}[i] })
	f, err := scale.Working(src, whole(16, 16, 8, 8))
	if err != nil {
		t.Fatal(err)
	}
	if f, err = scale.Convert(f, frame.YCbCr); err != nil {
		t.Fatal(err)
	}
	// BT.601: Y = 0.299 R + 0.587 G + 0.114 B, Cb = (B−Y)/1.772, Cr = (R−Y)/1.402.
	y := 0.299*220 + 0.587*40 + 0.114*90
	want := []float64{y * 257, 32768 + (90-y)/1.772*257, 32768 + (220-y)/1.402*257}
	for i := range f.Planes {
		if got := sample(&f.Planes[i], 16, 2, 2); math.Abs(got-want[i]) > 30 {
			t.Errorf("plane %d: got %g, want %g", i, got, want[i])
		}
	}
	if f, err = scale.Convert(f, frame.RGB); err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	for i, want := range []float64{220, 40, 90} {
		if got := sample(&f.Planes[i], 16, 2, 2) / 257; math.Abs(got-want) > 0.5 {
			t.Errorf("back to RGB, plane %d: got %g, want %g", i, got, want)
		}
	}
}

// Alpha: resizing must weight colour by it, so that hidden colours stay hidden.
func TestWorkingPremultiplies(t *testing.T) {
	f, err := frame.New(frame.RGB, 8, 64, 64, frame.Full(4, 64, 64)...)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	for y := range 64 {
		for i := range 3 {
			row := f.Planes[i].Row(y, 8)
			for x := range row {
				row[x] = uint8(255 * (i % 2)) // hidden green on the left
				if x >= 32 {
					row[x] = uint8(255 * ((i + 1) % 2)) // visible magenta on the right
				}
			}
		}
		row := f.Alpha.Row(y, 8)
		for x := range row {
			if row[x] = 0; x >= 32 {
				row[x] = 255
			}
		}
	}
	g, err := scale.Working(f, whole(64, 64, 21, 21))
	if err != nil {
		t.Fatal(err)
	}
	defer g.Release()
	for x := range 21 {
		r, gr, a := sample(&g.Planes[0], 16, x, 10), sample(&g.Planes[1], 16, x, 10), sample(&g.Alpha, 16, x, 10)
		if gr > 300 {
			t.Errorf("column %d: hidden green shows: %g", x, gr)
		}
		if math.Abs(r-a) > 600 {
			t.Errorf("column %d: premultiplied red %g should equal alpha %g", x, r, a)
		}
	}
}

// Rows cost no memory: a tall result takes as many allocations as a flat one.
func TestRowsAllocateNothing(t *testing.T) {
	src := paint(t, frame.YCbCr, 100, 2000, 2, 2, func(_ int, x, y float64) float64 { return x + y/20 })
	count := func(height int) float64 {
		return testing.AllocsPerRun(5, func() {
			f, err := scale.Direct(src, whole(100, 2000, 50, height), scale.Layout{SubX: 2, SubY: 2, FullRange: true})
			if err != nil {
				t.Fatal(err)
			}
			f.Release()
		})
	}
	if flat, tall := count(20), count(1500); tall > flat+10 {
		t.Errorf("%g allocations for 1500 rows, %g for 20", tall, flat)
	}
}
