package settings

import (
	"slices"
	"strings"
	"testing"
)

func TestSteps(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []int // nil = refused
		bad  string
	}{
		{"320", []int{320}, ""},
		{"640, 320,640,32", []int{32, 320, 640}, ""},
		{"8192,1", []int{1, 8192}, ""},
		{"8193", nil, "8193"},
		{"320,0", nil, "0"},
		{"320,", nil, `""`},
		{",", nil, `""`},
		{"320;640", nil, "320;640"},
		{"320px", nil, "320px"},
		{"-1", nil, "-1"},
		{"auto", nil, "auto"},
	} {
		s, _, err := load(nil, texts{"IMAGEKIT_WIDTHS": tt.text})
		switch {
		case tt.want != nil && (err != nil || !slices.Equal(s.Widths, tt.want)):
			t.Errorf("%s: %v, %v, want %v", tt.text, s.Widths, err, tt.want)
		case tt.want == nil && (err == nil || !strings.Contains(err.Error(), tt.bad) || !strings.Contains(err.Error(), "IMAGEKIT_WIDTHS")):
			t.Errorf("%s: %v, want an error that names it", tt.text, err)
		}
	}
}
