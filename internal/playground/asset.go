package playground

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
)

// Asset is a file of the page as it is sent, in two encodings.
type Asset struct {
	Type  string // media type
	Plain []byte
	Gzip  []byte // nil when it is no smaller
	hash  string
}

// ETag returns the strong entity tag of one of the two encodings, which differ byte by byte (RFC 9110 §8.8.3).
func (a *Asset) ETag(zipped bool) string {
	if zipped {
		return `"` + a.hash + `-gzip"`
	}
	return `"` + a.hash + `"`
}

var mediaTypes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// newAsset compresses a file once, so that no request does.
func newAsset(name string, data []byte) (*Asset, error) {
	media, ok := mediaTypes[path.Ext(name)]
	if !ok {
		return nil, fmt.Errorf("playground: no media type for %s", name)
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(data)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("playground: %s: %w", name, err)
	}
	a := &Asset{Type: media, Plain: data, hash: digest(data)}
	if b.Len() < len(data) {
		a.Gzip = b.Bytes()
	}
	return a, nil
}

// digest names content: half of its SHA-256 in hex.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}
