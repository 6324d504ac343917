//go:build !cgo && !nodynamic

// Package avif reads and writes no AVIF in this build.
package avif

import (
	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

const lacks = "this build reads and writes no AVIF; one with the tag nodynamic does (make portable), and the fast engine"

// Writes says that this build writes no AVIF.
const Writes = false

// Prepare has nothing to compile.
func Prepare(string) error { return nil }

// Version says what reads and writes here.
func Version() string { return "none" }

// TunesForImages reports whether the encoder is tuned by tune=iq.
func TunesForImages() bool { return false }

// Decode refuses.
func Decode([]byte, frame.Hint) (*frame.Frame, error) {
	return nil, fault.New(fault.EngineLacks, lacks)
}

// Encode refuses.
func Encode(*frame.Frame, Settings) ([]byte, error) { return nil, lack(lacks) }
