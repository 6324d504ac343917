package dialect

import (
	"strings"

	"imagekit/internal/fault"
)

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
