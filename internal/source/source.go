// Package source knows where pictures come from: one row a scheme, which says how its sources are written and what of
// them the log shows. Who fetches them is handed in.
package source

import (
	"context"
	"strconv"
	"strings"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/opt"
)

// MaxLen bounds a source in bytes, as it is asked for and as a redirect names it.
const MaxLen = 4096

// Kind is where a source comes from: a row of the table.
type Kind uint8

// The kinds.
const (
	Web    Kind = iota // http and https
	Sample             // the built-in pictures
	Local              // files of a folder
	kinds
)

// row is all that is to be known of a kind beside its Fetcher.
type row struct {
	want   string                           // how a source of it is written
	is     func(raw string) bool            // tells by the scheme
	normal func(raw string) (string, error) // returns the one spelling of a source
	shown  func(source string) string       // returns what the log shows of it
	off    string                           // says that nobody fetches it here
}

var table = [kinds]row{
	Web: {
		want: "an absolute http or https URL", is: isWeb, normal: normalWeb, shown: withoutQuery,
		off: "sources from the web are turned off",
	},
	Sample: {
		want: SamplePrefix + "NAME", is: isSample, normal: normalSample, shown: whole,
		off: "the built-in samples are turned off (IMAGEKIT_SAMPLES)",
	},
	Local: {
		want: LocalPrefix + "PATH", is: isLocal, normal: normalLocal, shown: whole,
		off: "there is no folder of pictures here (IMAGEKIT_LOCAL_ROOT)",
	},
}

// kindOf returns the kind of a source by its scheme; false: nobody's.
func kindOf(raw string) (Kind, bool) {
	for k, r := range table {
		if r.is(raw) {
			return Kind(k), true
		}
	}
	return 0, false
}

// Is reports whether the text begins as a source does.
func Is(text string) bool {
	_, ok := kindOf(text)
	return ok
}

// Normal returns the one spelling of a source under which it is fetched and cached. It fails with fault.BadSource, naming
// what was wrong.
func Normal(raw string) (string, error) {
	if len(raw) > MaxLen {
		return "", bad("want at most %d bytes, got %d", MaxLen, len(raw))
	}
	if strings.HasPrefix(raw, "/") && !strings.HasPrefix(raw, "//") { // a file's path, or one below IMAGEKIT_BASE_URL, which package addressing knows
		raw = LocalPrefix + raw[1:]
	}
	k, ok := kindOf(raw)
	if !ok {
		if err := plain(raw); err != nil {
			return "", err
		}
		return "", bad("want %s, got %s", wanted(""), opt.Quote(beforeUser(raw)))
	}
	return table[k].normal(raw)
}

// Want says what Normal accepts.
func Want() string { return wanted(" of at most " + strconv.Itoa(MaxLen) + " bytes") }

// wanted lists how sources are written, with a remark on the first.
func wanted(remark string) string {
	list := table[0].want + remark
	for _, r := range table[1:] {
		list += ", or " + r.want
	}
	return list
}

// Shown returns what the log shows of a normalised source.
func Shown(source string) string {
	k, _ := kindOf(source)
	return table[k].shown(source)
}

// Fetcher gets the source at a normalised URL. Errors are faults.
type Fetcher interface {
	Fetch(ctx context.Context, url string) (*blob.Blob, error)
}

// Router is a Fetcher that sends each source to the one of its kind; nil = switched off.
type Router [kinds]Fetcher

// Fetch returns the source from where it belongs, or fault.SourceForbidden where its kind is switched off.
func (r Router) Fetch(ctx context.Context, url string) (*blob.Blob, error) {
	k, ok := kindOf(url)
	if !ok {
		return nil, bad("want %s", wanted(""))
	}
	if r[k] == nil {
		return nil, fault.New(fault.SourceForbidden, "%s", table[k].off)
	}
	return r[k].Fetch(ctx, url)
}

func bad(format string, args ...any) error {
	err := fault.New(fault.BadSource, "url: "+format, args...)
	err.Param = "url"
	return err
}

// SamplePrefix begins the source of a built-in picture: sample:NAME.
const SamplePrefix = "sample:"

func isSample(raw string) bool { return strings.HasPrefix(raw, SamplePrefix) }

func normalSample(raw string) (string, error) {
	name := strings.TrimPrefix(raw, SamplePrefix)
	strange := func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' }
	if name == "" || strings.ContainsFunc(name, strange) {
		return "", bad("want sample:NAME with a-z, 0-9 and - in NAME, got %s", opt.Quote(raw))
	}
	return raw, nil
}

func whole(source string) string { return source }
