// Package hostile makes the files that broke image services: bombs, lies about sizes, loops, polyglots and files that
// delegates pick up. Each row names the answer it deserves, so that the list documents what is promised and tests hold it.
package hostile

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"slices"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// File is one hostile file and how a request for it, 256 pixels wide, must end.
type File struct {
	Name    string
	Ends    fault.Kind      // when OK is false
	OK      bool            // it is a picture after all: what is wrong with it costs nothing
	Formats []format.Format // of results, to which the row applies; empty = every one
	Bytes   func(Seeds) []byte
}

// In reports whether the row applies to results in a format.
func (f File) In(out format.Format) bool {
	return len(f.Formats) == 0 || slices.Contains(f.Formats, out)
}

// Seeds are sound pictures that some files are made of.
type Seeds struct {
	JPEG []byte // of one scan, without Exif, wider than one pixel
	AVIF []byte
}

// Files lists every row by the name of its file.
func Files() []File {
	all := slices.Concat(png(), gif(), jpeg(), boxes(), webp(), vectors(), plain(), others())
	slices.SortFunc(all, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// fine returns a row of a file that is answered with a picture.
func fine(name string, bytes func(Seeds) []byte) File {
	return File{Name: name, OK: true, Bytes: bytes}
}

// bad returns a row of a file that is refused.
func bad(name string, ends fault.Kind, bytes func(Seeds) []byte) File {
	return File{Name: name, Ends: ends, Bytes: bytes}
}

// text returns a maker of a fixed text.
func text(s string) func(Seeds) []byte { return func(Seeds) []byte { return []byte(s) } }

// zeros returns n zero bytes, packed by zlib (RFC 1950).
func zeros(n int) []byte {
	var b bytes.Buffer
	w, _ := zlib.NewWriterLevel(&b, zlib.BestCompression)
	pour(w, n, 0)
	_ = w.Close() // a buffer takes everything
	return b.Bytes()
}

// gzipped returns n times the byte c between head and tail, packed by gzip (RFC 1952).
func gzipped(head string, n int, c byte, tail string) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write([]byte(head))
	pour(w, n, c)
	_, _ = w.Write([]byte(tail))
	_ = w.Close()
	return b.Bytes()
}

func pour(w interface{ Write([]byte) (int, error) }, n int, c byte) {
	block := bytes.Repeat([]byte{c}, 1<<20)
	for n > 0 {
		k := min(n, len(block))
		_, _ = w.Write(block[:k])
		n -= k
	}
}
