package format

import (
	"iter"
	"slices"
	"strings"
)

// Negotiate replaces Auto by what the client can show: AVIF when accept, the value of the Accept header
// (RFC 9110 §12.5.1; several header lines joined with commas), names image/avif with a weight above 0, else WebP
// when it names image/webp so, else Legacy. A format that is not in allowed is passed over.
//
// Wildcards name nothing: every client sends */*, also those that cannot show AVIF. Weights are not compared
// with each other, because clients that list both do not mean to ask for the larger file. Media type parameters
// are ignored, and so is a list element with a malformed weight.
func Negotiate(accept string, allowed []Format) Format {
	for _, f := range []Format{AVIF, WebP} {
		if slices.Contains(allowed, f) && named(accept, f.MIME()) {
			return f
		}
	}
	return Legacy
}

// NegotiateMoving is Negotiate for a result that moves: WebP for a client that names it, else GIF, which every client
// shows; Unknown where neither is allowed. A WebP that the engine of this build cannot move is passed over.
func NegotiateMoving(accept string, allowed []Format) Format {
	switch {
	case slices.Contains(allowed, WebP) && WebP.Portable() && named(accept, WebP.MIME()):
		return WebP
	case slices.Contains(allowed, GIF):
		return GIF
	}
	return Unknown
}

// named reports whether a list element of accept is mime with a weight above 0.
func named(accept, mime string) bool {
	for element := range fields(accept, ',') {
		if accepts(element, mime) {
			return true
		}
	}
	return false
}

// accepts reports whether one list element (media-range [ weight ]) is mime with a weight above 0.
func accepts(element, mime string) bool {
	first, ok := true, false
	for part := range fields(element, ';') {
		if first {
			first, ok = false, strings.EqualFold(part, mime)
			continue
		}
		if name, value, _ := strings.Cut(part, "="); ok && strings.EqualFold(name, "q") {
			return positive(value)
		}
	}
	return ok
}

// positive reports whether q is a well-formed weight (RFC 9110 §12.4.2: 0 to 1, up to three decimals) above 0.
func positive(q string) bool {
	whole, decimals, _ := strings.Cut(q, ".")
	if len(decimals) > 3 || strings.Trim(decimals, "0123456789") != "" {
		return false
	}
	rest := strings.Trim(decimals, "0")
	return whole == "1" && rest == "" || whole == "0" && rest != ""
}

// fields yields the parts of s between separators that stand outside quoted strings (RFC 9110 §5.6.4),
// without the white space around them.
func fields(s string, sep byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		start, quoted := 0, false
		for i := 0; i < len(s); i++ {
			switch c := s[i]; {
			case c == '"':
				quoted = !quoted
			case c == '\\' && quoted:
				i++ // a quoted pair
			case c == sep && !quoted:
				if !yield(strings.Trim(s[start:i], " \t")) {
					return
				}
				start = i + 1
			}
		}
		yield(strings.Trim(s[start:], " \t"))
	}
}
