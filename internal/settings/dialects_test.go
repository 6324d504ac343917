package settings

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDialects(t *testing.T) {
	s, _, err := load(nil, texts{"IMAGEKIT_DIALECTS": "imgproxy, imgproxy@IMG.example.com,imgproxy:/ip/"})
	want := []Dialect{{Name: "imgproxy"}, {Name: "imgproxy", Host: "img.example.com"}, {Name: "imgproxy", Prefix: "/ip"}}
	if err != nil || !slices.Equal(s.Dialects, want) {
		t.Errorf("%+v, %v", s.Dialects, err)
	}
	for _, bad := range []string{
		"thumbo", "imgproxy:", "imgproxy:/", "imgproxy:ip", "imgproxy:/a?b", "imgproxy:/a//b",
		"imgproxy@", "imgproxy@*.example.com", "imgproxy@a b", "imgproxy,",
	} {
		if _, _, err := load(nil, texts{"IMAGEKIT_DIALECTS": bad}); err == nil ||
			!strings.Contains(err.Error(), "IMAGEKIT_DIALECTS") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestUnsigned(t *testing.T) {
	for _, tt := range []struct {
		set  texts
		want string // part of the error
	}{
		{texts{"IMAGEKIT_DIALECTS_UNSIGNED": "1", "IMAGEKIT_ALLOWED_HOSTS": "example.com"}, ""},
		{texts{"IMAGEKIT_DIALECTS_UNSIGNED": "1"}, "want IMAGEKIT_ALLOWED_HOSTS beside it"},
		{
			texts{"IMAGEKIT_DIALECTS_UNSIGNED": "all", "IMAGEKIT_ALLOWED_HOSTS": "example.com"},
			"IMAGEKIT_DIALECTS_UNSIGNED: got",
		},
		{texts{"IMAGEKIT_DIALECTS": "next"}, "URLs of next are never signed"},
		{texts{"IMAGEKIT_DIALECTS": "cloudflare", "IMAGEKIT_ALLOWED_HOSTS": "example.com"}, "IMAGEKIT_DIALECTS_UNSIGNED=1"},
		{texts{
			"IMAGEKIT_DIALECTS": "cloudflare,next", "IMAGEKIT_DIALECTS_UNSIGNED": "1",
			"IMAGEKIT_ALLOWED_HOSTS": "example.com",
		}, ""},
		{texts{"IMAGEKIT_BASE_URL": "https://www.example.com/media/"}, ""},
		{texts{"IMAGEKIT_BASE_URL": "www.example.com"}, "IMAGEKIT_BASE_URL"},
		{texts{"IMAGEKIT_BASE_URL": "https://user:password@example.com"}, "IMAGEKIT_BASE_URL"},
		{texts{"IMAGEKIT_BASE_URL": "https://example.com/?a=1"}, "IMAGEKIT_BASE_URL"},
	} {
		s, _, err := load(nil, tt.set)
		if err == nil {
			err = s.CheckDialects()
		}
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v, want %q", tt.set, err, tt.want)
		}
	}
}

func TestImgproxyKeys(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("6b31,6b32\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		set  texts
		keys string // key:salt …
		want string // part of the error
	}{
		"none": {texts{}, "", ""},
		"one":  {texts{"IMAGEKIT_IMGPROXY_KEY": "6B31", "IMAGEKIT_IMGPROXY_SALT": "7331"}, "k1:s1", ""},
		"two in a file": {
			texts{"IMAGEKIT_IMGPROXY_KEY_FILE": file, "IMAGEKIT_IMGPROXY_SALT": "7331, 7332"},
			"k1:s1 k2:s2",
			"",
		},
		"no salt": {texts{"IMAGEKIT_IMGPROXY_KEY": "6b31"}, "", "IMAGEKIT_IMGPROXY_SALT 0 salts"},
		"not hex": {texts{"IMAGEKIT_IMGPROXY_KEY": "6b31,secret", "IMAGEKIT_IMGPROXY_SALT": "73,73"}, "", "value 2"},
		"odd":     {texts{"IMAGEKIT_IMGPROXY_KEY": "6b3", "IMAGEKIT_IMGPROXY_SALT": "73"}, "", "value 1"},
		"empty":   {texts{"IMAGEKIT_IMGPROXY_KEY": "6b,", "IMAGEKIT_IMGPROXY_SALT": "73,73"}, "", "value 2"},
		"no file": {texts{"IMAGEKIT_IMGPROXY_KEY_FILE": "/nowhere/key"}, "", "IMAGEKIT_IMGPROXY_KEY_FILE"},
	} {
		s, _, err := load(nil, tt.set)
		if err != nil {
			t.Fatal(err)
		}
		secrets, _, err := s.Secrets()
		var got []string
		for _, k := range secrets.Imgproxy {
			got = append(got, string(k.Key)+":"+string(k.Salt))
		}
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) ||
			strings.Join(got, " ") != tt.keys {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret,") {
			t.Errorf("%s: the error shows a key: %v", name, err)
		}
	}
	both := texts{"IMAGEKIT_IMGPROXY_KEY": "6b", "IMAGEKIT_IMGPROXY_KEY_FILE": file}
	if _, _, err := load(nil, both); err == nil || !strings.Contains(err.Error(), "both set") {
		t.Errorf("key and file: %v", err)
	}
}

func TestPresetsOfImgproxy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "presets")
	if err := os.WriteFile(file, []byte("a=w:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ set, file, text, name, want string }{
		{"", "", "", "IMAGEKIT_IMGPROXY_PRESETS", ""},
		{"b=w:2", "", "b=w:2", "IMAGEKIT_IMGPROXY_PRESETS", ""},
		{"", file, "a=w:1\n", "IMAGEKIT_IMGPROXY_PRESETS_FILE", ""},
		{"b=w:2", file, "", "IMAGEKIT_IMGPROXY_PRESETS_FILE", "both set"},
		{"", "/nowhere/presets", "", "IMAGEKIT_IMGPROXY_PRESETS_FILE", "a file that can be read"},
	} {
		s, _, err := load(nil, texts{"IMAGEKIT_IMGPROXY_PRESETS": tt.set, "IMAGEKIT_IMGPROXY_PRESETS_FILE": tt.file})
		if err != nil {
			t.Fatal(err)
		}
		text, name, err := s.Presets()
		if text != tt.text || name != tt.name || (err == nil) != (tt.want == "") || err != nil &&
			!strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %q %q %v", tt, text, name, err)
		}
	}
}
