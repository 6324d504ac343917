package plan

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/icc"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// photo is a baseline 4:2:0 JPEG of this size.
func photo(w, h int) probe.Info {
	return probe.Info{
		Format: format.JPEG, Width: w, Height: h, Orientation: 1, Frames: 1,
		Model: probe.YCbCr, Depth: 8, SubX: 2, SubY: 2,
	}
}

// drawing is a PNG of this size with an alpha channel.
func drawing(w, h int) probe.Info {
	return probe.Info{
		Format: format.PNG, Width: w, Height: h, Orientation: 1, Frames: 1,
		Model: probe.RGB, Depth: 8, SubX: 1, SubY: 1, Alpha: true, Lossless: true,
	}
}

// roomy are limits that no ordinary test meets.
func roomy() Limits {
	return Limits{
		MaxPixels: 50_000_000, MaxOutputPixels: 25_000_000, Memory: 1 << 40, MaxFrames: 1000,
		MaxFramePixels: 500_000_000,
	}
}

func mustNew(t *testing.T, info probe.Info, p param.Params, out format.Format) Plan {
	t.Helper()
	pl, err := New(info, p, out, roomy())
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return pl
}

func wantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != want {
		t.Fatalf("got error %v, want kind %v", err, want)
	}
}

func TestNewWithoutParameters(t *testing.T) {
	got := mustNew(t, photo(640, 480), param.Params{}, format.WebP)
	want := Plan{
		Source: photo(640, 480),
		Geometry: Geometry{
			Shrink: 1,
			Crop:   image.Rect(0, 0, 640, 480), Window: Window{0, 0, 640, 480}, Width: 640, Height: 480,
			Turn: 1, Canvas: image.Pt(640, 480),
		},
		Target: Target{
			Format: format.WebP, Model: probe.YCbCr, SubX: 2, SubY: 2, Direct: true,
			Background: [3]uint8{255, 255, 255},
			Quality:    80, Encoder: Encoder{Quality: interpolate(scaleWebP, 80), Effort: methodWebP},
		},
		Memory: got.Memory,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLimits(t *testing.T) {
	small := Limits{MaxPixels: 1_000_000, MaxOutputPixels: 10_000, Memory: 1 << 30}
	tests := []struct {
		name string
		info probe.Info
		p    param.Params
		out  format.Format
		lim  Limits
		want fault.Kind
	}{
		{"source pixels", photo(1001, 1000), param.Params{Width: 10}, format.JPEG, small, fault.TooManyPixels},
		{"w·dpr", photo(10, 10), param.Params{Width: 4097, DPR: 2}, format.JPEG, roomy(), fault.OutputTooLarge},
		{"h·dpr", photo(10, 10), param.Params{Height: 8193}, format.JPEG, roomy(), fault.OutputTooLarge},
		{
			"pad says it alone", photo(10, 10),
			param.Params{Width: 101, Height: 100, Fit: param.Pad},
			format.JPEG, small,
			fault.OutputTooLarge,
		},
		{
			"cover up says it alone", photo(10, 10),
			param.Params{Width: 101, Height: 100, Fit: param.Cover, Up: true},
			format.JPEG, small, fault.OutputTooLarge,
		},
		{
			"asked width needs too many pixels", photo(200, 200),
			param.Params{Width: 150},
			format.JPEG, small,
			fault.OutputTooLarge,
		},
		{
			"asked width needs a side WebP lacks", photo(10, 18_000),
			param.Params{Width: 10},
			format.WebP, roomy(),
			fault.OutputTooLarge,
		},
		{
			"memory", photo(900, 900),
			param.Params{Width: 10},
			format.JPEG,
			Limits{MaxPixels: 1_000_000, MaxOutputPixels: 10_000, Memory: 1 << 20},
			fault.TooMuchMemory,
		},
		{"no encoder", photo(9, 9), param.Params{}, format.Unknown, roomy(), fault.Internal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(tt.info, tt.p, tt.out, tt.lim)
			wantKind(t, err, tt.want)
		})
	}
}

func TestCheckKnowsWhatParametersSay(t *testing.T) {
	lim := Limits{MaxPixels: 1, MaxOutputPixels: 10_000, Memory: 1}
	tests := []struct {
		name string
		p    param.Params
		ok   bool
	}{
		{"nothing", param.Params{}, true},
		{"pad in the budget", param.Params{Width: 100, Height: 100, Fit: param.Pad}, true},
		{"pad above", param.Params{Width: 101, Height: 100, Fit: param.Pad}, false},
		{"pad with one side follows the source", param.Params{Width: 8000, Fit: param.Pad}, true},
		{"fill may be limited by the source", param.Params{Width: 101, Height: 100, Fit: param.Fill}, true},
		{"fill up above", param.Params{Width: 101, Height: 100, Fit: param.Fill, Up: true}, false},
		{"inside is a bound only", param.Params{Width: 8192, Height: 8192, Up: true}, true},
		{"dpr counts", param.Params{Width: 60, Height: 60, DPR: 2, Fit: param.Pad}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := Check(tt.p, format.Legacy, lim); (err == nil) != tt.ok {
				t.Errorf("got %v, want ok = %v", err, tt.ok)
			}
		})
	}
}

