package dialect

import (
	"strings"
	"testing"

	"imagekit/internal/param"
)

// mark is a Reader of paths that begin with a word.
type mark string

func (m mark) Takes(t Target) bool              { return strings.HasPrefix(t.Path, "/"+string(m)+"/") }
func (mark) Verify(Target) (bool, error)        { return true, nil }
func (mark) Read(Target) (param.Request, error) { return param.Request{}, nil }

// anything takes every path.
type anything struct{ mark }

func (anything) Takes(Target) bool { return true }

func TestFind(t *testing.T) {
	set := Set{
		{Name: "a", Reader: mark("x")},
		{Name: "b", Reader: mark("y")},
		{Name: "late", Reader: mark("x")},
		{Name: "host", Host: "img.example.com", Reader: mark("y")},
		{Name: "prefix", Prefix: "/ip", Reader: mark("y")},
	}
	for _, tt := range []struct{ host, target, name, path, query string }{
		{"", "/x/1?q=2", "a", "/x/1", "q=2"},
		{"", "/y/1", "b", "/y/1", ""},
		{"", "/z/1", "", "", ""},
		{"", "/", "", "", ""},
		{"", "/x", "", "", ""},
		{"img.example.com", "/y/1", "host", "/y/1", ""},
		{"IMG.example.com.:8080", "/y/%41", "host", "/y/%41", ""},
		{"img.example.com", "/x/1", "", "", ""}, // there only the named one is spoken
		{"", "/ip/y/1", "prefix", "/y/1", ""},
		{"", "/ip/x/1", "", "", ""},
		{"", "/ipx/y/1", "", "", ""},
		{"", "/ip", "", "", ""},
		{"", "http://other.example.com/x/1?q", "a", "/x/1", "q"},
		{"", "*", "", "", ""},
		{"img.example.com", "/img/y/1", "", "", ""},
		{"", "/health/x", "", "", ""},
	} {
		found, ok := set.Find(tt.host, tt.target)
		if ok != (tt.name != "") || found.Name != tt.name || found.Path != tt.path || found.Target.Query != tt.query {
			t.Errorf("%s%s: %q %q %q, want %q %q %q", tt.host, tt.target, found.Name, found.Path, found.Target.Query,
				tt.name, tt.path, tt.query)
		}
	}
	greedy := Set{{Name: "imgproxy", Reader: anything{}}, {Name: "next", Reader: anything{}}}
	for target, want := range map[string]string{
		"/_next/image": "next", "/cdn-cgi/image/w=1/x": "",
		"/other/image": "imgproxy",
	} {
		if found, _ := greedy.Find("", target); found.Name != want {
			t.Errorf("%s: %q, want %q", target, found.Name, want)
		}
	}
	if _, ok := Set(nil).Find("", "/x/1"); ok {
		t.Error("nothing is spoken, and something is found")
	}
	if got := strings.Join(set.Names(), " "); got != "a b late host prefix" {
		t.Errorf("names %s", got)
	}
}
