package server

import (
	"imagekit/internal/fault"
	"imagekit/internal/param"
	"imagekit/internal/sign"
)

// signed is the answer of /sign.
type signed struct {
	Canonical string `json:"canonical"`
	Sig       string `json:"sig"`
	SignedURL string `json:"signed_url"` // path and query, to be fetched as they stand
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
		refused := fault.New(fault.BadParameter, "sig: /sign makes the signature, want the request without it")
		refused.Param = "sig"
		return refused
	}
	req, err := query.Request()
	if err != nil {
		return err
	}
	if _, _, err := s.output(x, req.Params.Format); err != nil {
		return err
	}
	canonical := query.Canonical()
	sig := s.Keys.Sign(canonical)
	return s.json(x, signed{canonical, sig, sign.URL(canonical, sig)})
}
