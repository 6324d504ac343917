//go:build cgo

package imagetest

import "testing"

// Portable reports whether the tests are built without C.
const Portable = false

// Lacks skips a test when err is that this engine lacks something. The engine with C lacks nothing.
func Lacks(testing.TB, error) {}
