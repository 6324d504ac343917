package plan

import (
	"testing"

	"imagekit/internal/format"
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
