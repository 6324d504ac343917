package purge

import (
	"encoding/hex"
	"iter"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/source"
)

// Target is what is purged: the results of one source, of one v of it, or of all sources below a prefix.
type Target struct {
	Source  string // normalised; of a prefix up to its last slash
	Version string // "" = all
	Prefix  bool
}

// everything ends a prefix.
const everything = "/*"

// maxDepth bounds the slashes of a prefix: a hit looks for one prefix after each.
const maxDepth = 16

// versionMark stands between source and v where both are meant. No source has a line break.
const versionMark = "\nv="

// Read returns the target that a url and a v name. A url that ends with "/*" means all sources below. It fails with
// fault.BadSource or fault.BadParameter.
func Read(url, version string) (Target, error) {
	rest, prefix := strings.CutSuffix(url, everything)
	if !prefix {
		normal, err := source.Normal(url)
		return Target{Source: normal, Version: version}, err
	}
	if version != "" {
		return Target{}, refuse("v", "v: want no v with a url that ends with /*")
	}
	normal, err := source.Normal(rest + "/x") // some source below
	normal, below := strings.CutSuffix(normal, "x")
	switch {
	case err != nil:
		return Target{}, err
	case strings.Contains(normal, "?") || !below || !strings.HasSuffix(normal, "/"):
		return Target{}, refuse("url", "url: want no ? and no # in a url that ends with /*")
	case strings.Count(normal, "/") > maxDepth:
		return Target{}, refuse("url", "url: want at most %d slashes in a url that ends with /*", maxDepth)
	}
	return Target{Source: normal, Prefix: true}, nil
}

func refuse(param, format string, args ...any) error {
	err := fault.New(fault.BadParameter, format, args...)
	err.Param = param
	return err
}

// Tag returns a short name of a source that gives nothing away, for CDNs that purge by tags: the first 16 digits of its
// SHA-256.
func Tag(source string) string {
	h := hashOf(source)
	return hex.EncodeToString(h[:8])
}

func (t Target) record() record {
	switch {
	case t.Prefix:
		return record{kind: kindPrefix, hash: hashOf(t.Source)}
	case t.Version != "":
		return record{kind: kindVersion, hash: hashOf(t.Source + versionMark + t.Version)}
	}
	return record{kind: kindSource, hash: hashOf(t.Source)}
}

// Shown returns the target as the log shows it.
func (t Target) Shown() string {
	if t.Prefix {
		return t.Source + "*"
	}
	return source.Shown(t.Source)
}

// prefixes yields the lengths of all prefixes that a source may be purged by.
func prefixes(source string) iter.Seq[int] {
	return func(yield func(int) bool) {
		path, _, _ := strings.Cut(source, "?")
		for i, n := 0, 0; i < len(path) && n < maxDepth; i++ {
			if path[i] == '/' {
				n++
				if !yield(i + 1) {
					return
				}
			}
		}
	}
}
