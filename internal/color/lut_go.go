//go:build !cgo

package color

import (
	"imagekit/internal/fault"
	"imagekit/internal/frame"
	"imagekit/internal/icc"
)

// transform refuses what needs the tables of a profile: converting it plainly would look wrong. It reports false when
// the profile cannot be used at all, as the one with lcms2 does.
func transform(f, _ *frame.Frame, profile []byte) (bool, error) {
	if !icc.HasTables(profile, spaces[f.Model]) {
		return false, nil
	}
	return false, fault.New(fault.EngineLacks, "this build cannot convert colours by the tables of an ICC profile (here %s); "+
		"want a source in sRGB or with a profile of matrix and curves, or the build with C", names[f.Model])
}

// spaces are the signatures of data colour spaces (ICC.1:2022 table 19).
var spaces = [...]string{frame.RGB: "RGB ", frame.Gray: "GRAY", frame.CMYK: "CMYK"}

var names = [...]string{frame.RGB: "RGB", frame.Gray: "grey", frame.CMYK: "CMYK"}

// Version returns lcms2's version, "" in a build without it.
func Version() string { return "" }
