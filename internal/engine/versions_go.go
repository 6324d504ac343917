//go:build !cgo

package engine

import (
	"errors"

	"imagekit/internal/codec/avif"
	"imagekit/internal/codec/jpeg"
	"imagekit/internal/codec/png"
	"imagekit/internal/codec/webp"
	"imagekit/internal/format"
)

// Versions names the engine and what reads and writes each format.
func Versions() map[string]string {
	return map[string]string{
		"engine": "portable",
		"jpeg":   jpeg.Version(),
		"png":    png.Version(),
		"webp":   webp.Version(),
		"avif":   avif.Version(),
		"gif":    "imagekit",
	}
}

// Writes reports whether this build has an encoder of a format.
func Writes(f format.Format) bool {
	return f.Writes() && (f != format.WebP || webp.Writes) && (f != format.AVIF || avif.Writes)
}

// Prepare compiles the codecs that are WebAssembly: before a process gives up the right to make code. dir is where what
// was compiled is kept for the next process, and nobody else may write there; "" = nowhere.
func Prepare(dir string) error { return errors.Join(webp.Prepare(dir), avif.Prepare(dir)) }

// Compiles reports whether Prepare compiles, and keeps what it compiled in its directory.
const Compiles = true
