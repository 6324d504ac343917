package dialect

import (
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/source"
)

// Source returns the one spelling of a source. One without a scheme lies below base; "" = there is none.
func Source(raw, base string) (string, error) {
	if source.Is(raw) {
		return source.Normal(raw)
	}
	path := "/" + strings.TrimPrefix(raw, "/")
	switch {
	case strings.Contains(raw, "://"):
		return source.Normal(raw) // says what is wrong with it
	case raw == "" || strings.HasPrefix(path, "//"):
		return "", badSource("want a URL, or a path without a host below IMAGEKIT_BASE_URL")
	case base == "":
		return "", badSource("it has no host, want an absolute URL, or set IMAGEKIT_BASE_URL")
	case climbs(path):
		return "", badSource("want a path without \"..\"")
	}
	return source.Normal(strings.TrimSuffix(base, "/") + path)
}

// climbs reports whether a path leads above itself, however its dots are written.
func climbs(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	path = strings.NewReplacer("%2e", ".", "%2E", ".", "%2f", "/", "%2F", "/", "\\", "/", "%5c", "/", "%5C",
		"/").Replace(path)
	for segment := range strings.SplitSeq(path, "/") {
		if segment == ".." {
			return true
		}
	}
	return false
}

func badSource(text string) error {
	err := fault.New(fault.BadSource, "url: %s", text)
	err.Param = "url"
	return err
}

// Repaired undoes what proxies do to a URL within a path: they merge the slashes behind its scheme.
func Repaired(raw string) string {
	for _, scheme := range []string{"http:/", "https:/"} {
		if rest, ok := strings.CutPrefix(raw, scheme); ok && !strings.HasPrefix(rest, "/") {
			return scheme + "/" + rest
		}
	}
	return raw
}

// Refuse names an option in the words of its own dialect.
func Refuse(name, format string, args ...any) *fault.Error {
	err := fault.New(fault.BadParameter, "%s: "+format, append([]any{name}, args...)...)
	err.Param = name
	return err
}
