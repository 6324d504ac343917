package server

import (
	"bufio"
	"errors"
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

// maxSigned bounds the requests of one POST /sign.
const maxSigned = 64

// signAll signs every line of the body, a query each, and answers them as a list in their order: a srcset of six widths
// in three formats is one request. One that is refused refuses them all, and the detail is its own.
func (s *Server) signAll(x *exchange) error {
	body := http.MaxBytesReader(x.ResponseWriter, x.r.Body, maxSigned*param.MaxQuery)
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, param.MaxQuery+len("\r\n"))
	list := make([]signed, 0, 8)
	for lines.Scan() {
		if len(list) == maxSigned {
			return fault.New(fault.BadQuery, "want at most %d lines", maxSigned)
		}
		one, err := s.signOne(x, lines.Text())
		if err != nil {
			return err
		}
		list = append(list, one)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fault.New(fault.BadQuery, "a line has more than %d bytes", param.MaxQuery)
	case err != nil:
		return fault.Wrap(fault.BadQuery, err, "the list is cut short")
	case len(list) == 0:
		return fault.New(fault.BadQuery, "want one query on each line, got none")
	}
	return s.json(x, list)
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
