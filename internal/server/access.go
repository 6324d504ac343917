package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"imagekit/internal/fault"
)

// bearer is a token that opens something; none at first. What is kept is its hash.
type bearer struct {
	sum atomic.Pointer[[sha256.Size]byte]
}

func (b *bearer) set(token string) {
	if token == "" {
		b.sum.Store(nil)
		return
	}
	sum := sha256.Sum256([]byte(token))
	b.sum.Store(&sum)
}

// SetToken sets the bearer token that opens to remote callers what trusted guards; "" closes it.
func (s *Server) SetToken(token string) { s.token.set(token) }

// SetPurgeToken sets a bearer token that opens purging alone; "" leaves that to the sign token.
func (s *Server) SetPurgeToken(token string) { s.purgeToken.set(token) }

// trusted lets through callers on this machine and those with the sign token: whoever can sign can make the server
// fetch and transform anything. Whoever reaches the admin address is the operator, by the choice of that address.
func (s *Server) trusted(x *exchange) error {
	if x.admin || s.token.borne(x.r.Header) {
		return nil
	}
	why := s.local(x.r)
	if why == nil {
		return nil
	}
	if fault.Exhausted(why) {
		return fault.Exhaust(why)
	}
	const remedy = "the header \"Authorization: Bearer TOKEN\" where TOKEN is IMAGEKIT_SIGN_TOKEN. Elsewhere, a container's " +
		"host included, run \"imagekit sign\" where the secret is, for example by \"docker exec\""
	if s.LocalOff {
		return fault.Wrap(fault.NotAllowed, why, "%s wants %s. IMAGEKIT_LOCAL=off: callers on the same machine need it too",
			x.r.URL.Path, remedy)
	}
	return fault.Wrap(fault.NotAllowed, why, "%s answers the user who runs this server, and root, on the same machine: "+
		"as another user, try it with sudo. Everybody else, proxies and pages of other sites included, needs %s", x.r.URL.Path, remedy)
}

// borne tells whether a request bears the token. It compares in constant time, over hashes so that the length does not show either. The scheme is read in
// any case (RFC 9110 §11.1).
func (b *bearer) borne(h http.Header) bool {
	scheme, got, _ := strings.Cut(h.Get("Authorization"), " ")
	want := b.sum.Load()
	if want == nil || !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	sum := sha256.Sum256([]byte(got))
	return subtle.ConstantTimeCompare(sum[:], want[:]) == 1
}

var errNoSecret = errors.New("the built-in secret is in use, so that only this machine and its user are served: " +
	"set IMAGEKIT_SECRET to at least 32 random bytes (openssl rand -hex 32)")

// guardSecret refuses everything that comes from elsewhere while the built-in secret is in use: everybody knows it.
func (s *Server) guardSecret(x *exchange) error {
	if !s.DefaultSecret || x.admin {
		return nil
	}
	return noSecret(near(x.r))
}

// guardPicture refuses pictures to other users and to pages of other sites while everybody can sign.
func (s *Server) guardPicture(x *exchange) error {
	if !s.DefaultSecret {
		return nil
	}
	return noSecret(s.localOrPage(x.r))
}

// noSecret returns the fault for a caller that is not local, nil for one that is. The log alone tells why.
func noSecret(why error) error {
	switch {
	case why == nil:
		return nil
	case fault.Exhausted(why):
		return fault.Exhaust(why)
	}
	return fault.Wrap(fault.NoSecret, fmt.Errorf("%w: %w", errNoSecret, why),
		"this server has no secret yet; its operator finds the remedy in the log")
}

// warnUnbelieved says once that clients hide behind a proxy nobody vouches for: they share one rate limit.
func (s *Server) warnUnbelieved(r *http.Request) {
	if len(r.Header["X-Forwarded-For"]) == 0 || s.Clients.TrustsPeer(r.RemoteAddr) {
		return
	}
	s.unbelieved.Do(func() {
		s.Log.Warn("X-Forwarded-For is ignored, so all clients behind this peer count as one; if the peer is your proxy, "+
			"add it to IMAGEKIT_TRUSTED_PROXIES", "peer", r.RemoteAddr)
	})
}
