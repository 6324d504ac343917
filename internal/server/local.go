package server

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"imagekit/internal/clientip"
)

// Why a request is not local. The log alone tells it.
var (
	errLocalOff    = errors.New("nobody is local (IMAGEKIT_LOCAL=off)")
	errRemote      = errors.New("the caller is on another machine")
	errForwarded   = errors.New("a header says that the caller speaks for somebody else")
	errForeignHost = errors.New("the Host is no loopback name")
	errForeignPage = errors.New("a page of another site asks")
)

// local returns nil for a request of the operator: it comes from this machine, nobody speaks for somebody else, no page
// of another site has sent it, and its connection belongs to the user of this server or to root. A proxy of this machine
// can fail to say that it is one, but it cannot pretend to be that user.
func (s *Server) local(r *http.Request) error {
	if err := near(r); err != nil {
		return err
	}
	if foreignPage(r.Header) {
		return errForeignPage
	}
	return s.owned(r)
}

// localOrPage is local for what pages may show: a page of another loopback name is good, although to a browser
// localhost and 127.0.0.1 are two sites.
func (s *Server) localOrPage(r *http.Request) error {
	if err := near(r); err != nil {
		return err
	}
	if foreignPage(r.Header) && !loopbackPage(r.Header) {
		return errForeignPage
	}
	return s.owned(r)
}

// near returns nil for a request from this machine by what it says of itself: a loopback peer, no forwarding header, and
// a Host that names loopback, so that neither DNS rebinding nor most proxies get in. The peer of a Unix socket has no
// address and is not near.
func near(r *http.Request) error {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	switch {
	case err != nil || !peer.Addr().Unmap().IsLoopback():
		return errRemote
	case clientip.Forwarded(r.Header):
		return errForwarded
	case !loopbackHost(r.Host):
		return errForeignHost
	}
	return nil
}

// owned returns nil when the connection belongs to the user of this server or to root. It asks the kernel, last of all.
func (s *Server) owned(r *http.Request) error {
	if s.LocalOff {
		return errLocalOff
	}
	if s.Owner == nil {
		return nil
	}
	peer, _ := netip.ParseAddrPort(r.RemoteAddr) // near has read it
	var here netip.AddrPort
	if addr, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		here = addr.AddrPort()
	}
	return s.Owner(peer, here)
}

// foreignPage reports whether a browser says that a page of another site has sent the request. What is no browser sends
// none of these fields. Ports do not matter: whoever serves at a port of this machine is on it.
func foreignPage(h http.Header) bool {
	for _, site := range h.Values("Sec-Fetch-Site") {
		if site != "none" && site != "same-origin" && site != "same-site" { // none: a person typed the address
			return true
		}
	}
	return slices.ContainsFunc(pages(h), notLoopback)
}

// loopbackPage reports whether the page that has sent the request is of this machine, and says so.
func loopbackPage(h http.Header) bool {
	from := pages(h)
	return len(from) > 0 && !slices.ContainsFunc(from, notLoopback)
}

// pages returns what a browser says of the page that has sent the request.
func pages(h http.Header) []string { return slices.Concat(h.Values("Origin"), h.Values("Referer")) }

// notLoopback reports whether an origin or a page's URL is of anything but a loopback name; "null" is.
func notLoopback(page string) bool {
	u, err := url.Parse(page)
	return err != nil || u.Scheme != "http" && u.Scheme != "https" || !loopbackHost(u.Host)
}

func loopbackHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport // without a port
	}
	switch strings.ToLower(host) {
	case "localhost", "127.0.0.1", "::1", "[::1]":
		return true
	}
	return false
}
