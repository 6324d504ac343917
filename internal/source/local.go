package source

import (
	"slices"
	"strings"
	"unicode/utf8"

	"imagekit/internal/opt"
)

// LocalPrefix begins the source of a file: local:PATH, below the operator's folder.
const LocalPrefix = "local:"

// LocalPath returns the path of the file below the folder.
func LocalPath(source string) string { return strings.TrimPrefix(source, LocalPrefix) }

func isLocal(raw string) bool { return strings.HasPrefix(raw, LocalPrefix) }

// normalLocal wants names between single slashes, as they are on the disk: nothing is decoded, so that each file has one
// source.
func normalLocal(raw string) (string, error) {
	if err := plain(raw); err != nil {
		return "", err
	}
	path := LocalPath(raw)
	wrong := func(name string) bool { return name == "" || name == "." || name == ".." }
	if !utf8.ValidString(path) || strings.ContainsAny(path, "\\") || slices.ContainsFunc(strings.Split(path, "/"), wrong) {
		return "", bad("want local:PATH with names between single slashes, without a slash at either end and without \"..\", got %s", opt.Quote(raw))
	}
	return raw, nil
}
