package source

import (
	"net/url"
	"strings"

	"imagekit/internal/opt"
)

// Resolve returns the one spelling of a source. A path without a scheme lies below base, the beginning of URLs or LocalPrefix;
// "" = there is none.
func Resolve(raw, base string) (string, error) {
	if Is(raw) {
		return Normal(raw)
	}
	path := "/" + strings.TrimPrefix(raw, "/")
	switch {
	case strings.Contains(raw, "://"):
		return Normal(raw) // says what is wrong with it
	case raw == "" || strings.HasPrefix(path, "//"):
		return "", bad("want a URL, or a path without a host below IMAGEKIT_BASE_URL or IMAGEKIT_LOCAL_ROOT")
	case base == "":
		return "", bad("it has no host, want an absolute URL, or set IMAGEKIT_BASE_URL or IMAGEKIT_LOCAL_ROOT")
	case climbs(path):
		return "", bad("want a path without \"..\"")
	case base == LocalPrefix:
		return localPath(path)
	}
	return Normal(strings.TrimSuffix(base, "/") + path)
}

// localPath returns the file that a path of a URL names, as a web server would look for it: without the query, and with the
// bytes that escapes stand for.
func localPath(path string) (string, error) {
	path, _, _ = strings.Cut(path, "?")
	name, err := url.PathUnescape(path)
	if err != nil {
		return "", bad("want %% and two hexadecimal digits for an escape, got %s", opt.Quote(path))
	}
	return Normal(LocalPrefix + strings.TrimPrefix(name, "/"))
}

// climbs reports whether a path leads above itself, however its dots are written.
func climbs(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	path = strings.NewReplacer("%2e", ".", "%2E", ".", "%2f", "/", "%2F", "/", "\\", "/", "%5c", "/", "%5C", "/").Replace(path)
	for segment := range strings.SplitSeq(path, "/") {
		if segment == ".." {
			return true
		}
	}
	return false
}
