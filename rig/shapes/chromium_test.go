package main

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The browser tells size and pixels of a picture in its folder.
func TestChromium(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skipf("the browser of the rig is not tried: %v", err)
	}
	file := filepath.Join(t.TempDir(), "a.png")
	m := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	m.SetNRGBA(2, 1, color.NRGBA{200, 100, 50, 255})
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	read, end := chromium(t.Context(), filepath.Dir(file))
	defer end()
	for range 2 {
		size, colors, err := read(t.Context(), file, []image.Point{{2, 1}})
		if err != nil || size != image.Pt(3, 2) || len(colors) != 1 || colors[0] != (color.RGBA{200, 100, 50, 255}) {
			t.Fatalf("got %v, %v, %v", size, colors, err)
		}
	}
}