func TestAlphaAndFormat(t *testing.T) {
	bg := param.Color{Set: true, R: 1, G: 2, B: 3}
	padded := param.Params{Width: 100, Height: 100, Fit: param.Pad}
	exact := param.Params{Width: 100, Height: 50, Fit: param.Pad}
	onBG := padded
	onBG.Background = bg
	tests := []struct {
		name   string
		info   probe.Info
		p      param.Params
		out    format.Format
		format format.Format
		alpha  bool
		bg     [3]uint8
	}{
		{"photo", photo(200, 100), param.Params{}, format.WebP, format.WebP, false, [3]uint8{255, 255, 255}},
		{"alpha kept", drawing(200, 100), param.Params{}, format.AVIF, format.AVIF, true, [3]uint8{255, 255, 255}},
		{"JPEG has none", drawing(200, 100), param.Params{}, format.JPEG, format.JPEG, false, [3]uint8{255, 255, 255}},
		{
			"bg always composes", drawing(200, 100),
			param.Params{Background: bg},
			format.PNG, format.PNG, false,
			[3]uint8{1, 2, 3},
		},
		{"legacy with alpha", drawing(200, 100), param.Params{}, format.Legacy, format.PNG, true, [3]uint8{255, 255, 255}},
		{"legacy photo", photo(200, 100), param.Params{}, format.Legacy, format.JPEG, false, [3]uint8{255, 255, 255}},
		{
			"legacy with bg", drawing(200, 100),
			param.Params{Background: bg},
			format.Legacy, format.JPEG, false,
			[3]uint8{1, 2, 3},
		},
		{"pad is transparent", photo(200, 100), padded, format.WebP, format.WebP, true, [3]uint8{255, 255, 255}},
		{"legacy pad", photo(200, 100), padded, format.Legacy, format.PNG, true, [3]uint8{255, 255, 255}},
		{"pad that covers", photo(200, 100), exact, format.WebP, format.WebP, false, [3]uint8{255, 255, 255}},
		{"pad on bg", photo(200, 100), onBG, format.WebP, format.WebP, false, [3]uint8{1, 2, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := mustNew(t, tt.info, tt.p, tt.out)
			if p.Format != tt.format || p.Alpha != tt.alpha || p.Background != tt.bg {
				t.Errorf("got %v alpha=%v bg=%v", p.Format, p.Alpha, p.Background)
			}
		})
	}
}

// TestSerialisable: a plan crosses the process boundary.
func TestSerialisable(t *testing.T) {
	info := drawing(333, 222)
	info.ICC, info.Profile, info.Orientation = icc.OtherRGB, []byte("profile"), 6
	want := mustNew(t, info, param.Params{Width: 100, Height: 70, Fit: param.Cover, Rotate: 90}, format.AVIF)

	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Plan
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("JSON:", diff)
	}

	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(want); err != nil {
		t.Fatal(err)
	}
	got = Plan{}
	if err := gob.NewDecoder(&buf).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("gob:", diff)
	}
}
