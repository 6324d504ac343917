package named

import (
	"bytes"
	"image"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/probe"
)

// picture is a PNG of this width.
func picture(t *testing.T, width int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 1))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead(t *testing.T) {
	good, wide := picture(t, 10), picture(t, 1000)
	for _, tt := range []struct {
		name  string
		files map[string][]byte
		want  []string // names, or
		err   string
	}{
		{"nothing", nil, nil, ""},
		{"pictures", map[string][]byte{"logo.png": good, "Brand 2.webp": good}, []string{"Brand 2", "logo"}, ""},
		{"other files", map[string][]byte{"logo.png": good, "README.md": []byte("x"), ".hidden.png": []byte("x"), "noname": good}, []string{"logo"}, ""},
		{"two of one name", map[string][]byte{"logo.png": good, "logo.jpg": good}, nil, `logo.jpg and logo.png would both be "logo"`},
		{"no picture", map[string][]byte{"logo.png": []byte("text")}, nil, "logo.png"},
		{"too many pixels", map[string][]byte{"logo.png": wide}, nil, "logo.png"},
		{"too large", map[string][]byte{"logo.png": append(slices.Clone(good), make([]byte, 1000)...)}, nil, "want at most 1000 (IMAGEKIT_MAX_INPUT_SIZE)"},
	} {
		dir := t.TempDir()
		for name, data := range tt.files {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		all, err := Read(dir, 1000, probe.Limits{MaxPixels: 100})
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: got %v, want an error with %q", tt.name, err, tt.err)
			}
		case err != nil || !slices.Equal(slices.Sorted(maps.Keys(all)), tt.want):
			t.Errorf("%s: got %v, %v, want %q", tt.name, all, err, tt.want)
		}
		for name, p := range all {
			if p.Blob.Format != format.PNG || len(p.Digest) != 32 || !bytes.Equal(p.Blob.Data, good) {
				t.Errorf("%s: %s is %+v", tt.name, name, p)
			}
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "missing"), 1000, probe.Limits{}); err == nil {
		t.Error("a folder that is missing was read")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "d"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "d"), filepath.Join(dir, "logo.png")); err == nil {
		if _, err := Read(dir, 1000, probe.Limits{}); err == nil || !strings.Contains(err.Error(), "no regular file") {
			t.Errorf("a link to a folder: %v", err)
		}
	}
}

func TestDigest(t *testing.T) {
	a, b, again := New([]byte("a")), New([]byte("b")), New([]byte("a"))
	if a.Digest == b.Digest || a.Digest != again.Digest {
		t.Error("the digest does not tell bytes apart")
	}
}
