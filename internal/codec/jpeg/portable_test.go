//go:build !cgo

package jpeg

import (
	"errors"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// portable says that the standard library reads and writes.
const portable = true

// subsamplings are what the encoder writes: pixels for a chroma sample, 0 = grey.
var subsamplings = [][2]int{{0, 0}, {2, 2}}

// sameAsPlain compares two decoders of Huffman codes, of which there is one here.
func sameAsPlain(*testing.T, []byte, frame.Hint) {}

// samePlainBytes likewise, of encoders.
func samePlainBytes(*testing.T, *frame.Frame, Settings) {}

// TestLacks: what the standard library cannot do is said, not done badly.
func TestLacks(t *testing.T) {
	for _, sub := range [][2]int{{1, 1}, {2, 1}, {1, 2}} {
		_, err := Encode(scene(t, 20, 20, sub[0], sub[1]), Settings{Quality: 80})
		var e *fault.Error
		if !errors.As(err, &e) || e.Kind != fault.EngineLacks {
			t.Errorf("chroma for %v pixels: want %v, got %v", sub, fault.EngineLacks, err)
		}
	}
}
