//go:build cgo

package avif

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"imagekit/internal/frame"
)

// y4m writes a frame of 8 or 10 bits as YUV4MPEG2 in this colour space.
func y4m(t *testing.T, f *frame.Frame, space string) string {
	t.Helper()
	data := fmt.Appendf(nil, "YUV4MPEG2 W%d H%d F25:1 Ip A1:1 C%s XCOLORRANGE=FULL\nFRAME\n", f.Width, f.Height, space)
	for _, p := range planes(f) {
		for y := range p.Height {
			data = append(data, p.Row(y, f.Depth)...)
		}
	}
	name := filepath.Join(t.TempDir(), space+".y4m")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// avifenc runs libavif's own tool, for what Encode does not write.
func avifenc(t *testing.T, args ...string) []byte {
	t.Helper()
	tool, err := exec.LookPath("avifenc")
	if err != nil {
		t.Skip("avifenc not present: features that Encode does not write stay untested")
	}
	out := filepath.Join(t.TempDir(), "out.avif")
	args = append([]string{"--min", "0", "--max", "0", "--minalpha", "0", "--maxalpha", "0", "-s", "10"}, args...)
	if text, err := exec.CommandContext(t.Context(), tool, append(args, out)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	file, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestForeign reads what libavif's tool writes. The pixels must be those that are stored: no turn, no crop.
func TestForeign(t *testing.T) {
	plain := kind{"", frame.YCbCr, layouts[2], 8, false}
	tests := []struct {
		name   string
		kind   kind
		space  string
		args   []string
		shifts [2]float64
	}{
		{"centred chroma", plain, "420jpeg", nil, [2]float64{}},
		{"chroma on the left", plain, "420mpeg2", nil, [2]float64{-0.25, 0}},
		{"chroma on the corner", plain, "420paldv", nil, [2]float64{-0.25, -0.25}},
		{"rotation and mirror", plain, "420jpeg", []string{"--irot", "1", "--imir", "1"}, [2]float64{}},
		{"clean aperture", plain, "420jpeg", []string{"--crop", "4,4,20,10"}, [2]float64{}},
		{"sequence", plain, "420jpeg", []string{"", ""}, [2]float64{}},
		{"10 bits", kind{"", frame.YCbCr, layouts[2], 10, false}, "420p10", nil, [2]float64{}},
		{"alpha", kind{"", frame.YCbCr, layouts[0], 8, true}, "444alpha", nil, [2]float64{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := gradient(t, tt.kind, 66, 34)
			source := y4m(t, want, tt.space)
			for i := range tt.args {
				if tt.args[i] == "" { // another picture for the sequence
					other := gradient(t, tt.kind, 66, 34)
					clear(other.Planes[0].Row(0, 8))
					tt.args[i] = y4m(t, other, tt.space)
				}
			}
			got := mustDecode(t, avifenc(t, append([]string{source}, tt.args...)...))
			same(t, want, got, 0)
			if p := got.Planes[1]; p.ShiftX != tt.shifts[0] || p.ShiftY != tt.shifts[1] {
				t.Errorf("want chroma shifts %v, got %v, %v", tt.shifts, p.ShiftX, p.ShiftY)
			}
		})
	}
}

// TestGrid reads a picture of two tiles.
func TestGrid(t *testing.T) {
	want := gradient(t, kind{"", frame.YCbCr, layouts[2], 8, false}, 128, 64)
	same(t, want, mustDecode(t, avifenc(t, "--grid", "2x1", y4m(t, want, "420jpeg"))), 0)
}

// TestPremultiplied: the flag comes through, the samples stay as they are.
func TestPremultiplied(t *testing.T) {
	f := gradient(t, kind{"", frame.YCbCr, layouts[0], 8, true}, 66, 34)
	got := mustDecode(t, avifenc(t, "--premultiply", y4m(t, f, "444alpha")))
	if !got.Premultiplied {
		t.Error("want a premultiplied frame")
	}
	got.Premultiplied = false
	same(t, f, got, 0)
}
