package server

import (
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/sign"
)

// signed is the answer of /sign.
type signed struct {
	Canonical string `json:"canonical"`
	Sig       string `json:"sig"`
	SignedURL string `json:"signed_url"`
}

// sign answers GET /sign. It checks the values too: signing what /img would refuse helps nobody.
func (s *Server) sign(x *exchange) error {
	if err := s.trusted(x); err != nil {
		return err
	}
	query, err := param.Split(x.r.URL.RawQuery)
	if err != nil {
		return err
	}
	if query.Sig() != "" {
		return fault.New(fault.BadParameter, "sig: /sign makes the signature, want the request without it")
	}
	req, err := query.Request()
	if err != nil {
		return err
	}
	if f := req.Params.Format; f != format.Unknown && f != format.Auto {
		if err := s.allowed(f); err != nil {
			return err
		}
	}
	canonical := query.Canonical()
	sig := s.Keys.Sign(canonical)
	return s.json(x, signed{canonical, sig, sign.URL(canonical, sig)})
}

// trusted lets through requests from this machine and those with the sign token: whoever can sign can make the
// server fetch and transform anything.
func (s *Server) trusted(x *exchange) error {
	if token, ok := strings.CutPrefix(x.r.Header.Get("Authorization"), "Bearer "); ok && s.tokenMatches(token) {
		return nil
	}
	if local(x.r) {
		return nil
	}
	return fault.New(fault.NotAllowed, "%s answers requests from the same machine, or with the header "+
		"\"Authorization: Bearer TOKEN\" where TOKEN is IMAGEKIT_SIGN_TOKEN. Elsewhere, a container's host included, "+
		"run \"imagekit sign\" where the secret is", x.r.URL.Path)
}
