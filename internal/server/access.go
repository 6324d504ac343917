package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"imagekit/internal/clientip"
	"imagekit/internal/fault"
)

// SetToken sets the bearer token that opens /sign, /upload, /metrics and /stats/cache to remote callers; "" closes them.
func (s *Server) SetToken(token string) {
	if token == "" {
		s.token.Store(nil)
		return
	}
	sum := sha256.Sum256([]byte(token))
	s.token.Store(&sum)
}

// trusted lets through requests from this machine and those with the sign token: whoever can sign can make the
// server fetch and transform anything. Whoever reaches the admin address is the operator, by the choice of that address.
func (s *Server) trusted(x *exchange) error {
	if x.admin || s.bearsToken(x.r.Header.Get("Authorization")) || local(x.r) {
		return nil
	}
	return fault.New(fault.NotAllowed, "%s answers requests from the same machine, or with the header "+
		"\"Authorization: Bearer TOKEN\" where TOKEN is IMAGEKIT_SIGN_TOKEN. Elsewhere, a container's host included, "+
		"run \"imagekit sign\" where the secret is, for example by \"docker exec\"", x.r.URL.Path)
}

// bearsToken compares in constant time, over hashes so that the length does not show either. The scheme is read in
// any case (RFC 9110 §11.1).
func (s *Server) bearsToken(authorization string) bool {
	scheme, got, _ := strings.Cut(authorization, " ")
	want := s.token.Load()
	if want == nil || !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	sum := sha256.Sum256([]byte(got))
	return subtle.ConstantTimeCompare(sum[:], want[:]) == 1
}

var errNoSecret = errors.New("a request came through a proxy or for another host than localhost while the built-in " +
	"secret is in use: set IMAGEKIT_SECRET to at least 32 random bytes (openssl rand -hex 32)")

// guardSecret refuses everything that is not local while the built-in secret is in use: everybody knows it.
func (s *Server) guardSecret(x *exchange) error {
	if s.DefaultSecret && !x.admin && !local(x.r) {
		return fault.Wrap(fault.NoSecret, errNoSecret, "this server has no secret yet; its operator finds the remedy in the log")
	}
	return nil
}

// local reports whether the request comes from this machine and nobody speaks for somebody else: a loopback peer, no
// forwarding header, and a Host that names loopback, so that neither DNS rebinding nor a silent proxy gets in. The
// peer of a Unix socket has no address and is not local.
func local(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback() && !clientip.Forwarded(r.Header) && loopbackHost(r.Host)
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

// count counts the request against its client's rate limit.
func (s *Server) count(x *exchange) error {
	x.limit = s.Limiter.Allow(x.client)
	if x.limit.OK {
		return nil
	}
	err := fault.New(fault.RateLimited, "want at most the rate in the RateLimit fields, try again in %s s", ceilSeconds(x.limit.RetryAfter))
	err.Retry = x.limit.RetryAfter
	return err
}

// warnUnbelieved says once that clients hide behind a proxy nobody vouches for: they share one rate limit.
func (s *Server) warnUnbelieved(r *http.Request) {
	if len(r.Header["X-Forwarded-For"]) == 0 || s.Clients.TrustsPeer(r.RemoteAddr) {
		return
	}
	s.unbelieved.Do(func() {
		s.Log.Warn("X-Forwarded-For is ignored, so that all clients behind this peer count as one: if it is a proxy of "+
			"yours, add it to IMAGEKIT_TRUSTED_PROXIES", "peer", r.RemoteAddr)
	})
}
