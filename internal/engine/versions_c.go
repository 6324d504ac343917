//go:build cgo

package engine

import (
	"imagekit/internal/codec/avif"
	"imagekit/internal/codec/jpeg"
	"imagekit/internal/codec/png"
	"imagekit/internal/codec/webp"
	"imagekit/internal/color"
	"imagekit/internal/format"
	"imagekit/internal/scale"
)

// Versions names the engine, every C library in use and its version.
func Versions() map[string]string {
	return map[string]string{
		"engine":        "fast",
		"libjpeg-turbo": jpeg.Version(),
		"libspng":       png.Version(),
		"libwebp":       webp.Version(),
		"libavif":       avif.Version(),
		"zimg":          scale.Version(),
		"lcms2":         color.Version(),
	}
}

// Writes reports whether this build has an encoder of a format.
func Writes(f format.Format) bool { return f.Writes() }

// Prepare does what has to be done before a process gives up its rights: nothing in this engine.
func Prepare(string) error { return nil }

// Compiles reports whether Prepare compiles, and keeps what it compiled in its directory.
const Compiles = false
