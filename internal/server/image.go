package server

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
)

// image answers GET /img: grammar and names, then the signature, then the expiry, then the values, then the picture.
// That order keeps strangers from probing what values do.
func (s *Server) image(x *exchange) error {
	query, err := param.Split(x.r.URL.RawQuery)
	if err != nil {
		return err
	}
	if err := s.Keys.Verify(query.Canonical(), query.Sig()); err != nil {
		return err
	}
	expires, err := query.Expires()
	if err != nil {
		return err
	}
	if !expires.IsZero() && !s.Now().Before(expires) {
		return fault.New(fault.Expired, "t: this URL was good until %s", expires.UTC().Format(time.RFC3339))
	}
	req, err := query.Request()
	if err != nil {
		return err
	}
	x.source = loggable(req.Source)
	out, negotiated, err := s.output(x, req.Params)
	if err != nil {
		return err
	}
	admit := func() error { return nil }
	if s.CountMisses {
		admit = func() error { return s.count(x) }
	}
	result, err := s.Renderer.Render(x.r.Context(), req, out, admit)
	x.times = result.Times
	if err != nil {
		return err
	}
	x.cache = result.State.String()
	return s.answer(x, result.Blob, answer{expires: expires, varies: negotiated})
}

// output resolves the format a request asks for, and tells whether the Accept header had a say.
func (s *Server) output(x *exchange, p param.Params) (out format.Format, negotiated bool, err error) {
	out = p.Format
	if out == format.Unknown {
		out = s.DefaultFormat
	}
	if out == format.Auto {
		out = format.Negotiate(strings.Join(x.r.Header.Values("Accept"), ","), s.Formats)
		if out == format.Legacy {
			out = s.legacy()
		}
		return out, true, nil
	}
	return out, false, s.allowed(out)
}

// allowed refuses an output format that the operator does not allow.
func (s *Server) allowed(f format.Format) error {
	if slices.Contains(s.Formats, f) {
		return nil
	}
	err := fault.New(fault.FormatNotAllowed, "f: %s is not among the formats allowed here: %v", f, s.Formats)
	err.Param = "f"
	return err
}

// legacy is what a client gets that names neither AVIF nor WebP: the choice between JPEG and PNG where both are
// allowed, else the one that is, else the first format there is.
func (s *Server) legacy() format.Format {
	jpeg, png := slices.Contains(s.Formats, format.JPEG), slices.Contains(s.Formats, format.PNG)
	switch {
	case jpeg && png:
		return format.Legacy
	case jpeg:
		return format.JPEG
	case png:
		return format.PNG
	}
	return s.Formats[0]
}

// loggable returns a source without its query, which may hold secrets of the origin.
func loggable(source string) string {
	u, err := url.Parse(source)
	if err != nil {
		return ""
	}
	u.RawQuery, u.ForceQuery = "", false
	return u.String()
}
