package pure

import (
	"bytes"
	"compress/bzip2"
	"image"
	"image/color"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"imagekit/internal/frame"
)

// TestAgainstXImage: the files that x/image tests its decoders with are read as it reads them.
func TestAgainstXImage(t *testing.T) {
	text, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/image").Output()
	dir := strings.TrimSpace(string(text))
	if err != nil || dir == "" {
		t.Skipf("the sources of x/image are not here: %v", err)
	}
	seen := 0
	for _, pattern := range []string{"testdata/*.bmp", "testdata/*.tiff", "tiff/testdata/*.bz2"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, name := range files {
			src := readFile(t, name)
			if filepath.Ext(name) == ".bz2" {
				if src, err = io.ReadAll(bzip2.NewReader(bytes.NewReader(src))); err != nil {
					t.Fatal(err)
				}
			}
			theirs, decode := tiff.Decode, DecodeTIFF
			if filepath.Ext(name) == ".bmp" {
				theirs, decode = bmp.Decode, DecodeBMP
			}
			want, err := theirs(bytes.NewReader(src))
			if err != nil {
				continue
			}
			seen++
			t.Run(filepath.Base(name), func(t *testing.T) {
				f, err := decode(src, frame.Hint{})
				if err != nil {
					t.Fatal(err)
				}
				defer f.Release()
				sameImage(t, f, want)
			})
		}
	}
	if seen < 30 {
		t.Errorf("%d files, want 30", seen)
	}
}

// sameImage compares 8 bits of each sample, as they are stored.
func sameImage(t *testing.T, f *frame.Frame, want image.Image) {
	t.Helper()
	if want.Bounds() != image.Rect(0, 0, f.Width, f.Height) {
		t.Fatalf("got %d×%d, want %v", f.Width, f.Height, want.Bounds())
	}
	for y := range f.Height {
		for x := range f.Width {
			if got, want := stored(f, x, y), straight(want.At(x, y)); got != want {
				t.Fatalf("pixel %d,%d: got %v, want %v", x, y, got, want)
			}
		}
	}
}

// stored is pixel for 16 bits as well: their upper half.
func stored(f *frame.Frame, x, y int) [4]byte {
	if f.Depth == 8 {
		return pixel(f, x, y)
	}
	p := [4]byte{3: 255}
	for i := range f.Planes {
		p[i] = f.Planes[i].Row(y, 16)[2*x+1]
	}
	if f.Model == frame.Gray {
		p[1], p[2] = p[0], p[0]
	}
	if f.HasAlpha() {
		p[3] = f.Alpha.Row(y, 16)[2*x+1]
	}
	return p
}

// straight returns the samples of a colour, whatever its model says of alpha.
func straight(c color.Color) [4]byte {
	switch c := c.(type) {
	case color.NRGBA:
		return [4]byte{c.R, c.G, c.B, c.A}
	case color.NRGBA64:
		return [4]byte{byte(c.R >> 8), byte(c.G >> 8), byte(c.B >> 8), byte(c.A >> 8)}
	}
	r, g, b, a := c.RGBA()
	return [4]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8), byte(a >> 8)}
}
