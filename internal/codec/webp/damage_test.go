//go:build cgo || nodynamic

package webp

import (
	"errors"
	"slices"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

const (
	fine = fault.Kind(255) // no error
	bad  = fault.DamagedImage
)

// outcome decodes and returns the kind of the error, fine for none.
func outcome(t *testing.T, src []byte) fault.Kind {
	t.Helper()
	f, err := Decode(src, frame.Hint{})
	if err == nil {
		f.Release()
		return fine
	}
	var e *fault.Error
	if !errors.As(err, &e) {
		t.Fatalf("want a fault, got %v", err)
	}
	return e.Kind
}

// files returns one small file of each kind.
func files(t testing.TB) map[string][]byte {
	lossy := mustEncode(t, scene(t, frame.YCbCr, 40, 30, false), Settings{Quality: 90, Method: 2})
	lossless := mustEncode(t, scene(t, frame.RGB, 40, 30, true), Settings{Lossless: true, Method: 2})
	return map[string][]byte{
		"lossy":            lossy,
		"lossy with alpha": mustEncode(t, scene(t, frame.YCbCr, 40, 30, true), Settings{Quality: 90, Method: 2}),
		"lossless":         lossless,
		"animation":        animate(60, 50, still{lossy, 2, 4, 40, 30}, still{lossless, 0, 0, 40, 30}),
	}
}

func TestDamaged(t *testing.T) {
	tests := []struct {
		name   string
		change func([]byte) []byte
		want   fault.Kind
	}{
		{"as it is", func(b []byte) []byte { return b }, fine},
		{"half", func(b []byte) []byte { return b[:len(b)/2] }, bad},
		{"20 bytes short", func(b []byte) []byte { return b[:len(b)-20] }, bad},
		{"16 bytes", func(b []byte) []byte { return b[:16] }, bad},
		{"nothing", func([]byte) []byte { return nil }, bad},
		{"not WebP", func(b []byte) []byte { return append([]byte("JUNK"), b[4:]...) }, bad},
		{"bytes after the end", func(b []byte) []byte { return append(slices.Clone(b), "stray bytes"...) }, fine},
	}
	for kind, file := range files(t) {
		for _, tt := range tests {
			t.Run(kind+"/"+tt.name, func(t *testing.T) {
				if got := outcome(t, tt.change(file)); got != tt.want {
					t.Errorf("want %v, got %v", tt.want, got)
				}
			})
		}
	}
}

// TestAnimationDamaged: containers that promise what they do not hold.
func TestAnimationDamaged(t *testing.T) {
	lossy := files(t)["lossy"]
	tests := []struct {
		name string
		file []byte
	}{
		{"no frame", animate(40, 30)},
		{"frame beyond the canvas", animate(40, 30, still{lossy, 2, 0, 40, 30})},
		{"frame larger than its header says", animate(20, 10, still{lossy, 0, 0, 20, 10})},
		{"canvas of another size", riff(append([]chunk{header(0, 50, 30)}, chunksOf(lossy)...)...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := outcome(t, tt.file); got != bad {
				t.Errorf("want %v, got %v", bad, got)
			}
		})
	}
}

// FuzzDecode: any bytes give a fault that blames the file, or planes of the right sizes; opaque lossy ones can be
// written and read again.
func FuzzDecode(f *testing.F) {
	for _, file := range files(f) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if info, err := inspect(src); err == nil && int(info.width)*int(info.height) > 1<<20 {
			t.Skip("larger than this test wants to decode; in the service, probe refuses bombs")
		}
		got, err := Decode(src, frame.Hint{})
		if err != nil {
			if k := fault.From(err).Kind; k != fault.DamagedImage && k != fault.UnsupportedFormat {
				t.Fatalf("want the file to be blamed, got %v", err)
			}
			return
		}
		defer got.Release()
		for i := range got.Planes {
			if p := &got.Planes[i]; p.Width < 1 || p.Height < 1 || p.Width > got.Width || p.Height > got.Height ||
				p.Stride < p.Width {
				t.Fatalf("plane %d of %d×%d: %+v", i, got.Width, got.Height, p)
			}
		}
		if got.Model == frame.YCbCr {
			back := mustDecode(t, mustEncode(t, got, Settings{Quality: 80}), frame.Hint{})
			if back.Width != got.Width || back.Height != got.Height {
				t.Fatalf("want %d×%d back, got %d×%d", got.Width, got.Height, back.Width, back.Height)
			}
		}
	})
}
