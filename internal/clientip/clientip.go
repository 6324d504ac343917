// Package clientip tells whose request it is: the address of the client behind the proxies the operator trusts.
package clientip

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Resolver finds client addresses. It is safe for concurrent use.
type Resolver struct {
	trusted []netip.Prefix
	unix    bool // peers on Unix sockets are trusted
}

// New returns a resolver that believes X-Forwarded-For from peers in trusted, and from nobody else. The zero Prefix
// stands for all peers on Unix sockets, which have no address.
func New(trusted []netip.Prefix) *Resolver {
	r := &Resolver{trusted: make([]netip.Prefix, len(trusted)), unix: slices.Contains(trusted, netip.Prefix{})}
	for i, p := range trusted {
		if p.Addr().Is4In6() && p.Bits() >= 96 { // addresses are compared unmapped
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		r.trusted[i] = p
	}
	return r
}

// Trusts reports whether addr belongs to a trusted proxy.
func (r *Resolver) Trusts(addr netip.Addr) bool {
	addr = plain(addr)
	return slices.ContainsFunc(r.trusted, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// TrustsPeer reports whether the peer of a request (http.Request.RemoteAddr) is a trusted proxy.
func (r *Resolver) TrustsPeer(remoteAddr string) bool {
	peer, ok := parse(remoteAddr)
	return ok && r.Trusts(peer) || !ok && r.unix
}

// From returns the client of a request from its peer (http.Request.RemoteAddr) and its header.
//
// Each proxy appends the address it was called from to X-Forwarded-For, so only the right end is worth
// believing: from a trusted peer the entries of all header lines are walked right to left, up to the first
// that is no trusted proxy. An entry that is not an address ends the walk at the proxy that sent it. The
// result has no zone and is never an IPv4-mapped IPv6 address; it is the zero Addr when the peer has no
// address (a Unix socket).
func (r *Resolver) From(remoteAddr string, h http.Header) netip.Addr {
	client, ok := parse(remoteAddr)
	if !ok && !r.unix {
		return netip.Addr{}
	}
	for _, line := range slices.Backward(h.Values("X-Forwarded-For")) {
		for more := true; more; {
			if client.IsValid() && !r.Trusts(client) {
				return client
			}
			var entry string
			line, entry, more = cutLast(line)
			next, ok := parse(entry)
			if !ok {
				return client
			}
			client = next
		}
	}
	return client
}

// cutLast splits the last element off a comma list; more is false when it was the only one.
func cutLast(list string) (rest, last string, more bool) {
	i := strings.LastIndexByte(list, ',')
	if i < 0 {
		return "", list, false
	}
	return list[:i], list[i+1:], true
}

// parse reads an address with or without a port and brackets: some proxies append the port.
func parse(s string) (netip.Addr, bool) {
	s = strings.Trim(s, " \t")
	if addr, err := netip.ParseAddr(s); err == nil {
		return plain(addr), true
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return plain(ap.Addr()), true
	}
	if inner, ok := strings.CutPrefix(s, "["); ok {
		if inner, ok = strings.CutSuffix(inner, "]"); ok {
			addr, err := netip.ParseAddr(inner)
			return plain(addr), err == nil && addr.Is6()
		}
	}
	return netip.Addr{}, false
}

// plain drops what makes one host look like several: the zone and the IPv4-mapped form.
func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }

// Key returns what counts as one client: an IPv4 address, or the /64 of an IPv6 address, because a /64 is
// what a single subscriber gets (RFC 6177) and can draw addresses from at will.
func Key(addr netip.Addr) string {
	addr = plain(addr)
	if !addr.Is6() {
		return addr.String()
	}
	p, _ := addr.Prefix(64) // 64 bits always fit an IPv6 address
	return p.String()
}

// forwarding lists the fields, beside X-Forwarded-*, by which proxies and CDNs say for whom they speak or that they do.
var forwarding = []string{
	// RFC 7239, nginx, RFC 9110 §7.6.3, Cloudflare, Akamai
	"Forwarded", "X-Real-Ip", "Via", "Cf-Connecting-Ip", "True-Client-Ip",
	// RFC 8586, Azure, Rackspace, Fastly, ingress-nginx
	"Cdn-Loop", "X-Client-Ip", "X-Cluster-Client-Ip", "Fastly-Client-Ip", "X-Original-Forwarded-For",
}

// Forwarded reports whether a proxy speaks for somebody else: the request carries X-Forwarded-* or another field that
// only proxies write. Such a request is not local, wherever its connection comes from.
func Forwarded(h http.Header) bool {
	for name := range h {
		name = http.CanonicalHeaderKey(name)
		if strings.HasPrefix(name, "X-Forwarded-") || slices.Contains(forwarding, name) {
			return true
		}
	}
	return false
}
