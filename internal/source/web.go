package source

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"imagekit/internal/fault"
	"imagekit/internal/opt"
	"imagekit/internal/percent"
)

// URL reads a web source with net/url, as it is going to be asked for, and checks again what matters then: what Normal
// promises must hold for what net/url makes of it.
func URL(normal string) (*url.URL, error) {
	u, err := url.Parse(normal)
	if err != nil {
		return nil, fault.Wrap(fault.BadSource, err, "the source is not a valid URL")
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fault.New(fault.BadSource, "want an absolute http or https URL, got scheme %.20q", u.Scheme)
	}
	if u.Hostname() == "" || u.User != nil {
		return nil, fault.New(fault.BadSource, "the source URL must have a host and no user name or password")
	}
	return u, nil
}

// isWeb takes a scheme in any case (RFC 3986 §3.1).
func isWeb(raw string) bool {
	scheme, _, found := strings.Cut(raw, "://")
	return found && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// withoutQuery drops what may hold secrets of the origin.
func withoutQuery(source string) string {
	before, _, _ := strings.Cut(source, "?")
	return before
}

// normalWeb wants an absolute http or https URL with a host, a port of 1…65535 if any, no user info and no IPv6 zone.
// The host becomes lower-case ASCII (IDNA, UTS 46), a scheme's usual port and the fragment are dropped, an empty path
// becomes "/", and bytes a URL may not hold (RFC 3986 §2) are percent-encoded; escapes that are there already stay as
// they are.
func normalWeb(raw string) (string, error) {
	if err := plain(raw); err != nil {
		return "", err
	}
	scheme, rest, _ := strings.Cut(raw, "://")
	scheme = strings.ToLower(scheme)
	rest, _, _ = strings.Cut(rest, "#")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, err := normalAuthority(scheme, rest[:end])
	if err != nil {
		return "", err
	}
	return scheme + "://" + authority + normalPath(rest[end:]), nil
}

// plain refuses ASCII control characters (RFC 20 §5.2).
func plain(raw string) error {
	if strings.ContainsFunc(raw, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return bad("want a URL without control characters")
	}
	return nil
}

// beforeUser cuts what may be a password from a URL that is shown in an error.
func beforeUser(raw string) string {
	if before, _, found := strings.Cut(raw, "@"); found {
		before, _, _ = strings.Cut(before, ":")
		return before + ":…"
	}
	return raw
}

// normalAuthority returns host or host:port (RFC 3986 §3.2).
func normalAuthority(scheme, authority string) (string, error) {
	if strings.Contains(authority, "@") {
		return "", bad("want no user name or password")
	}
	host, port, hasPort := cutPort(authority)
	n, ok := opt.Whole(port)
	if hasPort && (!ok || n < 1 || n > 65535) {
		return "", bad("want a port 1…65535, got %s", opt.Quote(port))
	}
	host, err := normalHost(host)
	if err != nil || !hasPort || scheme == "http" && n == 80 || scheme == "https" && n == 443 {
		return host, err
	}
	return host + ":" + strconv.Itoa(n), nil
}

// cutPort splits host and port at the colon that does not belong to an IPv6 address.
func cutPort(authority string) (host, port string, found bool) {
	end := strings.LastIndexByte(authority, ']') + 1
	if end == 0 && strings.HasPrefix(authority, "[") {
		return authority, "", false
	}
	host, port, found = strings.Cut(authority[end:], ":")
	return authority[:end] + host, port, found
}

// hostProfile maps a host to ASCII as browsers do (UTS 46, non-transitional), but lets underscores pass, which
// real hosts have.
var hostProfile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.BidiRule())

func normalHost(host string) (string, error) {
	if strings.HasPrefix(host, "[") {
		return normalIPv6(host)
	}
	ascii, err := hostProfile.ToASCII(host)
	if err == nil && ascii != host { // some rejected input only shows when its encoding is read again
		_, err = hostProfile.ToASCII(ascii)
	}
	if err != nil || !isHostName(strings.TrimSuffix(ascii, ".")) {
		return "", bad("want a host name or IP address, got %s", opt.Quote(host))
	}
	ascii = strings.TrimSuffix(ascii, ".")
	if endsInNumber(ascii) && !isIPv4(ascii) {
		return "", bad("want an IPv4 address as four decimal numbers without leading zeros, got %s", opt.Quote(host))
	}
	return ascii, nil
}

func normalIPv6(host string) (string, error) {
	inner, closed := strings.CutSuffix(host[1:], "]")
	addr, err := netip.ParseAddr(inner)
	if !closed || err != nil || !addr.Is6() || addr.Zone() != "" {
		return "", bad("want an IPv6 address without zone in brackets, got %s", opt.Quote(host))
	}
	return "[" + addr.String() + "]", nil
}

// isHostName holds the lengths of RFC 1035 §2.3.4 and letters, digits, hyphen and underscore in each label.
func isHostName(host string) bool {
	if len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for i := range len(label) {
			c := label[i]
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// endsInNumber reports whether the last label reads as a number, so that some resolvers take the host for an IPv4
// address in decimal, octal or hexadecimal (WHATWG URL, "ends in a number").
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	base := 10
	if digits, ok := strings.CutPrefix(last, "0x"); ok {
		last, base = digits, 16
		if last == "" {
			return true
		}
	}
	for i := range len(last) {
		if base == 10 && (last[i] < '0' || last[i] > '9') || !percent.IsHex(last[i]) {
			return false
		}
	}
	return true
}

func isIPv4(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Is4()
}

// normalPath returns path and query with the bytes escaped that would not pass the wire as they are. A "%" that
// begins no escape is one of them.
func normalPath(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 1)
	if !strings.HasPrefix(s, "/") {
		b.WriteByte('/')
	}
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 || c == '%' && !percent.IsEscape(s[i:]) {
			percent.Escape(&b, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
