package fetch

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// Nobody asks for content codings here: no picture gains by them. Some origins pack all the same, others only say so.

const (
	// maxCodings bounds those of one body. One is a mistake of the origin's, two are also one of a proxy's.
	maxCodings = 3
	// brotliWindow is what a brotli decoder may hold besides what it puts out, in bytes (RFC 7932 §9.1).
	brotliWindow = 16 << 20
)

// errPacked is in the chain of every error of a body that cannot be unpacked.
var errPacked = errors.New("cannot be unpacked")

// codings lists what was done to a body, first to last (RFC 9110 §8.4).
func codings(h http.Header) (list []string, err error) {
	for name := range strings.SplitSeq(strings.Join(h.Values("Content-Encoding"), ","), ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && name != "identity" {
			list = append(list, name)
		}
	}
	if len(list) > maxCodings {
		return nil, fault.New(fault.OriginFailed, "the origin sent %d content-encodings one upon the other, want none",
			len(list))
	}
	return list, nil
}

// unpack returns a reader of what is inside codings, and whether that is another one than r. What begins like a
// picture is one, whatever its header says; a coding that is not known is taken for no coding. Each layer may bring
// limit bytes: the last one because that is the limit of a source, those between because they cost time.
func unpack(r io.Reader, codings []string, limit int64) (out io.Reader, unpacked bool, err error) {
	for i := len(codings) - 1; i >= 0; i-- {
		b := bufio.NewReaderSize(r, format.SniffLen)
		start, err := b.Peek(format.SniffLen)
		if r = b; format.Sniff(start) != format.Unknown || len(start) == 0 && err == io.EOF {
			break
		}
		if err != nil && err != io.EOF {
			return nil, unpacked, err
		}
		inner, err := decoder(codings[i], b, start)
		if err != nil {
			return nil, unpacked, err
		}
		if inner != nil {
			r, unpacked = &layer{inner, limit}, true
		}
	}
	return r, unpacked, nil
}

// decoder returns a reader of what r holds packed, nil for a coding that is not known. start is the beginning of it.
func decoder(coding string, r *bufio.Reader, start []byte) (io.Reader, error) {
	switch coding {
	case "gzip", "x-gzip":
		return gzip.NewReader(r)
	case "deflate":
		if isZlib(start) {
			return zlib.NewReader(r)
		}
		return flate.NewReader(r), nil // what some take the name for
	case "br":
		return brotli.NewReader(r), nil
	}
	return nil, nil
}

// isZlib reports whether b begins like a zlib stream (RFC 1950 §2.2).
func isZlib(b []byte) bool {
	return len(b) >= 2 && b[0]&0x0f == 8 && b[0]>>4 <= 7 && binary.BigEndian.Uint16(b)%31 == 0
}

// layer reads from a decoder at most left bytes and one; that one is errTooLarge.
type layer struct {
	r    io.Reader
	left int64
}

func (l *layer) Read(b []byte) (int, error) {
	n, err := l.r.Read(b[:min(int64(len(b)), l.left+1)])
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// network is a body as it comes. It remembers how it ended, so that a broken connection is told from a broken packing.
type network struct {
	io.Reader
	err error
}

func (n *network) Read(b []byte) (int, error) {
	i, err := n.Reader.Read(b)
	if err != nil && err != io.EOF {
		n.err = err
	}
	return i, err
}

// room returns the bytes to count for a body of this length, below 0 = unknown, in these codings.
func (f *Fetcher) room(length int64, codings []string) int64 {
	n := length
	if n < 0 || len(codings) > 0 {
		n = f.maxBytes
	}
	for _, c := range codings {
		if c == "br" {
			n += brotliWindow
		}
	}
	return min(n, f.gate.hostBytes)
}

// unpacked returns what is inside the codings of a body. A brotli decoder may take its window for the first byte, so room
// is asked before it.
func (f *Fetcher) unpacked(ctx context.Context, body *network, list []string, length int64, room func() error) ([]byte,
	error,
) {
	if slices.Contains(list, "br") {
		if err := room(); err != nil {
			return nil, err
		}
		room = func() error { return nil }
	}
	data, err := readUnpacked(body, list, length, f.maxBytes, room)
	if err == nil || ctx.Err() != nil || body.err != nil || errors.Is(err, errTooLarge) {
		return data, err
	}
	if _, ok := errors.AsType[*fault.Error](err); ok { // of room
		return nil, err
	}
	return nil, fmt.Errorf("%w: %w", errPacked, err)
}

// readUnpacked is read of what is inside codings.
func readUnpacked(r io.Reader, codings []string, length, limit int64, room func() error) ([]byte, error) {
	inner, unpacked, err := unpack(r, codings, limit)
	if err != nil {
		return nil, err
	}
	if unpacked {
		length = -1
	}
	return read(inner, length, limit, room)
}
