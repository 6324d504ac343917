package settings

import (
	"errors"
	"os"
	"path/filepath"
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

func TestPresets(t *testing.T) {
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "presets")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct {
		name string
		env  texts
		want []string // names; nil = refused
		bad  []string
	}{
		{"none", texts{}, []string{}, nil},
		{"text", texts{"IMAGEKIT_PRESETS": "card=w=320&h=200&fit=cover; tiny=w=64;"}, []string{"card", "tiny"}, nil},
		{"file", texts{"IMAGEKIT_PRESETS_FILE": file("# cards\n\ncard=w=320\r\n  tiny=w=64")}, []string{"card", "tiny"}, nil},
		{"only presets", texts{"IMAGEKIT_PRESETS": "card=w=320", "IMAGEKIT_ONLY_PRESETS": "1"}, []string{"card"}, nil},
		{"bad text", texts{"IMAGEKIT_PRESETS": "card=w=320;tiny=w=0"}, nil, []string{"IMAGEKIT_PRESETS", `"tiny=w=0"`, "1…8192"}},
		{"itself", texts{"IMAGEKIT_PRESETS": "card=p=card"}, nil, []string{"IMAGEKIT_PRESETS", "p cannot stand in a preset"}},
		{"bad lines", texts{"IMAGEKIT_PRESETS_FILE": file("card=w=1\n#\ntiny=w=0\nx=width=1\n")}, nil, []string{"presets:3: the preset tiny", "presets:4: the preset x", "IMAGEKIT_PRESETS_FILE"}},
		{"twice", texts{"IMAGEKIT_PRESETS_FILE": file("card=w=1\ncard=w=2\n")}, nil, []string{"presets:2", "twice"}},
		{"both", texts{"IMAGEKIT_PRESETS": "card=w=320", "IMAGEKIT_PRESETS_FILE": file("card=w=1")}, nil, []string{"both set"}},
		{"no file", texts{"IMAGEKIT_PRESETS_FILE": "/nowhere/presets"}, nil, []string{"IMAGEKIT_PRESETS_FILE", "/nowhere/presets"}},
		{"only presets, but none", texts{"IMAGEKIT_ONLY_PRESETS": "1"}, nil, []string{"IMAGEKIT_ONLY_PRESETS", "IMAGEKIT_PRESETS_FILE"}},
		{"only presets, but an empty file", texts{"IMAGEKIT_ONLY_PRESETS": "1", "IMAGEKIT_PRESETS_FILE": file("#\n")}, nil, []string{"IMAGEKIT_ONLY_PRESETS"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _, err := load(nil, tt.env)
			err = errors.Join(err, s.Addresses())
			if (err == nil) != (tt.want != nil) || err == nil && !slices.Equal(s.PresetList.Names(), tt.want) {
				t.Fatalf("%v, %v, want %v", s.PresetList.Names(), err, tt.want)
			}
			for _, word := range tt.bad {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%v does not say %q", err, word)
				}
			}
		})
	}
}
