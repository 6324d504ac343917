//go:build !cgo

package webp

import (
	"io"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Animation is what this engine lacks.
type Animation struct{}

// NewAnimation refuses.
func NewAnimation(_ []byte, _, _ int) (*Animation, error) {
	return nil, fault.New(fault.EngineLacks, "the portable engine reads the first picture of WebP alone")
}

// Next returns nothing.
func (*Animation) Next() (*frame.Frame, time.Duration, error) { return nil, 0, io.EOF }

// Release ends nothing.
func (*Animation) Release() {}
