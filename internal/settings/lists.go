package settings

import (
	"flag"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"imagekit/internal/format"
	"imagekit/internal/opt"
)

// list is a comma list; its errors name the piece that is wrong.
type list[T any] struct {
	to    *[]T
	parse func(string) (T, bool)
	write func(T) string
	want  string
}

func (l list[T]) String() string {
	texts := make([]string, len(*l.to))
	for i, v := range *l.to {
		texts[i] = l.write(v)
	}
	return strings.Join(texts, ",")
}

func (l list[T]) Set(text string) error {
	var values []T
	for piece := range strings.SplitSeq(text, ",") {
		piece = strings.TrimSpace(piece)
		v, ok := l.parse(piece)
		if !ok {
			return &opt.Error{Value: piece}
		}
		values = append(values, v)
	}
	*l.to = values
	return nil
}

func (l list[T]) Want() string { return "a comma list of " + l.want }

func networks(to *[]netip.Prefix) list[netip.Prefix] {
	return list[netip.Prefix]{to, parseNetwork, netip.Prefix.String, "networks such as 10.0.0.0/8 or addresses"}
}

// OverUnix stands among the trusted proxies for those that connect by a Unix socket.
var OverUnix = netip.Prefix{}

// proxies are networks and the word unix.
func proxies(to *[]netip.Prefix) flag.Value {
	return list[netip.Prefix]{to, func(text string) (netip.Prefix, bool) {
		if text == "unix" {
			return OverUnix, true
		}
		return parseNetwork(text)
	}, func(p netip.Prefix) string {
		if p == OverUnix {
			return "unix"
		}
		return p.String()
	}, "networks such as 10.0.0.0/8, addresses or unix"}
}

// parseNetwork reads a CIDR (RFC 4632) without bits beyond its length, or a single address.
func parseNetwork(text string) (netip.Prefix, bool) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), addr.Zone() == ""
	}
	p, err := netip.ParsePrefix(text)
	return p, err == nil && p == p.Masked()
}

func ports(to *[]uint16) list[uint16] {
	return list[uint16]{to, func(text string) (uint16, bool) {
		n, ok := opt.Whole(text)
		return uint16(n), ok && n >= 1 && n <= math.MaxUint16
	}, func(n uint16) string { return strconv.Itoa(int(n)) }, "ports 1…65535"}
}

func formats(to *[]format.Format) list[format.Format] {
	return list[format.Format]{to, func(text string) (format.Format, bool) {
		f, err := format.Parse(text)
		return f, err == nil
	}, format.Format.String, "formats: jpeg, webp, avif, png, gif"}
}

// inputs are formats of sources.
func inputs(to *[]format.Format) list[format.Format] {
	return list[format.Format]{to, func(text string) (format.Format, bool) {
		f, err := format.ParseInput(text)
		return f, err == nil
	}, format.Format.String, "formats: jpeg, png, webp, avif, gif, bmp, ico, tiff, pnm, qoi"}
}

func hosts(to *[]string) list[string] {
	return list[string]{
		to, parseHost, func(h string) string { return h },
		"hosts such as example.com or *.example.com, without scheme and port, other scripts as xn--…",
	}
}

// parseHost reads a host name, an IP address or a pattern for all hosts below a name.
func parseHost(text string) (string, bool) {
	text = strings.ToLower(strings.TrimSuffix(text, "."))
	if addr, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return addr.String(), true
	}
	name := strings.TrimPrefix(text, "*.")
	labels := strings.Split(name, ".")
	return text, !slices.ContainsFunc(labels, func(label string) bool {
		return label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != ""
	})
}
