//go:build !cgo

package imagetest

import (
	"testing"

	"imagekit/internal/fault"
)

// Portable reports whether the tests are built without C.
const Portable = true

// Lacks skips a test when err is that this engine lacks something, and says what.
func Lacks(t testing.TB, err error) {
	t.Helper()
	if err != nil && fault.From(err).Kind == fault.EngineLacks {
		t.Skip("the portable engine: " + fault.From(err).Detail)
	}
}
