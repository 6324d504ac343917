package plan

import (
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

func TestEncoder(t *testing.T) {
	avif := func(q, alpha int) Encoder {
		return Encoder{Quality: interpolate(scaleAVIF, q), AlphaQuality: alpha, Effort: speedAVIF}
	}
	tests := []struct {
		out     format.Format
		q       int
		quality int
		want    Encoder
	}{
		{format.JPEG, 0, 80, Encoder{Quality: 80}},
		{format.JPEG, 33, 33, Encoder{Quality: 33}},
		{format.WebP, 33, 33, Encoder{Quality: interpolate(scaleWebP, 33), Effort: methodWebP}},
		{format.WebP, 100, 100, Encoder{Quality: 100, Effort: methodWebP}},
		{format.AVIF, 0, 80, avif(80, alphaAVIF)},
		{format.AVIF, 1, 1, avif(1, alphaAVIF)},
		{format.AVIF, 100, 100, avif(100, 100)},
		{format.PNG, 10, 10, Encoder{Effort: levelPNG}},
	}
	for _, tt := range tests {
		q, got := encoder(tt.q, tt.out)
		if q != tt.quality || got != tt.want {
			t.Errorf("%v q=%d: got %d %+v, want %d %+v", tt.out, tt.q, q, got, tt.quality, tt.want)
		}
	}
}

func TestInterpolate(t *testing.T) {
	scale := []point{{1, 10}, {30, 35}, {50, 45}, {100, 100}}
	for q, want := range map[int]int{1: 10, 2: 11, 15: 22, 30: 35, 31: 36, 49: 45, 50: 45, 55: 51, 99: 99, 100: 100} {
		if got := interpolate(scale, q); got != want {
			t.Errorf("q=%d: got %d, want %d", q, got, want)
		}
	}
}

// TestEncoderNumbersRise: more quality never asks the encoder for less, and every number is one it takes.
func TestEncoderNumbersRise(t *testing.T) {
	for _, out := range []format.Format{format.JPEG, format.WebP, format.AVIF} {
		last := 1
		for q := 1; q <= 100; q++ {
			_, e := encoder(q, out)
			if e.Quality < last || e.Quality > 100 {
				t.Fatalf("%v q=%d: %d after %d", out, q, e.Quality, last)
			}
			last = e.Quality
		}
	}
}

// A drawing is looked for where lossless WebP can pay: of sources that were not lossy, on results not larger than a screen.
func TestExactness(t *testing.T) {
	tests := []struct {
		name string
		info probe.Info
		p    param.Params
		out  format.Format
		want int
	}{
		{"PNG to WebP", drawing(640, 480), param.Params{}, format.WebP, 40},
		{"better", drawing(640, 480), param.Params{Quality: 90}, format.WebP, 60},
		{"best", drawing(640, 480), param.Params{Quality: 100}, format.WebP, 100},
		{"to AVIF", drawing(640, 480), param.Params{}, format.AVIF, 0},
		{"to PNG", drawing(640, 480), param.Params{}, format.PNG, 0},
		{"of a JPEG", photo(640, 480), param.Params{}, format.WebP, 0},
		{"large", drawing(2049, 2048), param.Params{}, format.WebP, 0},
		{"made small", drawing(4000, 4000), param.Params{Width: 800}, format.WebP, 40},
	}
	for _, tt := range tests {
		if got := mustNew(t, tt.info, tt.p, tt.out).Encoder.Drawing; got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}

// What stays what it is gets no more quality than it has; any change of its pixels gets what was asked for.
func TestNotBetter(t *testing.T) {
	source := as(photo(640, 480), func(i *probe.Info) { i.Quality, i.Progressive = 60, true })
	webp := as(photo(640, 480), func(i *probe.Info) { i.Format, i.Quality = format.WebP, 60 })
	tests := []struct {
		name        string
		info        probe.Info
		p           param.Params
		out         format.Format
		unchanged   bool
		quality     int
		progressive bool
	}{
		{"nothing", source, param.Params{}, format.JPEG, true, 60, true},
		{"less", source, param.Params{Quality: 40}, format.JPEG, true, 40, true},
		{"turned", source, param.Params{Rotate: 90}, format.JPEG, true, 60, true},
		{"not enlarged", source, param.Params{Width: 900}, format.JPEG, true, 60, true},
		{
			"one scan", as(source, func(i *probe.Info) { i.Progressive = false }),
			param.Params{},
			format.JPEG, true, 60,
			false,
		},
		{
			"quality not known", as(source, func(i *probe.Info) { i.Quality = 0 }),
			param.Params{},
			format.JPEG, true, 80,
			true,
		},
		{"WebP", webp, param.Params{Quality: 100}, format.WebP, true, 60, false},
		{
			"AVIF", as(webp, func(i *probe.Info) { i.Format = format.AVIF }),
			param.Params{Quality: 100},
			format.AVIF, true, 60,
			false,
		},
		{"smaller", source, param.Params{Width: 639}, format.JPEG, false, 80, false},
		{"cut", source, param.Params{Width: 640, Height: 100, Fit: param.Cover}, format.JPEG, false, 80, false},
		{"padded", source, param.Params{Width: 700, Height: 480, Fit: param.Pad}, format.JPEG, false, 80, false},
		{"another format", source, param.Params{}, format.WebP, false, interpolate(scaleWebP, 80), false},
	}
	for _, tt := range tests {
		p := mustNew(t, tt.info, tt.p, tt.out)
		if p.Unchanged != tt.unchanged || p.Encoder.Quality != tt.quality || p.Encoder.Progressive != tt.progressive {
			t.Errorf("%s: got unchanged %t, %+v", tt.name, p.Unchanged, p.Encoder)
		}
	}
}
