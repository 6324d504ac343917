//go:build cgo || nodynamic

package webp

import (
	"slices"
	"testing"

	"imagekit/internal/frame"
)

// TestFlags: of a still picture in an extended file the flag alone says whether it has alpha, as in browsers.
func TestFlags(t *testing.T) {
	lossy := chunksOf(mustEncode(t, scene(t, frame.YCbCr, 40, 30, true), Settings{Quality: 90, Method: 2}))
	alpha, colours := lossy[1], lossy[2]
	if alpha.id != "ALPH" || colours.id != "VP8 " {
		t.Fatalf("want VP8X, ALPH, VP8; got %s, %s", alpha.id, colours.id)
	}
	lossless := chunksOf(mustEncode(t, scene(t, frame.RGB, 40, 30, true), Settings{Lossless: true, Quality: 50}))
	pixels := lossless[slices.IndexFunc(lossless, func(c chunk) bool { return c.id == "VP8L" })]
	denied := chunk{"VP8L", slices.Clone(pixels.data)}
	denied.data[4] &^= 0x10 // the header's word about alpha
	tests := []struct {
		name  string
		file  []byte
		alpha bool
		model frame.Model
	}{
		{"announced", riff(header(flagAlpha, 40, 30), alpha, colours), true, lossyAlpha},
		{"not announced", riff(header(0, 40, 30), alpha, colours), false, frame.YCbCr},
		{"not announced and broken", riff(header(0, 40, 30), chunk{"ALPH", []byte{3, 1, 2}}, colours), false, frame.YCbCr},
		{
			"not announced, unknown chunk between", riff(header(0, 40, 30), alpha, chunk{"ABCD", []byte("odd")}, colours),
			false, frame.YCbCr,
		},
		{"announced, not there", riff(header(flagAlpha, 40, 30), colours), true, lossyAlpha},
		{"lossless, announced", riff(header(flagAlpha, 40, 30), pixels), true, frame.RGB},
		{"lossless, not announced", riff(header(0, 40, 30), pixels), false, frame.RGB},
		{"lossless, announced, denied in its header", riff(header(flagAlpha, 40, 30), denied), true, frame.RGB},
		{"lossless, simple", riff(pixels), true, frame.RGB},
		{"lossless, simple, denied in its header", riff(denied), false, frame.RGB},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Decode(tt.file, frame.Hint{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Release()
			if f.HasAlpha() != tt.alpha || f.Model != tt.model || f.Width != 40 || f.Height != 30 {
				t.Errorf("alpha %t, model %d, %d×%d; want %t, %d, 40×30", f.HasAlpha(), f.Model, f.Width, f.Height, tt.alpha,
					tt.model)
			}
		})
	}
}
