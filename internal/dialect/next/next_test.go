package next

import (
	"strings"
	"testing"

	"imagekit/internal/dialect"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
)

var reader = Reader{Base: "https://www.example.com", Widths: []int{64, 640, 1080}, Qualities: []int{60, 75}}

func TestRead(t *testing.T) {
	for query, want := range map[string]string{
		"url=%2Fphoto.jpg&w=640&q=75":                                        "https://www.example.com/photo.jpg",
		"w=640&q=75&url=https%3A%2F%2Fexample.com%2Fa%2520b.jpg%3Fv%3D1%262": "https://example.com/a%20b.jpg?v=1&2",
		"url=/photo.jpg&w=640&q=75&dpl=dpl_1":                                "https://www.example.com/photo.jpg",
	} {
		req, err := reader.Read(dialect.Target{Path: path, Query: query})
		if want := (param.Request{Source: want, Params: param.Params{
			Width: 640, Quality: 75,
			Format: format.Auto,
		}}); err != nil || req != want {
			t.Errorf("%s: %+v, %v; want %+v", query, req, err, want)
		}
	}
}

func TestTakes(t *testing.T) {
	for p, want := range map[string]bool{
		"/_next/image": true, "/_next/image/": false, "/_next/static/x": false,
		"/": false,
	} {
		if got := reader.Takes(dialect.Target{Path: p}); got != want {
			t.Errorf("%s: %v, want %v", p, got, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for query, name := range map[string]string{
		"": "w", "url=/a&q=75": "w", "url=/a&w=641&q=75": "w", "url=/a&w=x&q=75": "w", "url=/a&w=640": "q", "url=/a&w=640&q=74": "q",
		"w=640&q=75": "url", "url=&w=640&q=75": "url", "url=//evil.example.com/a&w=640&q=75": "url", "url=/../a&w=640&q=75": "url", "url=/a/%252e%252e/b&w=640&q=75": "url",
		"url=/a&w=640&q=75&h=1": "h", "url=/a&w=640&w=64&q=75": "w", "url=ftp://a/&w=640&q=75": "url", "url=%zz&w=640&q=75": "",
	} {
		_, err := reader.Read(dialect.Target{Path: path, Query: query})
		if f := fault.From(err); err == nil || f.Kind.Row().Status != 400 || f.Param != name {
			t.Errorf("%s: %v, want 400 for %q", query, err, name)
		}
	}
	if _, err := (Reader{Widths: []int{64}, Qualities: []int{75}}).Read(dialect.Target{
		Path:  path,
		Query: "url=/a&w=64&q=75",
	}); err == nil || !strings.Contains(err.Error(), "IMAGEKIT_BASE_URL") {
		t.Errorf("without a base: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("url=%2Fphoto.jpg&w=640&q=75")
	f.Fuzz(func(t *testing.T, query string) {
		req, err := reader.Read(dialect.Target{Path: path, Query: query})
		switch {
		case err != nil && fault.From(err).Kind.Row().Status != 400:
			t.Fatalf("%q: %v", query, err)
		case err == nil && (req.Source == "" || req.Params.Width > 1080 || req.Params.Quality > 75):
			t.Fatalf("%q: %+v", query, req)
		}
	})
}
