package plan

import (
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/icc"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

func TestShrink(t *testing.T) {
	crop := func(x, y, w, h float64) param.Params {
		return param.Params{Crop: cropOf(px(x), px(y), px(w), px(h))}
	}
	with := func(p param.Params, w int) param.Params { p.Width = w; return p }
	tests := []struct {
		name string
		info probe.Info
		p    param.Params
		want int
	}{
		{"same size", photo(2560, 1600), param.Params{}, 1},
		{"less than 2.5", photo(2560, 1600), param.Params{Width: 1025}, 1},
		{"2.5 leaves 1.25", photo(2560, 1600), param.Params{Width: 1024}, 2},
		{"a quarter exactly would leave nothing", photo(2560, 1600), param.Params{Width: 640}, 2},
		{"5 leaves 1.25", photo(2560, 1600), param.Params{Width: 512}, 4},
		{"10 leaves 1.25", photo(2560, 1600), param.Params{Width: 256}, 8},
		{
			"the axis that is shrunk less decides", photo(2560, 1600),
			param.Params{Width: 100, Height: 1000, Fit: param.Fill},
			1,
		},
		{"cover counts its window", photo(2560, 1600), param.Params{Width: 64, Height: 800, Fit: param.Cover}, 1},
		{"crop on the grid of 8", photo(2560, 1600), with(crop(8, 16, 800, 800), 64), 8},
		{"crop on the grid of 4", photo(2560, 1600), with(crop(4, 16, 800, 800), 64), 4},
		{"right edge on the grid of 4", photo(2560, 1600), with(crop(8, 16, 804, 800), 64), 4},
		{"bottom edge on the grid of 2", photo(2560, 1600), with(crop(8, 16, 800, 802), 64), 2},
		{"crop off every grid", photo(2560, 1600), with(crop(3, 16, 800, 800), 64), 1},
		{"the picture's edge needs no grid", photo(2561, 1601), with(crop(8, 8, 9999, 9999), 64), 8},
		{"PNG has none", drawing(2560, 1600), param.Params{Width: 64}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if p := mustNew(t, tt.info, tt.p, format.WebP); p.Shrink != tt.want {
				t.Errorf("got %d, want %d", p.Shrink, tt.want)
			}
		})
	}
}

func TestColors(t *testing.T) {
	profile := []byte("ICC")
	cicp := func(primaries, transfer uint8) probe.CICP {
		return probe.CICP{Primaries: primaries, Transfer: transfer}
	}
	tests := []struct {
		name        string
		model       probe.Model
		icc         icc.Kind
		cicp        probe.CICP
		want        ColorAction
		wantICC     icc.Kind
		keepProfile bool
	}{
		{"nothing stated", probe.YCbCr, icc.None, probe.CICP{}, ColorKeep, icc.None, false},
		{"sRGB", probe.YCbCr, icc.SRGB, probe.CICP{}, ColorKeep, icc.SRGB, false},
		{"invalid", probe.RGB, icc.Invalid, probe.CICP{}, ColorKeep, icc.None, false},
		{"Display P3", probe.YCbCr, icc.DisplayP3, probe.CICP{}, ColorCarry, icc.DisplayP3, false},
		{"Adobe RGB", probe.RGB, icc.AdobeRGB, probe.CICP{}, ColorCarry, icc.AdobeRGB, false},
		{"other RGB", probe.RGB, icc.OtherRGB, probe.CICP{}, ColorTransform, icc.OtherRGB, true},
		{"gray", probe.Gray, icc.Gray, probe.CICP{}, ColorTransform, icc.Gray, true},
		{"CMYK", probe.YCCK, icc.CMYK, probe.CICP{}, ColorTransform, icc.CMYK, true},
		{"CMYK without profile", probe.CMYK, icc.None, probe.CICP{}, ColorTransform, icc.None, false},
		{"CMYK with an RGB profile", probe.CMYK, icc.OtherRGB, probe.CICP{}, ColorTransform, icc.None, false},
		{"RGB with a CMYK profile", probe.RGB, icc.CMYK, probe.CICP{}, ColorKeep, icc.None, false},
		{"gray with an RGB profile", probe.Gray, icc.DisplayP3, probe.CICP{}, ColorKeep, icc.None, false},
		{"CICP sRGB", probe.YCbCr, icc.None, cicp(1, 13), ColorKeep, icc.None, false},
		{"CICP BT.709", probe.YCbCr, icc.None, cicp(1, 1), ColorKeep, icc.None, false},
		{"CICP unspecified", probe.YCbCr, icc.None, cicp(2, 2), ColorKeep, icc.None, false},
		{"CICP P3", probe.YCbCr, icc.None, cicp(12, 13), ColorCarry, icc.DisplayP3, false},
		{"CICP BT.2020", probe.YCbCr, icc.None, cicp(9, 14), ColorTransform, icc.None, false},
		{"CICP PQ", probe.YCbCr, icc.None, cicp(9, 16), ColorTransform, icc.None, false},
		{"CICP HLG on BT.709", probe.YCbCr, icc.None, cicp(1, 18), ColorTransform, icc.None, false},
		{"a profile wins over CICP", probe.YCbCr, icc.SRGB, cicp(9, 16), ColorKeep, icc.SRGB, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			info := photo(10, 10)
			info.Model, info.ICC, info.CICP, info.Profile = tt.model, tt.icc, tt.cicp, profile
			p := mustNew(t, info, param.Params{}, format.JPEG)
			if p.Color != tt.want || p.Source.ICC != tt.wantICC || (p.Source.Profile != nil) != tt.keepProfile {
				t.Errorf("got action %d with %v and profile %q", p.Color, p.Source.ICC, p.Source.Profile)
			}
		})
	}
}

// A profile that the encoder of this build cannot write is refused before anything is decoded. Where code points say the
// same, or the format holds none, nothing is refused.
func TestProfilesThatCannotBeWritten(t *testing.T) {
	for _, c := range []struct {
		profile icc.Kind
		out     format.Format
	}{
		{icc.AdobeRGB, format.AVIF},
		{icc.DisplayP3, format.AVIF},
		{icc.AdobeRGB, format.WebP},
		{icc.AdobeRGB, format.JPEG},
		{icc.AdobeRGB, format.GIF},
	} {
		info := photo(100, 100)
		info.ICC = c.profile
		_, err := New(info, param.Params{}, c.out, roomy())
		if c.profile == icc.AdobeRGB && !c.out.Profiles() {
			if f := fault.From(err); err == nil || f.Kind != fault.EngineLacks || f.Param != "f" {
				t.Errorf("%s as %s: want %v of f, got %v", c.profile, c.out, fault.EngineLacks, err)
			}
		} else if err != nil {
			t.Errorf("%s as %s: %v", c.profile, c.out, err)
		}
	}
}
