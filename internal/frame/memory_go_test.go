//go:build !cgo

package frame

import (
	"errors"
	"math"
	"runtime/debug"
	"testing"
)

// A worker's limit leaves half of it to frames, and New says when that is used, before Go ends the process.
func TestWithin(t *testing.T) {
	defer SetLimit(SetLimit(defaultLimit))
	defer debug.SetMemoryLimit(math.MaxInt64)
	Within(64 << 20)
	f, err := New(Gray, 8, 4096, 4096, Size{4096, 4096})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	if g, err := New(Gray, 8, 5000, 5000, Size{5000, 5000}); !errors.Is(err, ErrMemory) {
		g.Release()
		t.Errorf("got %v, want %v", err, ErrMemory)
	}
}
