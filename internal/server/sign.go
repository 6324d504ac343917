package server

import (
	"net/http"

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

// sign answers GET /sign for one request, and POST /sign for a list.
func (s *Server) sign(x *exchange) error {
	if err := s.trusted(x); err != nil {
		return err
	}
	if x.r.Method == http.MethodPost {
		return s.signAll(x)
	}
	one, err := s.signOne(x, x.r.URL.RawQuery)
	if err != nil {
		return err
	}
	return s.json(x, one)
}

// signedAtOnce bounds one POST /sign.
var signedAtOnce = list{lines: 64, bytes: 64 * param.MaxQuery}

// signAll signs every line of the body, a query each, and answers them as a list in their order: a srcset of six widths
// in three formats is one request. One that is refused refuses them all, and the detail is its own.
func (s *Server) signAll(x *exchange) error {
	all := make([]signed, 0, 8)
	err := signedAtOnce.read(x, func(_ int, query string) error {
		one, err := s.signOne(x, query)
		all = append(all, one)
		return err
	})
	if err != nil {
		return err
	}
	return s.json(x, all)
}

// signOne checks the values too: signing what /img would refuse helps nobody.
func (s *Server) signOne(x *exchange, raw string) (signed, error) {
	query, err := param.Split(raw)
	if err != nil {
		return signed{}, err
	}
	if query.Sig() != "" {
		refused := fault.New(fault.BadParameter, "sig: /sign adds the signature, want the request without it")
		refused.Param = "sig"
		return signed{}, refused
	}
	req, err := s.Rules.Request(query)
	if err != nil {
		return signed{}, err
	}
	if _, _, err := s.output(x, req.Params.Format); err != nil {
		return signed{}, err
	}
	if err := s.Renderer.Check(req.Params); err != nil {
		return signed{}, err
	}
	canonical := query.Canonical()
	sig := s.Keys.Sign(canonical)
	return signed{canonical, sig, sign.URL(query.Spelling(), sig)}, nil
}
