//go:build !cgo

package avif

import "imagekit/internal/fault"

// lack says what this build cannot write. Another format may do.
func lack(format string, args ...any) error {
	e := fault.New(fault.EngineLacks, format, args...)
	e.Param = "f"
	return e
}
