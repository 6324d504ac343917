package server

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"imagekit/internal/cache/purge"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/limit"
	"imagekit/internal/param"
	"imagekit/internal/render"
	"imagekit/internal/source"
)

// image answers GET /img. An error costs a whole request where work does: so does finding out what is refused.
func (s *Server) image(x *exchange) error {
	err := s.picture(x)
	if err != nil && x.status == 0 && s.Count == limit.Work {
		if refused := s.countWork(x); refused != nil {
			return refused
		}
	}
	return err
}

// picture is image without counting errors: grammar and names, then the signature, the spelling and the expiry, then the
// values, then the picture.
// That order keeps strangers from probing what values do.
func (s *Server) picture(x *exchange) error {
	if err := s.guardPicture(x); err != nil {
		return err
	}
	query, err := param.Split(x.r.URL.RawQuery)
	if err != nil {
		return err
	}
	if err := s.Keys.Verify(query.Canonical(), query.Sig()); err != nil {
		return err
	}
	if served, err := s.spelled(x, query); !served {
		return err
	}
	expires, err := query.Expires()
	if err != nil {
		return err
	}
	if !expires.IsZero() && !s.Now().Before(expires) {
		return fault.New(fault.Expired, "t: this URL expired at %s", expires.UTC().Format(time.RFC3339))
	}
	req, err := s.Rules.Request(query)
	if err != nil {
		return err
	}
	x.source = source.Shown(req.Source)
	out, negotiated, err := s.output(x, req.Params.Format)
	if err != nil {
		return err
	}
	if negotiated {
		req.Params.Quality = saved(x.r.Header, req.Params.Quality)
	}
	result, err := s.fitting(x, out, negotiated, func(out format.Format) (render.Result, error) {
		return s.Renderer.Render(x.context(), req, out, func() error { return s.countWork(x) })
	})
	x.times = result.Times
	if err != nil {
		return err
	}
	defer result.Blob.Close()
	x.cache = result.State.String()
	if s.CacheTags {
		tag := purge.Tag(req.Source)
		x.set("Surrogate-Key", tag)
		x.set("Cache-Tag", tag)
	}
	return s.answer(x, result.Blob, terms{expires: expires, negotiated: negotiated})
}

// fitting makes a picture by do. Where the format was negotiated and cannot hold the result, whose size nobody knows
// before, the next one that can takes its place, kept as if the client had been given it at once.
func (s *Server) fitting(x *exchange, out format.Format, negotiated bool, do func(format.Format) (render.Result, error)) (render.Result, error) {
	result, err := do(out)
	left := s.Formats
	for negotiated && err != nil && tooLargeFor(err) {
		if out == format.Legacy {
			out = format.JPEG // PNG holds more
		}
		left = slices.DeleteFunc(slices.Clone(left), func(f format.Format) bool { return f == out })
		if len(left) == 0 {
			break
		}
		out = negotiate(x.r.Header.Values("Accept"), left)
		result, err = do(out)
	}
	return result, err
}

// tooLargeFor reports whether another format could hold what this one cannot.
func tooLargeFor(err error) bool {
	f := fault.From(err)
	return f.Kind == fault.OutputTooLarge && f.Param == "f"
}

// output resolves the format a request asks for, and tells whether the Accept header had a say.
func (s *Server) output(x *exchange, asked format.Format) (out format.Format, negotiated bool, err error) {
	if asked == format.Unknown {
		asked = s.DefaultFormat
	}
	switch {
	case asked == format.Auto:
		return negotiate(x.r.Header.Values("Accept"), s.Formats), true, nil
	case slices.Contains(s.Formats, asked):
		return asked, false, nil
	}
	refused := fault.New(fault.FormatNotAllowed, "f: want one of the formats allowed here, %v, got %s", s.Formats, asked)
	refused.Param = "f"
	return 0, false, refused
}

// With "Save-Data: on" (W3C Save Data API) and f=auto the quality is that much lower, down to the least one.
const (
	savedQuality = 20
	leastQuality = 30
)

// saved returns the quality for a client that may want to save data; 0 = the default one.
func saved(h http.Header, q int) int {
	if !strings.EqualFold(strings.TrimSpace(h.Get("Save-Data")), "on") {
		return q
	}
	q = cmp.Or(q, param.DefaultQuality)
	return max(q-savedQuality, min(q, leastQuality))
}

// negotiate chooses by the lines of the Accept header. A client that names neither AVIF nor WebP gets the choice
// between JPEG and PNG where both are allowed, else the one that is, else the first format there is.
func negotiate(accept []string, allowed []format.Format) format.Format {
	out := format.Negotiate(strings.Join(accept, ","), allowed)
	if out != format.Legacy {
		return out
	}
	jpeg, png := slices.Contains(allowed, format.JPEG), slices.Contains(allowed, format.PNG)
	switch {
	case jpeg && png:
		return format.Legacy
	case jpeg:
		return format.JPEG
	case png:
		return format.PNG
	}
	return allowed[0]
}
