// Package blob holds an encoded image and what HTTP must know of it: what is fetched, made, cached and sent.
package blob

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"imagekit/internal/format"
)

// Blob is an encoded image. It is shared between goroutines and must not be changed once made; one with a File belongs
// to a single reader, who closes it.
type Blob struct {
	Data   []byte
	File   *File         // holds the body instead of Data: a large result that the cache found
	Format format.Format // by its magic bytes
	// ETag is the strong entity tag of Data with its quotes (RFC 9110 §8.8.3). Empty for a source.
	ETag    string
	Created time.Time
	Expires time.Time // when the cache must forget it; zero = never
	// Fresh is until when a source may serve requests that come later; zero = not at all, only those that wait for it.
	Fresh time.Time
	// Upload tells a source that a client sent along from one that was fetched.
	Upload bool
	// Generation is that of the latest purge known when the download began that this is, or was made of; 0 = none.
	Generation uint64
	// Notes are header fields that every answer with the result repeats, a line "Name: value" each.
	Notes string
}

// New returns a result: data with its ETag, created at now.
func New(data []byte, f format.Format, now time.Time) *Blob {
	return &Blob{Data: data, Format: f, ETag: Tag(data), Created: now}
}

// Tag returns the strong entity tag of data: the first 16 bytes of its SHA-256 in hex, quoted.
func Tag(data []byte) string {
	sum := sha256.Sum256(data)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}
