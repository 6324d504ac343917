// Package named holds pictures that a request may name: the files of a folder of the operator's.
package named

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/probe"
)

// Picture is a picture at hand, and the digest of its bytes: another picture under its name has another one.
type Picture struct {
	Blob   *blob.Blob
	Digest string
}

// New returns the picture that data is.
func New(data []byte) Picture {
	sum := sha256.Sum256(data)
	return Picture{&blob.Blob{Data: data, Format: format.Sniff(data)}, hex.EncodeToString(sum[:16])}
}

// Read returns the pictures in a folder by their names without extension. Files that are not named like a picture, and
// hidden ones, are left out. What is named so must be one, of at most that many bytes.
func Read(dir string, most int64, limits probe.Limits) (map[string]Picture, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, fault.Plain(err))
	}
	all, from := map[string]Picture{}, map[string]string{}
	for _, f := range files {
		ext := filepath.Ext(f.Name())
		name := strings.TrimSuffix(f.Name(), ext)
		if f.IsDir() || strings.HasPrefix(f.Name(), ".") || !format.ByExt(ext).Reads() {
			continue
		}
		if other, twice := from[name]; twice {
			return nil, fmt.Errorf("%s: %s and %s would both be %q, want one of them", dir, other, f.Name(), name)
		}
		p, err := read(filepath.Join(dir, f.Name()), most, limits)
		if err != nil {
			return nil, err
		}
		all[name], from[name] = p, f.Name()
	}
	return all, nil
}

// read reads one picture, and checks what its header says.
func read(path string, most int64, limits probe.Limits) (Picture, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return Picture{}, fmt.Errorf("%s: %w", path, fault.Plain(err))
	case !info.Mode().IsRegular():
		return Picture{}, fmt.Errorf("%s is no regular file", path)
	case info.Size() > most:
		return Picture{}, fmt.Errorf("%s has %d bytes, want at most %d (IMAGEKIT_MAX_INPUT_SIZE)", path, info.Size(), most)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Picture{}, fmt.Errorf("%s: %w", path, fault.Plain(err))
	}
	if _, err := probe.Read(data, limits); err != nil {
		return Picture{}, fmt.Errorf("%s: %w", path, err)
	}
	return New(data), nil
}
