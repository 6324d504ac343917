// Package next reads the URLs of Next.js' image optimiser: /_next/image?url=…&w=…&q=…. They are never signed.
package next

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"imagekit/internal/dialect"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/opt"
	"imagekit/internal/param"
	"imagekit/internal/source"
)

// path is the only one there is.
const path = "/_next/image"

// Reader reads Next's URLs.
type Reader struct {
	Base              string // what relative sources lie below; "" = there are none
	Widths, Qualities []int  // that may be asked for: whoever knows the site can ask
}

// Takes reports whether the path is Next's, whatever stands before it.
func (Reader) Takes(t dialect.Target) bool { return t.Path == path }

// Verify finds no signature: there is none.
func (Reader) Verify(dialect.Target) (bool, error) { return false, nil }

// Read returns what url, w and q ask for, in the best format that the browser accepts. All three have to be there, as
// they have there. dpl, the name of a deployment, changes nothing.
func (r Reader) Read(t dialect.Target) (param.Request, error) {
	values, err := split(t.Query)
	if err != nil {
		return param.Request{}, err
	}
	p := param.Params{Format: format.Auto}
	for _, v := range []struct {
		name    string
		to      *int
		allowed []int
		setting string
	}{{"w", &p.Width, r.Widths, "IMAGEKIT_WIDTHS"}, {"q", &p.Quality, r.Qualities, "IMAGEKIT_QUALITIES"}} {
		n, ok := opt.Whole(values[v.name])
		if !ok || !slices.Contains(v.allowed, n) {
			return param.Request{}, dialect.Refuse(v.name, "want one of %s (%s), got %s", list(v.allowed), v.setting,
				opt.Quote(values[v.name]))
		}
		*v.to = n
	}
	src, err := source.Resolve(values["url"], r.Base)
	return param.Request{Source: src, Params: p}, err
}

// split reads the query: each name once, and none but Next's.
func split(query string) (map[string]string, error) {
	values := map[string]string{}
	for piece := range strings.SplitSeq(query, "&") {
		name, raw, _ := strings.Cut(piece, "=")
		if piece == "" {
			continue
		}
		if !slices.Contains([]string{"url", "w", "q", "dpl"}, name) {
			return nil, dialect.Refuse(name, "Next has no such parameter, want url, w and q")
		}
		if _, twice := values[name]; twice {
			return nil, dialect.Refuse(name, "it is given twice, want it once")
		}
		value, err := url.QueryUnescape(raw)
		if err != nil {
			return nil, fault.New(fault.BadQuery, "%s has a bad escape, want %% and two hexadecimal digits", name)
		}
		values[name] = value
	}
	return values, nil
}

func list(numbers []int) string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ", ")
}
