package server

import (
	"net/http"
	"strings"

	"imagekit/internal/dialect"
	"imagekit/internal/fault"
)

// unknownPath stands in the log for a path that nobody knows: it may hold a signature.
const unknownPath = "(another server's)"

// foreign returns the row of a URL of another server. Its path may hold a signature, so that neither log nor trace shows it.
func (s *Server) foreign(x *exchange, table []route) (route, error) {
	found, ok := s.Dialects.Find(x.r.Host, x.r.RequestURI)
	if !ok {
		x.path = unknownPath
		return route{}, fault.New(fault.NotFound, "want one of %s, or a URL of %s", paths(table),
			strings.Join(s.Dialects.Names(), ", "))
	}
	x.path = found.Name
	s.share(x)
	return route{
		path: found.Name, methods: []string{http.MethodGet, http.MethodHead}, parts: s.Count.First(),
		handle: func(x *exchange) error { return s.counted(x, s.foreignPicture(x, found)) },
	}, nil
}

// foreignPicture checks the signature first, as picture does, then its spelling and expiry.
func (s *Server) foreignPicture(x *exchange, found dialect.Found) error {
	if err := s.guardPicture(x); err != nil {
		return err
	}
	signed, err := found.Reader.Verify(found.Target)
	if err != nil {
		return err
	}
	if !signed && !s.Unsigned {
		return fault.New(fault.BadSignature, "want a signed URL of %s: unsigned ones are not answered here "+
			"(IMAGEKIT_DIALECTS_UNSIGNED)", found.Name)
	}
	if served, err := s.foreignSpelling(x, found); !served {
		return err
	}
	req, err := found.Reader.Read(found.Target)
	if err != nil {
		return err
	}
	if err := s.expired(req.Expires, "expires"); err != nil {
		return err
	}
	return s.show(x, req)
}

// foreignSpelling reports whether the request is to be served as it is spelled. A query that means nothing there is not
// signed either, so that to a CDN each would be another picture. The redirect stays in the dialect.
func (s *Server) foreignSpelling(x *exchange, found dialect.Found) (served bool, err error) {
	if found.Entry.Query || !strings.Contains(x.r.RequestURI, "?") || s.Spelling != RedirectSpelling &&
		s.Spelling != RefuseSpelling {
		return true, nil
	}
	if s.Spelling == RefuseSpelling {
		return false, fault.New(fault.BadQuery, "want a URL without a query, which means nothing in those of %s "+
			"(IMAGEKIT_SPELLING)", found.Name)
	}
	return false, s.redirect(x, "./"+found.Path[strings.LastIndexByte(found.Path, '/')+1:])
}
