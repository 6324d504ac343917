package server

import (
	"net/http"

	"imagekit/internal/fault"
	"imagekit/internal/param"
)

// Spelling says what happens to a signed request that is not written in the one canonical way. A query can be written in
// endlessly many ways, with other escapes, in another order, with empty pieces; the signature holds for all of them, but
// to a CDN each is a picture that it does not have.
type Spelling string

// The ways to deal with another spelling.
const (
	AcceptSpelling   Spelling = "accept"
	RedirectSpelling Spelling = "redirect"
	RefuseSpelling   Spelling = "refuse"
)

// spelled reports whether the request is to be served as it is spelled. If not it is redirected, or refused with err.
// The signature must have been verified: strangers learn no canonical text here.
func (s *Server) spelled(x *exchange, query param.Query) (served bool, err error) {
	if s.Spelling != RedirectSpelling && s.Spelling != RefuseSpelling {
		return true, nil
	}
	want := query.Spelling()
	if query.Signed() {
		want += "&sig=" + query.Sig()
	}
	if x.r.URL.RawQuery == want && x.r.URL.RawPath == "" {
		return true, nil
	}
	if s.Spelling == RefuseSpelling {
		return false, fault.New(fault.BadQuery, "want the one spelling that /sign and \"imagekit sign\" give: names in "+
			"order, escapes in upper case and only where they must be, sig last (IMAGEKIT_SPELLING)")
	}
	// Relative, so that a prefix of the path that a proxy has taken off stays.
	to := "?" + want
	if x.r.URL.RawPath != "" { // as /%69mg
		to = "img" + to
	}
	return false, s.redirect(x, to)
}

// redirect sends the client to the one spelling.
func (s *Server) redirect(x *exchange, to string) error {
	x.set("Location", to)
	x.set("Cache-Control", "private, max-age=86400") // browsers may remember it; in a CDN it would take room for nothing
	x.set("Cross-Origin-Resource-Policy", "cross-origin")
	s.share(x)
	return s.write(x, http.StatusPermanentRedirect, nil)
}
