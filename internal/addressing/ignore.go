package addressing

import (
	"slices"
	"strings"

	"imagekit/internal/param"
)

// Pattern is a name that others add to URLs: as it is, or with "*" at its end for all that begin so.
type Pattern string

// ParsePattern reads a pattern. It takes none that holds for a parameter: that would never be looked at.
func ParsePattern(text string) (Pattern, bool) {
	p := Pattern(text)
	plain := strings.TrimSuffix(text, "*")
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
	return p, plain != "" && strings.Trim(plain, allowed) == "" && !slices.ContainsFunc(param.Names(), p.holds)
}

func (p Pattern) holds(name string) bool {
	begin, ok := strings.CutSuffix(string(p), "*")
	return name == string(p) || ok && strings.HasPrefix(name, begin)
}

func (r *Rules) ignores(name string) bool {
	return slices.ContainsFunc(r.Ignored, func(p Pattern) bool { return p.holds(name) })
}
