//go:build cgo

package format

// portable says that the engine of this build is the one without C.
const portable = false
