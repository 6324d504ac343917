// Package addressing says which URLs an operator takes: beyond what a parameter may be by itself, which package param knows,
// and before anything is fetched.
package addressing

import (
	"strings"

	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/source"
)

// Config is what the operator has set.
type Config struct {
	Widths, Qualities []int           // that w and q may have where nobody has signed them, sorted
	FreeMax           int             // most pictures that one signature may stand for
	Formats           []format.Format // that may be asked for
	Ignored           []Pattern       // names that are passed over in URLs that are asked for
	Presets           Presets
	OnlyPresets       bool   // nothing else shapes a picture
	Unsigned          bool   // URLs without a signature are taken, within the lists
	UnsignedQuery     bool   // also for sources with a query
	Base              string // what sources that are a path alone lie below; "" = files
}

// Rules judge requests. They are made once, with New, and only read then.
type Rules struct {
	Config
	ladder ladder
}

// New returns the rules.
func New(c Config) *Rules { return &Rules{Config: c, ladder: newLadder(c)} }

// Split reads a query that is asked for. Nothing that the operator ignores is in it.
func (r *Rules) Split(raw string) (param.Query, error) {
	if len(r.Ignored) == 0 {
		return param.Split(raw)
	}
	return param.SplitPassing(raw, r.ignores)
}

// Request reads a query whose signature has been verified, or that is about to be signed.
func (r *Rules) Request(q param.Query) (param.Request, error) {
	whole, err := r.expand(q)
	if err == nil {
		err = r.checkFree(q) // what the URL itself says, not its preset
	}
	if err != nil {
		return param.Request{}, err
	}
	req, err := whole.Request()
	if url := whole.Get("url"); err == nil && r.Base != "" && strings.HasPrefix(url, "/") {
		req.Source, err = source.Resolve(url, r.Base)
	}
	return req, err
}

// Params reads a query that comes with its picture.
func (r *Rules) Params(q param.Query) (param.Params, error) {
	q, err := r.expand(q)
	if err != nil {
		return param.Params{}, err
	}
	return q.Params()
}
