package server

import (
	"net/http"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/opt"
	"imagekit/internal/playground"
)

// page answers GET /.
func (s *Server) page(x *exchange) error {
	x.set("Content-Security-Policy", playground.CSP)
	x.set("Referrer-Policy", "no-referrer")
	x.set("Cache-Control", "no-cache")
	return s.asset(x, s.Page.HTML)
}

// pageFile answers GET for a file of the page. Its path names its content.
func (s *Server) pageFile(x *exchange) error {
	a, ok := s.Page.Assets[x.r.URL.Path]
	if !ok {
		return fault.New(fault.NotFound, "the page has no file %s; reload the page, its version may have changed",
			opt.Quote(x.r.URL.Path))
	}
	x.set("Cache-Control", "public, max-age=31536000, immutable")
	return s.asset(x, a)
}

// asset sends a file in the encoding the client takes, or 304 when it has it already.
func (s *Server) asset(x *exchange, a *playground.Asset) error {
	zipped := a.Gzip != nil && takesGzip(x.r.Header)
	body := a.Plain
	if zipped {
		body = a.Gzip
	}
	has := matches(x.r.Header.Values("If-None-Match"), a.ETag(zipped))
	if !has {
		release, err := s.hold(x, body)
		if err != nil {
			return err
		}
		defer release()
	}
	x.set("ETag", a.ETag(zipped))
	x.set("Vary", "Accept-Encoding")
	x.set("X-Content-Type-Options", "nosniff")
	if has {
		x.WriteHeader(http.StatusNotModified)
		return nil
	}
	x.set("Content-Type", a.Type)
	if zipped {
		x.set("Content-Encoding", "gzip")
	}
	return s.write(x, http.StatusOK, body)
}

// takesGzip reads Accept-Encoding (RFC 9110 §12.5.3): gzip is named, or else "*" is, with a weight above 0.
func takesGzip(h http.Header) bool {
	takes := false
	for _, line := range h.Values("Accept-Encoding") {
		for item := range strings.SplitSeq(line, ",") {
			coding, parameter, _ := strings.Cut(item, ";")
			name, value, _ := strings.Cut(parameter, "=")
			refused := strings.EqualFold(strings.TrimSpace(name), "q") && strings.Trim(value, " \t0.") == ""
			switch coding = strings.TrimSpace(coding); {
			case strings.EqualFold(coding, "gzip"):
				return !refused
			case coding == "*":
				takes = !refused
			}
		}
	}
	return takes
}
