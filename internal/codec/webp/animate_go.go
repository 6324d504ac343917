//go:build !cgo

package webp

import (
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Writer is what this engine lacks.
type Writer struct{}

// NewWriter refuses.
func NewWriter(_, _, _ int, _ bool, _ Settings) (*Writer, error) {
	return nil, fault.New(fault.EngineLacks, "the portable engine writes no moving WebP")
}

// Add adds nothing.
func (*Writer) Add(*frame.Frame, time.Duration) error { return nil }

// Close returns nothing.
func (*Writer) Close() ([]byte, error) { return nil, nil }

// Release ends nothing.
func (*Writer) Release() {}
