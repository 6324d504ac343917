package plan

import (
	"image"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
)

// px and fr are lengths in pixels and as a fraction of the side.
func px(v float64) param.Length { return param.Length{Value: v} }
func fr(v float64) param.Length { return param.Length{Value: v, Fraction: true} }

func cropOf(x, y, w, h param.Length) param.Crop { return param.Crop{Set: true, X: x, Y: y, W: w, H: h} }

func TestCrop(t *testing.T) {
	tests := []struct {
		name        string
		orientation int
		crop        param.Crop
		want        image.Rectangle // stored pixels of a 100 × 60 picture; empty = CropOutside
	}{
		{"none", 1, param.Crop{}, image.Rect(0, 0, 100, 60)},
		{"pixels", 1, cropOf(px(10), px(20), px(30), px(40)), image.Rect(10, 20, 40, 60)},
		{"fractions", 1, cropOf(fr(0.25), fr(0.5), fr(0.5), fr(0.25)), image.Rect(25, 30, 75, 45)},
		{"mixed", 1, cropOf(px(10), fr(0.5), fr(0.2), px(12)), image.Rect(10, 30, 30, 42)},
		// 12.3…22.3, 0.6…1.2
		{"rounded outward", 1, cropOf(fr(0.123), fr(0.01), fr(0.1), fr(0.01)), image.Rect(12, 0, 23, 2)},
		{"decimals are exact", 1, cropOf(fr(0.07), px(0), fr(0.07), px(60)), image.Rect(7, 0, 14, 60)},
		{"cut to the picture", 1, cropOf(px(90), px(50), px(500), px(99_999)), image.Rect(90, 50, 100, 60)},
		{"beside", 1, cropOf(px(100), px(0), px(10), px(10)), image.Rectangle{}},
		{"below", 1, cropOf(px(0), px(99_999), px(10), px(10)), image.Rectangle{}},
		{"no width", 1, cropOf(px(5), px(5), px(0), px(10)), image.Rectangle{}},
		{"no height, between pixels", 1, cropOf(px(5), fr(0.01), px(5), fr(0)), image.Rectangle{}},
		{"mirrored", 2, cropOf(px(10), px(20), px(30), px(40)), image.Rect(60, 20, 90, 60)},
		{"upside down", 3, cropOf(px(10), px(20), px(30), px(40)), image.Rect(60, 0, 90, 40)},
		{"transposed", 5, cropOf(px(10), px(20), px(30), px(40)), image.Rect(20, 10, 60, 40)},
		{"turned right", 6, cropOf(px(10), px(20), px(30), px(40)), image.Rect(20, 20, 60, 50)},
		{"turned left", 8, cropOf(px(10), px(20), px(30), px(40)), image.Rect(40, 10, 80, 40)},
		{"turned right, fraction of the shown side", 6, cropOf(fr(0.5), px(0), fr(0.5), px(100)), image.Rect(0, 0, 100, 30)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			info := photo(100, 60)
			info.Orientation = tt.orientation
			p, err := New(info, param.Params{Crop: tt.crop}, format.JPEG, roomy())
			if tt.want.Empty() {
				wantKind(t, err, fault.CropOutside)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if p.Crop != tt.want {
				t.Errorf("got %v, want %v", p.Crop, tt.want)
			}
			if whole := p.Crop; !near(p.Window, Window{
				float64(whole.Min.X), float64(whole.Min.Y), float64(whole.Dx()),
				float64(whole.Dy()),
			}) {
				t.Errorf("window %v is not the crop %v", p.Window, whole)
			}
		})
	}
}

func TestCoverStaysInsideTheCrop(t *testing.T) {
	p := mustNew(t, photo(400, 400), param.Params{
		Width: 50, Height: 50, Fit: param.Cover, Gravity: param.Gravity{Set: true, X: 1, Y: 0},
		Crop: cropOf(px(100), px(40), px(200), px(100)),
	}, format.JPEG)
	if want := (Window{200, 40, 100, 100}); !near(p.Window, want) {
		t.Errorf("got window %v, want %v", p.Window, want)
	}
	if want := image.Rect(100, 40, 300, 140); p.Crop != want {
		t.Errorf("got crop %v, want %v", p.Crop, want)
	}
}
