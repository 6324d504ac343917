package param

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"imagekit/internal/fault"
	"imagekit/internal/opt"
)

// MaxQuery is the longest query in bytes. It leaves room for the rest of a request line in nginx's
// large_client_header_buffers of 16 KiB.
const MaxQuery = 14000

// Query is a request whose grammar and names are right and whose values nobody has looked at. It is read in three
// steps, so that strangers cannot probe what values do: Split, then the signature over Canonical, then Request.
type Query struct {
	pairs  []Pair // sorted by name, without sig
	sig    string
	signed bool // sig was given, maybe empty
	free   Free // what free says
}

// Pair is one decoded parameter.
type Pair struct{ Name, Value string }

// Split decodes a raw query (RFC 3986 §3.4, without its "?") strictly: what two programs could read differently is
// refused. Pieces stand between "&", empty ones are skipped; "+" is a space. It fails with fault.BadQuery for a bad
// grammar and with fault.BadParameter for a name that is unknown or repeated or has no value.
// An empty sig is left to the signature check.
func Split(raw string) (Query, error) { return SplitPassing(raw, nil) }

// SplitPassing is Split that passes over what passed says of the name, whatever stands behind that; nil = nothing.
func SplitPassing(raw string, passed func(name string) bool) (Query, error) {
	if len(raw) > MaxQuery {
		return Query{}, fault.New(fault.BadQuery, "the query has %d bytes, want at most %d", len(raw), MaxQuery)
	}
	if strings.Contains(raw, ";") {
		return Query{}, semicolon(raw)
	}
	q := Query{pairs: make([]Pair, 0, min(strings.Count(raw, "&")+1, len(names)))}
	for piece := range strings.SplitSeq(raw, "&") {
		if piece == "" || passed != nil && passed(nameOf(piece)) {
			continue
		}
		if err := q.addPiece(piece); err != nil {
			return Query{}, hint(err, piece, raw)
		}
	}
	err := q.readFree()
	return q, err
}

// semicolon refuses a raw ";". It most often comes from a link that was copied out of HTML, or escaped for it twice.
func semicolon(raw string) error {
	if strings.Contains(raw, escapedAmpersand) {
		return fault.New(fault.BadQuery, `the query contains "&amp;", so the link was escaped for HTML once too often: want "&" `+
			`between parameters, and %%26amp%%3B where it is part of the source URL`)
	}
	return fault.New(fault.BadQuery, `the query contains a raw ";", want it percent-encoded as %%3B`)
}

// escapedAmpersand is "&" as HTML writes it.
const escapedAmpersand = "&amp;"

// NewQuery checks decoded parameters as Split does: the fields of a form.
func NewQuery(pairs ...Pair) (Query, error) {
	var q Query
	size := 0
	for _, p := range pairs {
		size += len(p.Name) + len(p.Value) + len("&=")
		if size > MaxQuery {
			return Query{}, fault.New(fault.BadQuery, "the parameters have more than %d bytes", MaxQuery)
		}
		if err := q.add(p.Name, p.Value); err != nil {
			return Query{}, err
		}
	}
	err := q.readFree()
	return q, err
}

// nameOf returns the name of a piece, "" where it cannot be read.
func nameOf(piece string) string {
	raw, _, _ := strings.Cut(piece, "=")
	name, _ := decode(raw)
	return name
}

func (q *Query) addPiece(piece string) *fault.Error {
	rawName, rawValue, found := strings.Cut(piece, "=")
	if !found {
		return fault.New(fault.BadQuery, `%s has no "=", want name=value`, opt.Quote(piece))
	}
	name, okName := decode(rawName)
	value, okValue := decode(rawValue)
	if !okName || !okValue {
		return fault.New(fault.BadQuery, "%s has a bad escape, want %% and two hexadecimal digits", opt.Quote(piece))
	}
	return q.add(name, value)
}

// add puts a decoded parameter at its place.
func (q *Query) add(name, value string) *fault.Error {
	known, err := find(name)
	if err != nil {
		return err
	}
	name = names[known] // the table's own string: does not hold on to the request's bytes
	at, repeated := slices.BinarySearchFunc(q.pairs, name, byName)
	switch {
	case repeated, name == "sig" && q.signed:
		return refuse(name, "%s is given twice, want it once", name)
	case strings.ContainsFunc(value, func(r rune) bool { return isControl(r) && (name != "text" || r != '\n') }):
		return fault.New(fault.BadQuery, "%s contains a control character", name)
	case name != "url" && !utf8.ValidString(value):
		return fault.New(fault.BadQuery, "%s is not UTF-8", name)
	case name == "sig":
		q.sig, q.signed = value, true
	case value == "":
		return refuse(name, "%s is empty, want a value or no %s at all", name, name)
	default:
		q.pairs = slices.Insert(q.pairs, at, Pair{name, value})
	}
	return nil
}

// CheckName refuses a name that no parameter has, before anybody reads its value.
func CheckName(name string) error {
	if _, err := find(name); err != nil {
		return err
	}
	return nil
}

