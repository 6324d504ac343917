package source

import (
	"testing"

	"imagekit/internal/fault"
)

func TestResolve(t *testing.T) {
	const site = "https://example.com/media/"
	for _, tt := range []struct{ raw, base, want string }{
		{"https://a.example/x", site, "https://a.example/x"},
		{"/a.jpg?x=1", site, "https://example.com/media/a.jpg?x=1"},
		{"a b.jpg", site, "https://example.com/media/a%20b.jpg"},
		{"a.jpg", "", ""},
		{"/a%20b.jpg?x=1", LocalPrefix, "local:a b.jpg"},
		{"2024/ü%3F.jpg", LocalPrefix, "local:2024/ü?.jpg"},
		{"local:a%20b.jpg", LocalPrefix, "local:a%20b.jpg"},
		{"/a%zz", LocalPrefix, ""},
		{"/a%0Ab", LocalPrefix, ""},
		{"/a%00b", LocalPrefix, ""},
		{"/%2e%2e/secret", LocalPrefix, ""},
		{"/%252e%252e/secret", LocalPrefix, "local:%2e%2e/secret"}, // a name like any other
		{"/a/%2e./b", LocalPrefix, ""},
		{"/a/..%5Cb", LocalPrefix, ""},
		{"/a/..%2Fb", LocalPrefix, ""},
		{"/a%2F%2Fb", LocalPrefix, ""},
		{"//a.example/x", LocalPrefix, ""},
		{"ftp://a.example/x", LocalPrefix, ""},
		{"", LocalPrefix, ""},
	} {
		got, err := Resolve(tt.raw, tt.base)
		if got != tt.want || (err == nil) != (tt.want != "") || err != nil && fault.From(err).Kind != fault.BadSource {
			t.Errorf("%q below %q: %q, %v; want %q", tt.raw, tt.base, got, err, tt.want)
		}
	}
}
