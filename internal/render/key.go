package render

import "strings"

// KeySource returns the source URL in the text that a result is kept under. It reports false for other texts.
func KeySource(key string) (string, bool) {
	_, rest, ok := strings.Cut(key, "\nurl=")
	if !ok || !strings.HasPrefix(key, "engine=") {
		return "", false
	}
	source, _, ok := strings.Cut(rest, "\n")
	return source, ok
}
