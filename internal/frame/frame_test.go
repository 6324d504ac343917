package frame

import (
	"errors"
	"runtime"
	"testing"
	"unsafe"
)

func TestNewLaysOutPlanes(t *testing.T) {
	for _, c := range []struct {
		name  string
		model Model
		depth int
		sizes []Size
		alpha bool
	}{
		{"4:2:0", YCbCr, 8, []Size{{33, 17}, {17, 9}, {17, 9}}, false},
		{"RGBA of 16 bits", RGB, 16, Full(4, 33, 17), true},
		{"gray", Gray, 8, Full(1, 1, 1), false},
		{"CMYK", CMYK, 8, Full(4, 33, 17), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := New(c.model, c.depth, c.sizes[0].W, c.sizes[0].H, c.sizes...)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Release()
			if f.HasAlpha() != c.alpha || len(f.Planes) != c.model.Colors() {
				t.Fatalf("%d planes, alpha %t", len(f.Planes), f.HasAlpha())
			}
			planes := f.Planes
			if c.alpha {
				planes = append(planes, f.Alpha)
			}
			for i, p := range planes {
				if uintptr(p.Data)%alignment != 0 || p.Stride%alignment != 0 {
					t.Errorf("plane %d at %p with stride %d is not aligned to %d", i, p.Data, p.Stride, alignment)
				}
				if want := float64(c.sizes[i].W) / float64(c.sizes[0].W); p.PitchX != want {
					t.Errorf("plane %d: pitch %g, want %g", i, p.PitchX, want)
				}
				for y := range p.Height { // each plane has memory of its own
					row := p.Row(y, c.depth)
					for x := range row {
						row[x] = byte(i + 1)
					}
				}
			}
			for i, p := range planes {
				for y := range p.Height {
					for _, v := range p.Row(y, c.depth) {
						if v != byte(i+1) {
							t.Fatalf("plane %d holds plane %d", i, v-1)
						}
					}
				}
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := New(YCbCr, 8, 10, 10, Full(2, 10, 10)...); err == nil {
		t.Error("two planes make no YCbCr")
	}
	if _, err := New(Gray, 8, 0, 10, Size{0, -1}); err == nil {
		t.Error("want an error for no memory at all")
	}
}

func TestReleaseReusesMemory(t *testing.T) {
	before := Live()
	take := func(w int) unsafe.Pointer {
		f, err := New(Gray, 8, w, 100, Size{w, 100})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Release()
		defer f.Release() // twice does nothing
		return f.Planes[0].Data
	}
	first := take(1234)
	if again := take(1234); again != first {
		t.Error("the same size got other memory")
	}
	if Live() != before {
		t.Errorf("%d frames live, want %d", Live(), before)
	}
	var none *Frame
	none.Release()
}

func TestNoMemory(t *testing.T) {
	const side = 1 << 24 // a plane of more bytes than there are addresses
	if f, err := New(Gray, 8, side, side, Size{side, side}); !errors.Is(err, ErrMemory) {
		f.Release()
		t.Errorf("want %v, got %v", ErrMemory, err)
	}
}

func TestLimit(t *testing.T) {
	defer SetLimit(SetLimit(1 << 20))
	first, err := New(Gray, 8, 700, 1000, Size{700, 1000})
	if err != nil {
		t.Fatal(err)
	}
	if f, err := New(Gray, 8, 700, 1000, Size{700, 1000}); !errors.Is(err, ErrMemory) {
		f.Release()
		t.Errorf("want %v beyond the bound, got %v", ErrMemory, err)
	}
	first.Release()
	// What the pool keeps makes room for another size.
	other, err := New(Gray, 8, 200, 1000, Size{200, 1000})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Release()
	large, err := New(Gray, 8, 500, 1000, Size{500, 1000})
	if err != nil {
		t.Fatal(err)
	}
	large.Release()
}

// Planes keep their memory while the collector runs, and hold what was written.
func TestMemoryStays(t *testing.T) {
	f, err := New(RGB, 8, 640, 480, Full(3, 640, 480)...)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	for i, p := range f.Planes {
		for y := range p.Height {
			row := p.Row(y, 8)
			for x := range row {
				row[x] = byte(x + y + i)
			}
		}
	}
	for range 3 {
		runtime.GC()
		for range 100 { // what would land in memory that was given up
			_ = append([]byte(nil), make([]byte, 1<<14)...)
		}
	}
	for i, p := range f.Planes {
		for y := range p.Height {
			for x, v := range p.Row(y, 8) {
				if v != byte(x+y+i) {
					t.Fatalf("plane %d changed at %d, %d", i, x, y)
				}
			}
		}
	}
}
