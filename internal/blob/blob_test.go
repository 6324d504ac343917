package blob

import (
	"regexp"
	"testing"
	"time"

	"imagekit/internal/format"
)

func TestTag(t *testing.T) {
	for _, tt := range []struct{ name, data, want string }{
		// FIPS 180-4 examples, the first half.
		{"empty", "", `"e3b0c44298fc1c149afbf4c8996fb924"`},
		{"abc", "abc", `"ba7816bf8f01cfea414140de5dae2223"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Tag([]byte(tt.data))
			if got != tt.want {
				t.Errorf("Tag = %s, want %s", got, tt.want)
			}
			if !regexp.MustCompile(`^"[!#-~]+"$`).MatchString(got) { // RFC 9110 §8.8.3
				t.Errorf("%s is no strong entity tag", got)
			}
		})
	}
}

func TestNew(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	b := New([]byte("abc"), format.PNG, now)
	if string(b.Data) != "abc" || b.Format != format.PNG || b.ETag != Tag(b.Data) || !b.Created.Equal(now) ||
		!b.Expires.IsZero() {
		t.Errorf("New = %+v", b)
	}
}
