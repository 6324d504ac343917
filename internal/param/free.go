package param

import (
	"slices"
	"strings"

	"imagekit/internal/opt"
)

// Free is a set of parameters whose values are not signed, so that one signature serves many pictures.
type Free uint8

// freeNames are the parameters that can be free, sorted; bit i of a Free is the i-th.
var freeNames = [...]string{"dpr", "f", "q", "w"}

// Names lists the set, sorted.
func (f Free) Names() []string {
	var list []string
	for i, name := range freeNames {
		if f&(1<<i) != 0 {
			list = append(list, name)
		}
	}
	return list
}

// Has reports whether a parameter is in the set.
func (f Free) Has(name string) bool {
	i := slices.Index(freeNames[:], name)
	return i >= 0 && f&(1<<i) != 0
}

// String returns the names with commas between them.
func (f Free) String() string { return strings.Join(f.Names(), ",") }

// Set reads names, sorted and each once, so that a set has one spelling. w and dpr both say how many pixels there are, so
// that only one of them can be free.
func (f *Free) Set(text string) error {
	var set Free
	last := ""
	for name := range strings.SplitSeq(text, ",") {
		i := slices.Index(freeNames[:], name)
		if i < 0 || name <= last {
			return errValue
		}
		set |= 1 << i
		last = name
	}
	if set.Has("w") && set.Has("dpr") {
		return &opt.Error{Value: text, Want: "w or dpr, not both"}
	}
	*f = set
	return nil
}

// Want says what Set accepts.
func (*Free) Want() string {
	return "names from " + strings.Join(freeNames[:], ",") + " in this order, each once, w and dpr not both"
}

func freeOption(to *Free) opt.Option {
	return opt.Option{
		Name: "free", Title: "Not signed", To: to, Group: "Request", DefaultDoc: "everything is signed", Example: "w=320&free=w",
		Doc: "Parameters whose values are not part of the signature, so that one signature serves a whole `srcset`. Only " +
			"values from the operator's lists are accepted for them (`IMAGEKIT_WIDTHS`, `IMAGEKIT_QUALITIES`).",
	}
}

// readFree notes what is free, before anybody looks at the signature: it decides what is signed.
func (q *Query) readFree() error {
	text := q.Get("free")
	if text == "" {
		return nil
	}
	var free Free // not q's own, which would put every query on the heap
	if err := freeOption(&free).Parse(text); err != nil {
		return toFault(err)
	}
	q.free = free
	return nil
}

// Free returns the parameters whose values are not signed.
func (q Query) Free() Free { return q.free }

// anyValue stands in the signed text for the value of a free parameter, whether the query has that or not.
const anyValue = "*"

// signedPairs returns the pairs as they are signed.
func (q Query) signedPairs() []Pair {
	if q.free == 0 {
		return q.pairs
	}
	pairs := slices.Clone(q.pairs)
	for _, name := range q.free.Names() {
		at, found := slices.BinarySearchFunc(pairs, name, byName)
		if found {
			pairs[at].Value = anyValue
		} else {
			pairs = slices.Insert(pairs, at, Pair{name, anyValue})
		}
	}
	return pairs
}

func byName(p Pair, name string) int { return strings.Compare(p.Name, name) }
