// Package percent is percent-encoding byte by byte (RFC 3986 §2.1), for package param's queries and package source's URLs.
package percent

import "strings"

// Escape writes the byte as "%" and two upper-case hexadecimal digits.
func Escape(b *strings.Builder, c byte) {
	const hex = "0123456789ABCDEF"
	b.WriteByte('%')
	b.WriteByte(hex[c>>4])
	b.WriteByte(hex[c&15])
}

// IsEscape reports whether s begins with "%" and two hexadecimal digits.
func IsEscape(s string) bool { return len(s) >= 3 && s[0] == '%' && IsHex(s[1]) && IsHex(s[2]) }

// IsHex reports whether c is a hexadecimal digit.
func IsHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
