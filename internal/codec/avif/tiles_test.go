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

// readers are decoders of avifdec besides our own, by its names. What libaom writes libaom reads, so it proves nothing.
var readers = []string{"dav1d", "libgav1"}

// TestTall: every decoder reads pictures of any shape, also those that need tiles.
func TestTall(t *testing.T) {
	for _, s := range []frame.Size{
		{W: 1280, H: 9000},  // beyond level 6 and more than a tile
		{W: 1000, H: 10000}, // as long as a page of the web
		{W: 16384, H: 1200}, // wider than four tiles, and more than two in all
		{W: 577, H: 16384},  // the narrowest that needs two
		{W: 16384, H: 1}, {W: 1, H: 16384},
	} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			t.Parallel()
			want := gradient(t, kind{"", frame.YCbCr, layouts[2], 8, false}, s.W, s.H)
			file := mustEncode(t, want, Settings{Quality: 90, Speed: 10})
			same(t, want, mustDecode(t, file), 40)
			for _, reader := range readers {
				readBy(t, reader, file)
			}
		})
	}
}

// readBy has another decoder read a file.
func readBy(t *testing.T, reader string, file []byte) {
	t.Helper()
	tool, err := exec.LookPath("avifdec")
	if err != nil {
		t.Skip("avifdec not present: whether others read it stays untested")
	}
	dir := t.TempDir()
	in := filepath.Join(dir, "in.avif")
	if err := os.WriteFile(in, file, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-c", reader, in, filepath.Join(dir, "out.y4m")}
	if text, err := exec.CommandContext(t.Context(), tool, args...).CombinedOutput(); err != nil {
		t.Errorf("%s: %v: %s", reader, err, text)
	}
}

// TestTileColumns: no tile is wider or larger than one may be, with one row of them, however the width is padded.
func TestTileColumns(t *testing.T) {
	for s, want := range map[frame.Size]int{
		{W: 1, H: 1}: 0, {W: 4096, H: 2304}: 0, {W: 4096, H: 2305}: 1, {W: 4097, H: 1}: 1, {W: 1, H: 65536}: 0,
		{W: 1280, H: 9000}: 1, {W: 576, H: 16384}: 1, {W: 512, H: 16384}: 0, {W: 16384, H: 16384}: 5,
	} {
		if got := tileColumns(s.W, s.H); got != want {
			t.Errorf("%v: got 2^%d columns, want 2^%d", s, got, want)
		}
	}
	for w := 1; w <= 1<<16; w += 61 {
		for h := 1; h <= 1<<16; h += 997 {
			n := tileColumns(w, h)
			for _, side := range []int{64, superblock} {
				across, down := (w+side-1)/side, (h+side-1)/side
				column := (across + 1<<n - 1) >> n
				if column*side > maxTileWidth || (across*down+1<<n-1)>>n*side*side > maxTileArea || n > 0 &&
					across < 1<<n/2+1 {
					t.Fatalf("%d×%d: 2^%d columns of %d superblocks of %d, %d down", w, h, n, column, side, down)
				}
			}
		}
	}
}
