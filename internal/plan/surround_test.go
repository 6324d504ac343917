package plan

import (
	"errors"
	"image"
	"strings"
	"testing"

	"imagekit/internal/effect"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

func TestAspect(t *testing.T) {
	wide := param.Aspect{W: 16, H: 9}
	tests := []struct {
		name string
		p    param.Params
		want image.Point
	}{
		{"w gives h, cut", param.Params{Width: 160, Aspect: wide}, image.Pt(160, 90)},
		{"h gives w, cut", param.Params{Height: 90, Aspect: wide}, image.Pt(160, 90)},
		{"dpr", param.Params{Width: 160, DPR: 2, Aspect: wide}, image.Pt(320, 180)},
		{"neither: the largest inside the picture", param.Params{Aspect: wide}, image.Pt(400, 225)},
		{"neither, upright", param.Params{Aspect: param.Aspect{W: 1, H: 2}}, image.Pt(150, 300)},
		{"pad", param.Params{Width: 160, Aspect: wide, Fit: param.Pad}, image.Pt(160, 90)},
		{"pad, neither", param.Params{Aspect: wide, Fit: param.Pad}, image.Pt(400, 225)},
		{"fill", param.Params{Width: 160, Aspect: param.Aspect{W: 1, H: 1}, Fit: param.Fill}, image.Pt(160, 160)},
		{"not enlarged", param.Params{Width: 1600, Aspect: wide}, image.Pt(400, 225)},
		{"turned", param.Params{Width: 160, Aspect: wide, Rotate: 90}, image.Pt(160, 90)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := mustNew(t, photo(400, 300), tt.p, format.WebP).Size(); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestSurround(t *testing.T) {
	green := param.Color{Set: true, G: 255}
	p := param.Params{
		Width: 100, DPR: 2, Padding: param.Sides{Top: 1, Right: 2, Bottom: 3, Left: 4},
		Border: param.Border{Width: 5, Color: green}, Radius: param.Radius{Pixels: 20},
	}
	got := mustNew(t, photo(400, 300), p, format.PNG)
	if got.Canvas != image.Pt(212, 158) || got.Offset != image.Pt(8, 2) || got.Border != 10 || got.Radius != 40 ||
		got.Size() != image.Pt(232, 178) {
		t.Errorf("got %+v", got.Geometry)
	}
	if !got.Alpha || got.Direct || got.BorderColor != [3]uint8{0, 255, 0} {
		t.Errorf("got %+v", got.Target)
	}
	if jpeg := mustNew(t, photo(400, 300), p, format.JPEG); jpeg.Alpha {
		t.Error("a JPEG with alpha")
	}
	if legacy := mustNew(t, photo(400, 300), p, format.Legacy); legacy.Format != format.PNG {
		t.Errorf("corners for a client that names nothing: got %v, want PNG", legacy.Format)
	}
	p.Background = green
	if legacy := mustNew(t, photo(400, 300), p, format.Legacy); legacy.Format != format.JPEG {
		t.Errorf("corners on a background: got %v, want JPEG", legacy.Format)
	}
}

func TestRadius(t *testing.T) {
	tests := []struct {
		radius param.Radius
		want   int // 0: refused
	}{
		{param.Radius{Pixels: 1}, 1},
		{param.Radius{Pixels: 50}, 50},
		{param.Radius{Pixels: 51}, 50},
		{param.Radius{Pixels: 100}, 50},
		{param.Radius{Pixels: 101}, 0},
		{param.Radius{Most: true}, 50},
	}
	for _, tt := range tests {
		got, err := New(photo(200, 100), param.Params{Radius: tt.radius}, format.PNG, roomy())
		if tt.want == 0 {
			wantParam(t, err, fault.BadParameter, "radius")
		} else if err != nil || got.Radius != tt.want {
			t.Errorf("%+v: got %d, %v, want %d", tt.radius, got.Radius, err, tt.want)
		}
	}
}

// wantParam checks that an error names the parameter that is to blame, in its text too.
func wantParam(t *testing.T, err error, kind fault.Kind, name string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Param != name || !strings.HasPrefix(f.Detail, name+": ") {
		t.Errorf("got %v, want %v of %s", err, kind, name)
	}
}

func TestTooMuchAround(t *testing.T) {
	lim := roomy()
	lim.MaxOutputPixels = 10_000
	_, err := New(photo(90, 90), param.Params{Padding: param.Sides{Top: 30, Bottom: 30}}, format.PNG, lim)
	wantParam(t, err, fault.OutputTooLarge, "padding")
	_, err = New(photo(90, 90), param.Params{Border: param.Border{Width: 6}}, format.PNG, lim)
	wantParam(t, err, fault.OutputTooLarge, "border")
	_, err = New(photo(10, 10), param.Params{Padding: param.Sides{Left: 8192, Right: 8192}}, format.WebP, roomy())
	wantParam(t, err, fault.OutputTooLarge, "padding")
}

// What has an effect is not the same file again, needs the working form, and its colours are those of the profile.
func TestEffectsInPlans(t *testing.T) {
	var p param.Params
	p.Effects[effect.Tint].Colors[0] = param.Color{Set: true, R: 255}
	p.Effects[effect.Blur].Number = 3
	p.DPR = 2
	info := photo(400, 300)
	info.Format = format.WebP
	got := mustNew(t, info, p, format.WebP)
	if got.Unchanged || got.Direct || len(got.Effects) != 2 || got.Effects[0].Kind != effect.Tint ||
		got.Effects[1].Number != 6 {
		t.Errorf("got %+v", got)
	}
	p = param.Params{}
	p.Effects[effect.Gray].On = true
	if got := mustNew(t, info, p, format.WebP); got.Model != probe.Gray {
		t.Errorf("grey: got model %d", got.Model)
	}
	p.Background, p.Padding = param.Color{Set: true, R: 255}, param.Sides{Top: 1}
	if got := mustNew(t, info, p, format.WebP); got.Model != probe.YCbCr {
		t.Errorf("grey on red: got model %d", got.Model)
	}
	p.Effects[effect.Brightness].Number = 1 // changes nothing
	p.Effects[effect.Gray].On = false
	if got := mustNew(t, info, p, format.WebP); len(got.Effects) != 0 {
		t.Errorf("a neutral effect: got %v", got.Effects)
	}
}
