// Package dialect answers the URLs of other image servers. Each dialect is a package below that turns a request target
// into a param.Request; this one tells which of them a target is for. What no dialect can say in our words is refused in
// its own.
package dialect

import (
	"net"
	"slices"
	"strings"

	"imagekit/internal/param"
)

// Target is a request target as it stands on the wire, still percent-encoded.
type Target struct {
	Path  string // begins with "/"; a prefix that names the dialect is taken off
	Query string // without its "?"
}

// Reader reads the targets of one dialect. Errors are faults. Safe for concurrent use.
type Reader interface {
	// Takes reports whether a target has the form of this dialect, whatever it asks for.
	Takes(t Target) bool
	// Verify reports whether the target is signed. It fails with fault.BadSignature when it should be and is not, before
	// anything else of it is looked at.
	Verify(t Target) (signed bool, err error)
	// Read returns what the target asks for.
	Read(t Target) (param.Request, error)
}

// Entry says where a dialect is spoken.
type Entry struct {
	Name   string
	Host   string // of requests; "" = any
	Prefix string // of their paths, as "/ip"; "" = none
	Query  bool   // its queries mean something; others are not part of the URL
	Reader Reader
}

// named reports whether a host or a prefix names the dialect, so that its form need not.
func (e Entry) named() bool { return e.Host != "" || e.Prefix != "" }

// Set is the dialects that are spoken here, in the order in which forms are tried. A nil Set speaks none.
type Set []Entry

// Found is a target and the dialect that it is in.
type Found struct {
	Entry
	Target
}

// Ours lists the first segments of the paths that belong to this service, whatever a dialect says.
var Ours = []string{
	"img", "sign", "upload", "source", "cache", "health", "ready", "metrics", "stats", "openapi.json", "llms.txt", "assets",
}

// Find returns the dialect of a request target, as the request line has it. Host and prefix decide where they are given,
// then the form; exactly one dialect is chosen, and nobody tries another key.
func (s Set) Find(host, target string) (Found, bool) {
	if len(s) == 0 {
		return Found{}, false
	}
	t := split(target)
	if slices.Contains(Ours, first(t.Path)) {
		return Found{}, false
	}
	host = withoutPort(host)
	for _, named := range []bool{true, false} {
		meant := false
		for _, e := range s {
			at, ok := e.at(host, t)
			if !ok || e.named() != named || !e.mayTake(first(at.Path)) {
				continue
			}
			meant = true
			if e.Reader.Takes(at) {
				return Found{e, at}, true
			}
		}
		if meant && named { // another form would be another dialect's, which is not spoken there
			break
		}
	}
	return Found{}, false
}

// owners lists first segments that belong to one dialect, whatever form others take.
var owners = map[string]string{"cdn-cgi": "cloudflare", "_next": "next"}

func (e Entry) mayTake(first string) bool {
	owner, owned := owners[first]
	return !owned || owner == e.Name
}

// at returns the target without the entry's prefix, if host and prefix are the entry's.
func (e Entry) at(host string, t Target) (Target, bool) {
	if e.Host != "" && e.Host != host {
		return t, false
	}
	rest, ok := strings.CutPrefix(t.Path, e.Prefix)
	t.Path = rest
	return t, ok && strings.HasPrefix(rest, "/")
}

// split takes a target apart; of one in absolute form (RFC 9112 §3.2.2) it drops scheme and host.
func split(target string) Target {
	if !strings.HasPrefix(target, "/") {
		_, rest, _ := strings.Cut(target, "://")
		_, path, _ := strings.Cut(rest, "/")
		target = "/" + path
	}
	path, query, _ := strings.Cut(target, "?")
	return Target{path, query}
}

// first returns the first segment of a path.
// NotBase64 reports whether a character is none of the URL-safe base64 alphabet (RFC 4648 §5), of which signatures are.
func NotBase64(c rune) bool {
	return (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_'
}

func first(path string) string {
	segment, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return segment
}

func withoutPort(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// Names lists the dialects that are spoken.
func (s Set) Names() []string {
	var list []string
	for _, e := range s {
		if !slices.Contains(list, e.Name) {
			list = append(list, e.Name)
		}
	}
	return list
}
