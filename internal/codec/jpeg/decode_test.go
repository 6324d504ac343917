package jpeg

import (
	"errors"
	"fmt"
	"image"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// ycc returns YCbCr components with sampling factors in the order Y, Cb, Cr: h, v, h, v, h, v.
func ycc(f ...int) []component {
	c := make([]component, len(f)/2)
	for i := range c {
		c[i] = component{id: byte(i + 1), h: f[2*i], v: f[2*i+1], at: checks(i)}
	}
	return c
}

func rgb(f ...int) []component {
	c := ycc(f...)
	for i := range c {
		c[i].id = "RGB"[i]
	}
	return c
}

var samplings = []struct {
	name       string
	model      frame.Model
	components []component
}{
	{"grey", frame.Gray, ycc(1, 1)},
	{"grey with factors", frame.Gray, ycc(2, 2)},
	{"4:4:4", frame.YCbCr, ycc(1, 1, 1, 1, 1, 1)},
	{"4:2:2", frame.YCbCr, ycc(2, 1, 1, 1, 1, 1)},
	{"4:2:0", frame.YCbCr, ycc(2, 2, 1, 1, 1, 1)},
	{"4:4:0", frame.YCbCr, ycc(1, 2, 1, 1, 1, 1)},
	{"4:1:1", frame.YCbCr, ycc(4, 1, 1, 1, 1, 1)},
	{"4:1:0", frame.YCbCr, ycc(4, 2, 1, 1, 1, 1)},
	{"1x4", frame.YCbCr, ycc(1, 4, 1, 1, 1, 1)},
	{"2x4", frame.YCbCr, ycc(2, 4, 1, 1, 1, 1)},
	{"3x1", frame.YCbCr, ycc(3, 1, 1, 1, 1, 1)},
	{"chroma larger than luma", frame.YCbCr, ycc(1, 1, 2, 2, 2, 1)},
	{"chroma planes differ", frame.YCbCr, ycc(2, 2, 2, 1, 1, 2)},
	{"two thirds", frame.YCbCr, ycc(3, 1, 2, 1, 1, 1)},
	{"4:4:4 written as 2x1", frame.YCbCr, ycc(2, 1, 2, 1, 2, 1)},
	{"RGB", frame.RGB, rgb(1, 1, 1, 1, 1, 1)},
	{"RGB subsampled", frame.RGB, rgb(2, 2, 2, 1, 1, 1)},
}

// TestDecodePlanes looks at every sample of every plane for every way to sample, scale and arrange.
func TestDecodePlanes(t *testing.T) {
	sizes := [][2]int{{1, 1}, {8, 8}, {33, 17}, {64, 64}, {67, 101}}
	for _, s := range samplings {
		t.Run(s.name, func(t *testing.T) {
			for _, size := range sizes {
				for _, separate := range []bool{false, true} {
					for _, sof := range []byte{0xC0, 0xC2} {
						k := sketch{width: size[0], height: size[1], components: s.components, sof: sof, separate: separate, adobe: -1}
						for _, shrink := range []int{0, 1, 2, 4, 8} {
							checkPlanes(t, &k, s.model, shrink)
						}
					}
				}
			}
		})
	}
}

func checkPlanes(t *testing.T, k *sketch, model frame.Model, shrink int) {
	t.Helper()
	f, err := Decode(k.encode(), frame.Hint{Shrink: shrink})
	if portable && fault.From(err).Kind == fault.EngineLacks {
		t.Skip("the portable engine does not read this subsampling: ", err)
	}
	if err != nil {
		t.Fatalf("%d×%d, shrink %d: %v", k.width, k.height, shrink, err)
	}
	defer f.Release()
	if f.Model != model || f.Width != k.width || f.Height != k.height || !f.FullRange || f.Depth != 8 || f.HasAlpha() {
		t.Fatalf("want model %d, %d×%d, got %+v", model, k.width, k.height, f)
	}
	h, v := k.most()
	for i, c := range k.components {
		p := &f.Planes[i]
		blockX, blockY := p.PitchX*float64(8*h)/float64(c.h), p.PitchY*float64(8*v)/float64(c.v)
		least := 8 / max(shrink, 1)
		if c.h == h && c.v == v && int(blockX) != least || int(blockX) < least || blockX != blockY {
			t.Errorf("plane %d, shrink %d: blocks are %v×%v samples", i, shrink, blockX, blockY)
		}
		if why := compare(p, c.at, int(blockX), covered(k.width, p.PitchX), covered(k.height, p.PitchY)); why != "" {
			t.Errorf("plane %d of %d×%d, shrink %d: %s", i, k.width, k.height, shrink, why)
		}
	}
}

// covered returns how many samples of a pitch it takes to cover a side of so many pixels.
func covered(pixels int, pitch float64) int {
	n := int(float64(pixels) * pitch)
	if float64(n) < float64(pixels)*pitch-1e-9 {
		n++
	}
	return n
}

func compare(p *frame.Plane, at func(x, y int) uint8, block, w, h int) string {
	if p.Width != w || p.Height != h {
		return fmt.Sprintf("want %d×%d samples, got %d×%d", w, h, p.Width, p.Height)
	}
	for y := range h {
		for x, got := range p.Row(y, 8) {
			if want := at(x/block, y/block); got != want {
				return fmt.Sprintf("sample %d,%d: want %d, got %d", x, y, want, got)
			}
		}
	}
	return ""
}

func TestDecodeColourSpaces(t *testing.T) {
	four := func(v ...uint8) []component {
		c := make([]component, 4)
		for i := range c {
			c[i] = component{id: byte(i + 1), h: 1, v: 1, at: flat(v[i])}
		}
		return c
	}
	wide := four(118, 91, 199, 40)
	wide[0].h, wide[0].v, wide[3].h, wide[3].v = 2, 2, 2, 2
	tests := []struct {
		name  string
		file  sketch
		model frame.Model
		want  []uint8
	}{
		{"CMYK without Adobe's marker", sketch{components: four(10, 20, 30, 40), adobe: -1}, frame.CMYK, []uint8{245, 235, 225, 215}},
		{"CMYK by JFIF", sketch{components: four(10, 20, 30, 40), adobe: -1, jfif: true}, frame.CMYK, []uint8{245, 235, 225, 215}},
		{"CMYK as Adobe has it", sketch{components: four(10, 20, 30, 40), adobe: 0}, frame.CMYK, []uint8{245, 235, 225, 215}},
		// YCC(118,91,199) is R 218, G 80, B 52; libjpeg's YCCK to CMYK gives 255-R…, Adobe's inversion R… again.
		{"YCCK", sketch{components: four(118, 91, 199, 40), adobe: 2}, frame.CMYK, []uint8{218, 80, 52, 215}},
		{"YCCK by an unknown transform", sketch{components: four(118, 91, 199, 40), adobe: 1}, frame.CMYK, []uint8{218, 80, 52, 215}},
		{"JFIF wins over Adobe", sketch{components: rgb(1, 1, 1, 1, 1, 1), adobe: 0, jfif: true}, frame.YCbCr, nil},
		{"YCCK 4:2:0", sketch{components: wide, adobe: 2}, frame.CMYK, []uint8{218, 80, 52, 215}},
		{"RGB by Adobe's marker", sketch{components: four(1, 2, 3, 0)[:3], adobe: 0}, frame.RGB, []uint8{1, 2, 3}},
		{"YCbCr by Adobe's marker", sketch{components: rgb(1, 1, 1, 1, 1, 1), adobe: 1}, frame.YCbCr, nil},
		{"YCbCr by JFIF", sketch{components: rgb(1, 1, 1, 1, 1, 1), adobe: -1, jfif: true}, frame.YCbCr, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, shrink := range []int{1, 2, 8} {
				tt.file.width, tt.file.height = 19, 35
				f, err := Decode(tt.file.encode(), frame.Hint{Shrink: shrink})
				if err != nil {
					t.Fatal(err)
				}
				defer f.Release()
				if f.Model != tt.model {
					t.Fatalf("want model %d, got %d", tt.model, f.Model)
				}
				for i, want := range tt.want {
					p := &f.Planes[i]
					if why := compare(p, flat(want), 8, ceil(19, shrink), ceil(35, shrink)); why != "" {
						t.Errorf("plane %d, shrink %d: %s", i, shrink, why)
					}
				}
			}
		})
	}
}

// TestDecodeCrop: rows down to the crop's bottom are right, and damage below it is never met.
func TestDecodeCrop(t *testing.T) {
	if portable {
		t.Skip("the portable engine reads a picture whole")
	}
	k := sketch{width: 64, height: 160, components: ycc(2, 2, 1, 1, 1, 1), adobe: -1}
	whole := k.encode()
	cut := whole[:len(whole)*2/3]
	if _, err := Decode(cut, frame.Hint{}); !errors.As(err, new(*fault.Error)) {
		t.Errorf("without a crop: want an error, got %v", err)
	}
	for _, shrink := range []int{1, 2, 4, 8} {
		f, err := Decode(cut, frame.Hint{Shrink: shrink, Crop: image.Rect(10, 20, 50, 70)})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Release()
		p := f.Planes[0]
		p.Height = ceil(70, shrink)
		if why := compare(&p, k.components[0].at, 8/shrink, 64/shrink, p.Height); why != "" {
			t.Errorf("shrink %d: %s", shrink, why)
		}
	}
}
