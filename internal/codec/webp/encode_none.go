//go:build !cgo && !nodynamic

package webp

import (
	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Writes says that this build writes no WebP.
const Writes = false

// Prepare has nothing to compile.
func Prepare(string) error { return nil }

// Version says what reads here.
func Version() string { return "golang.org/x/image, for reading alone" }

// made is what nobody writes.
type made struct{}

func (made) bytes() []byte { return nil }
func (made) free()         {}

func (s Settings) encode(*frame.Frame) (made, error) {
	e := fault.New(fault.EngineLacks, "this build writes no WebP; one with the tag nodynamic does (make portable), and "+
		"the fast engine")
	e.Param = "f"
	return made{}, e
}
