//go:build cgo || nodynamic

package webp

import (
	"os"
	"path/filepath"
	"testing"

	"imagekit/internal/frame"
)

// photos is where a checkout may have real pictures beside it.
const photos = "../../../../shared/photos"

// TestPhotos reads real files, writes them again and compares; half of each is damaged.
func TestPhotos(t *testing.T) {
	names, _ := filepath.Glob(filepath.Join(photos, "*.webp"))
	if len(names) == 0 {
		t.Skip("photos not present: " + photos)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			full := mustDecode(t, src, frame.Hint{})
			s := Settings{Quality: 90, Method: 2, Lossless: full.Model == frame.RGB}
			again := mustDecode(t, mustEncode(t, full, s), frame.Hint{})
			for i := range full.Planes {
				if d := rms(t, &full.Planes[i], &again.Planes[i]); d > 4 {
					t.Errorf("plane %d: rms %.2f", i, d)
				}
			}
			if kind := outcome(t, src[:len(src)/2]); kind != bad {
				t.Errorf("half a file: want %v, got %v", bad, kind)
			}
		})
	}
}
