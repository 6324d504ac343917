package plan

import (
	"image"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/icc"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// marked plans a photo of 4000 × 3000 at w=1000, 750 high, with a watermark.
func marked(p param.Params, mark probe.Info) (Plan, error) {
	p.Width, p.Watermark.Source = 1000, "logo"
	return New(photo(4000, 3000), p, format.JPEG, roomy(), mark)
}

func TestOverlayGeometry(t *testing.T) {
	wide, tall := drawing(600, 200), drawing(200, 600)
	for _, tt := range []struct {
		name     string
		mark     probe.Info
		w        param.Watermark
		up       bool
		size     image.Point
		at, step image.Point
	}{
		{"a fifth, at the bottom right", wide, param.Watermark{}, false, image.Pt(200, 67), image.Pt(800, 683), image.Point{}},
		{"margin", wide, param.Watermark{Margin: 10}, false, image.Pt(200, 67), image.Pt(790, 673), image.Point{}},
		{"never enlarged", wide, param.Watermark{Width: 1}, false, image.Pt(600, 200), image.Pt(400, 550), image.Point{}},
		{"unless allowed", wide, param.Watermark{Width: 1}, true, image.Pt(1000, 333), image.Pt(0, 417), image.Point{}},
		{"the margin takes from the width", wide, param.Watermark{Width: 1, Margin: 50}, true, image.Pt(900, 300), image.Pt(50, 400), image.Point{}},
		{"the height does not suffice", tall, param.Watermark{Width: 0.9}, true, image.Pt(250, 750), image.Pt(750, 0), image.Point{}},
		{"by fractions", wide, param.Watermark{Gravity: param.Gravity{Set: true, X: 0.5, Y: 0}}, false, image.Pt(200, 67), image.Pt(400, 0), image.Point{}},
		{"tile", wide, param.Watermark{Tile: true, Margin: 7}, false, image.Pt(200, 67), image.Pt(7, 7), image.Pt(207, 74)},
		{"never nothing", drawing(8000, 10), param.Watermark{Width: 0.01}, false, image.Pt(10, 1), image.Pt(990, 749), image.Point{}},
	} {
		pl, err := marked(param.Params{Watermark: tt.w, Up: tt.up}, tt.mark)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if o := pl.Overlays[0]; o.Canvas != tt.size || o.Picture() != tt.size || o.At != tt.at || o.Step != tt.step || o.Opacity != 65535 {
			t.Errorf("%s: got %+v", tt.name, o)
		}
		if pl.Direct || pl.SameSize() {
			t.Errorf("%s: the plan takes the picture for unchanged", tt.name)
		}
	}
	turned := as(photo(4000, 1000), func(i *probe.Info) { i.Orientation = 6 })
	pl, err := marked(param.Params{}, turned)
	if o := pl.Overlays[0]; err != nil || o.Canvas != image.Pt(188, 750) || o.Width != 750 || o.Height != 188 || o.Turn != 6 || o.Shrink != 4 {
		t.Errorf("on its side: got %+v, %v", o, err)
	}
}

func TestOverlayRefused(t *testing.T) {
	_, err := marked(param.Params{Watermark: param.Watermark{Margin: 375}}, drawing(10, 10))
	if f := fault.From(err); err == nil || f.Kind != fault.BadParameter || f.Param != "wmm" || f.Part != 0 {
		t.Errorf("a margin that leaves nothing: %v", err)
	}
	_, err = marked(param.Params{}, drawing(10_000, 5001))
	if f := fault.From(err); err == nil || f.Kind != fault.TooManyPixels || f.Part != 1 {
		t.Errorf("too many pixels: %v", err)
	}
	lean := roomy()
	lean.Memory = 120 << 20
	huge := as(drawing(7000, 7000), func(i *probe.Info) { i.Format = format.WebP })
	p := param.Params{Width: 1000, Watermark: param.Watermark{Source: "logo"}}
	if _, err = New(photo(4000, 3000), p, format.JPEG, lean, huge); err == nil || fault.From(err).Kind != fault.TooMuchMemory {
		t.Errorf("a mark that needs too much memory: %v", err)
	}
}

func TestOverlayColors(t *testing.T) {
	for _, tt := range []struct {
		picture, mark icc.Kind
		action        ColorAction
		carried       icc.Kind
	}{
		{icc.None, icc.None, ColorKeep, icc.None},
		{icc.None, icc.DisplayP3, ColorTransform, icc.None},
		{icc.None, icc.OtherRGB, ColorTransform, icc.None},
		{icc.DisplayP3, icc.None, ColorKeep, icc.DisplayP3},
		{icc.DisplayP3, icc.DisplayP3, ColorKeep, icc.None},
		{icc.DisplayP3, icc.AdobeRGB, ColorTransform, icc.DisplayP3},
		{icc.AdobeRGB, icc.OtherRGB, ColorTransform, icc.AdobeRGB},
	} {
		of := func(k icc.Kind) func(*probe.Info) {
			return func(i *probe.Info) { i.ICC, i.Profile = k, []byte("profile") }
		}
		p := param.Params{Width: 100, Watermark: param.Watermark{Source: "logo"}}
		pl, err := New(as(photo(400, 300), of(tt.picture)), p, format.PNG, roomy(), as(drawing(40, 40), of(tt.mark)))
		if err != nil {
			t.Fatal(err)
		}
		o := pl.Overlays[0]
		if o.Color != tt.action || o.Carried != tt.carried || (o.Source.Profile == nil) != (tt.action == ColorKeep) {
			t.Errorf("%v on %v: got %v, to %v, profile of %d bytes", tt.mark, tt.picture, o.Color, o.Carried, len(o.Source.Profile))
		}
	}
}