// find returns the place of a name among names.
func find(name string) (int, *fault.Error) {
	known, ok := slices.BinarySearch(names, name)
	if !ok && strings.HasPrefix("&"+name, escapedAmpersand) { // a proxy has percent-encoded the ";"
		return 0, refuse(name, `the name %s begins with "amp;", so the link was escaped for HTML once too often: want "&" between parameters, not "&amp;"`, opt.Quote(name))
	}
	if !ok {
		return 0, refuse(name, "there is no parameter %s; did you mean %s? docs/parameters.md lists all", opt.Quote(name),
			opt.Nearest(name, names))
	}
	return known, nil
}

// isControl reports an ASCII control character (RFC 20 §5.2).
func isControl(r rune) bool { return r < ' ' || r == 0x7f }

func refuse(name, format string, args ...any) *fault.Error {
	err := fault.New(fault.BadParameter, format, args...)
	err.Param = name
	return err
}

// hint helps with the commonest mistake: a url put into the query as it is, whose own "&" ends the value.
func hint(err *fault.Error, piece, raw string) error {
	const url = "url="
	if !strings.HasPrefix(piece, url) && (strings.HasPrefix(raw, url) || strings.Contains(raw, "&"+url)) {
		err.Detail += "; if this is part of the source URL, percent-encode that URL"
	}
	return err
}

// Signed reports whether there was a sig, maybe an empty one.
func (q Query) Signed() bool { return q.signed }

// Sig returns the signature as it was sent, "" when there was none.
func (q Query) Sig() string { return q.sig }

// Names lists the names of the query other than sig, sorted.
func (q Query) Names() []string {
	list := make([]string, len(q.pairs))
	for i, p := range q.pairs {
		list[i] = p.Name
	}
	return list
}

// With returns the query without p, and with those parameters of a preset that it does not have itself. What was signed is
// told by the query as it was.
func (q Query) With(preset Query) Query {
	pairs := make([]Pair, 0, len(q.pairs)+len(preset.pairs))
	for _, p := range q.pairs {
		if p.Name != "p" {
			pairs = append(pairs, p)
		}
	}
	for _, p := range preset.pairs {
		if at, given := slices.BinarySearchFunc(pairs, p.Name, byName); !given {
			pairs = slices.Insert(pairs, at, p)
		}
	}
	q.pairs = pairs
	return q
}

// Get returns the decoded value of a parameter other than sig, "" when it is absent: no value is empty.
func (q Query) Get(name string) string {
	for _, p := range q.pairs {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// Only refuses what is not one of these parameters, and a query without the first of them.
func (q Query) Only(names ...string) error {
	if q.signed {
		return refuse("sig", "sig: want no signature here")
	}
	for _, p := range q.pairs {
		if !slices.Contains(names, p.Name) {
			return refuse(p.Name, "%s: want %s alone here", p.Name, strings.Join(names, " and "))
		}
	}
	if q.Get(names[0]) == "" {
		return refuse(names[0], "%s is missing", names[0])
	}
	return nil
}

// Expires returns the time in t, the zero time when there is none. It can be asked before Request, because an
// expired URL is refused before its other values are read.
func (q Query) Expires() (time.Time, error) {
	var expires time.Time
	if text := q.Get("t"); text != "" {
		if err := expiryOption(&expires).Parse(text); err != nil {
			return time.Time{}, toFault(err)
		}
	}
	return expires, nil
}

// Request reads the values. It fails with fault.BadParameter, BadSource or OutputTooLarge, the parameter named.
func (q Query) Request() (Request, error) {
	if q.Get("url") == "" {
		return Request{}, refuse("url", "url is missing, want the URL of a picture")
	}
	f := forms.Get().(*form)
	defer forms.Put(f)
	f.Request = Request{}
	if err := q.read(f.options); err != nil {
		return Request{}, err
	}
	return f.Request, f.Params.check()
}

// Params reads the values of a query that comes with its picture, as an upload does: url, t, v and sig are refused.
func (q Query) Params() (Params, error) {
	var p Params
	if q.signed {
		return Params{}, meaningless("sig")
	}
	if err := q.read(p.Options()); err != nil {
		return Params{}, err
	}
	return p, p.check()
}

func (q Query) read(options []opt.Option) error {
	for _, p := range q.pairs {
		i := slices.IndexFunc(options, func(o opt.Option) bool { return o.Name == p.Name })
		if i < 0 {
			return meaningless(p.Name)
		}
		if err := options[i].Parse(p.Value); err != nil {
			return toFault(err)
		}
	}
	return nil
}

func meaningless(name string) error {
	return refuse(name, "%s cannot be used when the picture itself is sent", name)
}

// toFault turns a refused value into a fault; a value that failed with a fault of its own keeps its kind.
func toFault(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	var bad *opt.Error
	if errors.As(err, &bad) {
		return refuse(bad.Name, "%s", bad.Error())
	}
	return err
}
