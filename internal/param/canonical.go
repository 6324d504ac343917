package param

import (
	"strings"

	"imagekit/internal/percent"
)

// literal marks the bytes that stand for themselves in the canonical text. "%", "&", "+", "#", ";" and "=" between
// name and value belong to the structure; "=" inside a value is harmless, because the first one splits.
var literal = func() (table [256]bool) {
	for c := range table {
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			table[c] = true
		case c < 0x80:
			table[c] = strings.IndexByte("-._~:/?@,=!$'()*", byte(c)) >= 0
		}
	}
	return table
}()

// Canonical returns the text that is signed: every parameter but sig, sorted by name, as name=value joined with "&",
// where value is percent-encoded with upper-case hex, and "*" for what is free. Two queries have the same canonical text
// exactly if they have the same parameters, but for the values of what is free. It is ASCII and a valid query.
func (q Query) Canonical() string { return join(q.signedPairs()) }

// Spelling returns the one way to write the query without its sig: the canonical text with the values of what is free.
func (q Query) Spelling() string { return join(q.pairs) }

func join(pairs []Pair) string {
	size := 0
	for _, p := range pairs {
		size += len(p.Name) + len("=&") + len(p.Value) + 2*countEscapes(p.Value)
	}
	var b strings.Builder
	b.Grow(size)
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.Name)
		b.WriteByte('=')
		escape(&b, p.Value)
	}
	return b.String()
}

// escape writes a value as it stands in the canonical text.
func escape(b *strings.Builder, value string) {
	for i := range len(value) {
		if c := value[i]; literal[c] {
			b.WriteByte(c)
		} else {
			percent.Escape(b, c)
		}
	}
}

// Unescape undoes what Canonical and Normal do to a value.
func Unescape(value string) (string, bool) { return decode(value) }

func countEscapes(s string) int {
	n := 0
	for i := range len(s) {
		if !literal[s[i]] {
			n++
		}
	}
	return n
}

// decode undoes percent-encoding byte by byte and reads "+" as a space. It fails on a "%" without two hexadecimal digits.
func decode(s string) (string, bool) {
	if !strings.ContainsAny(s, "%+") {
		return s, true
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '+':
			b.WriteByte(' ')
		case '%':
			if !percent.IsEscape(s[i:]) {
				return "", false
			}
			b.WriteByte(unhex(s[i+1])<<4 | unhex(s[i+2]))
			i += 2
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), true
}

// unhex returns the value of a hexadecimal digit.
func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}
