package addressing

import (
	"slices"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/opt"
	"imagekit/internal/param"
)

// unsignedNames are what a URL without a signature may say.
var unsignedNames = []string{"dpr", "f", "p", "q", "url", "w"}

// CheckUnsigned returns nil where a query needs no signature: it has none, the operator takes such, and it asks for nothing
// that is not on the operator's lists. A signature that is there has to hold.
func (r *Rules) CheckUnsigned(q param.Query) error {
	for _, name := range q.Names() {
		if !slices.Contains(unsignedNames, name) {
			return unsigned(name, "%s cannot be set without a signature, only %s can (IMAGEKIT_UNSIGNED)", name,
				strings.Join(unsignedNames, ", "))
		}
		rung, bounded := r.ladder[name]
		if value := q.Get(name); bounded && !slices.Contains(rung.values, value) {
			return unsigned(name, "%s: got %s, without a signature want one of %s", name, opt.Quote(value), rung)
		}
	}
	return nil
}

// CheckUnsignedSource refuses the sources that need a signature: what is not from the web, whose hosts the operator lists, and
// queries, of which each would be another picture.
func (r *Rules) CheckUnsignedSource(url string) error {
	switch {
	case !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://"):
		return unsigned("url", "url: without a signature want an http or https URL")
	case strings.Contains(url, "?") && !r.UnsignedQuery:
		return unsigned("url", "url: without a signature want a URL that has no query (IMAGEKIT_UNSIGNED_QUERY)")
	}
	return nil
}

func unsigned(name, format string, args ...any) error {
	err := fault.New(fault.BadSignature, format, args...)
	err.Param = name
	return err
}
