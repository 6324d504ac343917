package pure

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"imagekit/internal/frame"
	"imagekit/internal/probe"
)

// decoders are those of this package, by the extension of files.
var decoders = map[string]func([]byte, frame.Hint) (*frame.Frame, error){
	".bmp": DecodeBMP, ".ico": DecodeICO, ".qoi": DecodeQOI, ".tiff": DecodeTIFF, ".pbm": DecodePNM, ".pgm": DecodePNM, ".ppm": DecodePNM,
}

// python returns an interpreter that has Pillow, the second opinion on these formats.
func python(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if path, err := exec.LookPath(name); err == nil && exec.CommandContext(t.Context(), path, "-c", "import PIL").Run() == nil {
			return path
		}
	}
	t.Skip("no python3 with Pillow here (apt: python3-pil): its pictures are not compared")
	return ""
}

// pixel returns R, G, B and alpha of a pixel of 8 bits, of CMYK its inks.
func pixel(f *frame.Frame, x, y int) (p [4]byte) {
	p[3] = 255
	for i := range f.Planes {
		p[i] = f.Planes[i].Row(y, 8)[x]
	}
	if f.Model == frame.Gray {
		p[1], p[2] = p[0], p[0]
	}
	if f.HasAlpha() {
		p[3] = f.Alpha.Row(y, 8)[x]
	}
	return p
}

// TestAgainstPillow: pictures of all kinds that Pillow writes are read as it reads them, and their headers as well.
func TestAgainstPillow(t *testing.T) {
	dir := t.TempDir()
	if text, err := exec.CommandContext(t.Context(), python(t), "testdata/pictures.py", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.raw"))
	if err != nil || len(files) < 50 {
		t.Fatalf("%d pictures, want 50: %v", len(files), err)
	}
	for _, raw := range files {
		name := strings.TrimSuffix(raw, ".raw")
		if filepath.Base(name) == "png.ico" {
			continue // for the decoder of PNG
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			src, want := readFile(t, name), readFile(t, raw)
			f, err := decoders[filepath.Ext(name)](src, frame.Hint{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Release()
			info, err := probe.Read(src, probe.Limits{MaxPixels: 1 << 20})
			if err != nil || info.Width != f.Width || info.Height != f.Height || info.Alpha != f.HasAlpha() || info.Depth != f.Depth {
				t.Errorf("the header says %+v, %v; the decoder found %d×%d, alpha %t, depth %d", info, err, f.Width, f.Height, f.HasAlpha(), f.Depth)
			}
			same(t, f, want)
		})
	}
}

func same(t *testing.T, f *frame.Frame, want []byte) {
	t.Helper()
	for y := range f.Height {
		for x := range f.Width {
			at := y*f.Width + x
			if f.Depth == 16 {
				if got, want := binary.NativeEndian.Uint16(f.Planes[0].Row(y, 16)[2*x:]), binary.LittleEndian.Uint16(want[2*at:]); got != want {
					t.Fatalf("pixel %d,%d: got %d, want %d", x, y, got, want)
				}
				continue
			}
			if got := pixel(f, x, y); got != [4]byte(want[4*at:]) {
				t.Fatalf("pixel %d,%d: got %v, want %v", x, y, got, want[4*at:4*at+4])
			}
		}
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
