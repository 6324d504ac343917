package look

import (
	"slices"
	"testing"
)

// stripes paints a picture of vertical stripes, each as wide as its share.
func stripes(colors []RGB, shares []int, alpha byte) Pixels {
	p := Pixels{Height: 4}
	for _, n := range shares {
		p.Width += n
	}
	for range p.Height {
		for i, c := range colors {
			for range shares[i] {
				p.RGBA = append(p.RGBA, c[0], c[1], c[2], alpha)
			}
		}
	}
	return p
}

func TestPalette(t *testing.T) {
	red, green, blue, white, black, gold, grey := RGB{220, 20, 30}, RGB{10, 200, 40}, RGB{0, 0, 255}, RGB{255, 255, 255}, RGB{}, RGB{250, 200, 0}, RGB{128, 128, 128}
	six := []RGB{red, green, blue, white, black, gold}
	for name, tt := range map[string]struct {
		picture Pixels
		want    []RGB
	}{
		"one":        {stripes([]RGB{grey}, []int{9}, 255), []RGB{grey}},
		"two":        {stripes([]RGB{white, red}, []int{3, 7}, 255), []RGB{red, white}},
		"six":        {stripes(six, []int{1, 2, 3, 4, 5, 6}, 255), []RGB{gold, black, white, blue, green, red}},
		"seen":       {stripes(six[:2], []int{1, 2}, 128), []RGB{green, red}},
		"not seen":   {stripes(six, []int{1, 2, 3, 4, 5, 6}, 127), nil},
		"hardly two": {stripes([]RGB{{100, 100, 100}, {101, 100, 100}}, []int{5, 5}, 255), []RGB{{101, 100, 100}}}, // within a bin
	} {
		if got := Palette(tt.picture, 6); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
	// Of seven the two nearest become one, as far as boxes can tell.
	got := Palette(stripes(append(slices.Clone(six), RGB{230, 30, 40}), []int{6, 5, 4, 3, 2, 1, 6}, 255), 6)
	if len(got) != 6 || got[0] != (RGB{225, 25, 35}) {
		t.Errorf("got %v, want the two reds as one", got)
	}
}

func TestAverage(t *testing.T) {
	p := stripes([]RGB{{255, 0, 0}, {0, 0, 0}}, []int{1, 1}, 255)
	if got := Average(p); got != (RGB{128, 0, 0}) {
		t.Errorf("got %v", got)
	}
	p.RGBA[7], p.RGBA[15], p.RGBA[23], p.RGBA[31] = 0, 0, 0, 0 // what cannot be seen does not count
	if got := Average(p); got != (RGB{255, 0, 0}) {
		t.Errorf("got %v, want the red alone", got)
	}
}
