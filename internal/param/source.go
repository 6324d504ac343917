package param

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"imagekit/internal/fault"
	"imagekit/internal/opt"
)

// SamplePrefix begins the source of a built-in picture: sample:NAME.
const SamplePrefix = "sample:"

// Source returns the one spelling of a source URL under which it is fetched and cached.
//
// It wants an absolute http or https URL of at most 4096 bytes with a host, a port of 1…65535 if any, no user info
// and no IPv6 zone. The host becomes lower-case ASCII (IDNA, UTS 46), a scheme's usual port and the fragment are
// dropped, an empty path becomes "/", and bytes a URL may not hold (RFC 3986 §2) are percent-encoded; escapes that
// are there already stay as they are. sample:NAME is returned as it is.
// It fails with fault.BadSource, naming what was wrong.
func Source(raw string) (string, error) {
	if len(raw) > maxSource {
		return "", badSource("want at most %d bytes, got %d", maxSource, len(raw))
	}
	if name, ok := strings.CutPrefix(raw, SamplePrefix); ok {
		if !isSampleName(name) {
			return "", badSource("want sample:NAME with a-z, 0-9 and - in NAME, got %s", opt.Quote(raw))
		}
		return raw, nil
	}
	if strings.ContainsFunc(raw, isControl) {
		return "", badSource("want a URL without control characters")
	}
	scheme, rest, found := strings.Cut(raw, "://")
	scheme = strings.ToLower(scheme)
	if !found || scheme != "http" && scheme != "https" {
		return "", badSource("want an absolute http or https URL, or sample:NAME, got %s", opt.Quote(beforeUser(raw)))
	}
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

func badSource(format string, args ...any) error {
	err := fault.New(fault.BadSource, "url: "+format, args...)
	err.Param = "url"
	return err
}

// beforeUser cuts what may be a password from a URL that is shown in an error.
func beforeUser(raw string) string {
	if before, _, found := strings.Cut(raw, "@"); found {
		before, _, _ = strings.Cut(before, ":")
		return before + ":…"
	}
	return raw
}

func isSampleName(name string) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return name != ""
}

// normalAuthority returns host or host:port (RFC 3986 §3.2).
func normalAuthority(scheme, authority string) (string, error) {
	if strings.Contains(authority, "@") {
		return "", badSource("want no user name or password")
	}
	host, port, hasPort := cutPort(authority)
	n, ok := opt.Whole(port)
	if hasPort && (!ok || n < 1 || n > 65535) {
		return "", badSource("want a port 1…65535, got %s", opt.Quote(port))
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
		return "", badSource("want a host name or IP address, got %s", opt.Quote(host))
	}
	ascii = strings.TrimSuffix(ascii, ".")
	if endsInNumber(ascii) && !isIPv4(ascii) {
		return "", badSource("want an IPv4 address as four decimal numbers without leading zeros, got %s", opt.Quote(host))
	}
	return ascii, nil
}

func normalIPv6(host string) (string, error) {
	inner, closed := strings.CutSuffix(host[1:], "]")
	addr, err := netip.ParseAddr(inner)
	if !closed || err != nil || !addr.Is6() || addr.Zone() != "" {
		return "", badSource("want an IPv6 address without zone in brackets, got %s", opt.Quote(host))
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
		if base == 10 && (last[i] < '0' || last[i] > '9') || !isHex(last[i]) {
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
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 || c == '%' && !isEscape(s[i:]) {
			escape(&b, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// source is the source URL of a request; it is normalised when it is set.
type source struct{ to *string }

func (s source) String() string { return *s.to }

func (s source) Set(raw string) error {
	normal, err := Source(raw)
	if err == nil {
		*s.to = normal
	}
	return err
}

func (source) Want() string {
	return "an absolute http or https URL of at most " + strconv.Itoa(maxSource) + " bytes, or sample:NAME"
}
