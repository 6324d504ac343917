package engine

import (
	"testing"

	"imagekit/internal/format"
)

// The engine decodes what the table of formats says is read, and nothing else.
func TestDecodersAreComplete(t *testing.T) {
	for _, f := range format.Inputs() {
		if decoders[f] == nil {
			t.Errorf("there is no decoder for %v", f)
		}
	}
	if len(decoders) != len(format.Inputs()) {
		t.Errorf("%d decoders, want one for each of %v", len(decoders), format.Inputs())
	}
}
