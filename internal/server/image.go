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

// image answers GET /img.
func (s *Server) image(x *exchange) error { return s.counted(x, s.picture(x)) }

// counted counts an error as a whole request where work does: so does finding out what is refused.
func (s *Server) counted(x *exchange, err error) error {
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
	query, err := s.Rules.Split(x.r.URL.RawQuery)
	if err != nil {
		return err
	}
	unsigned := s.Rules.Unsigned && !query.Signed()
	if err := s.entitled(query, unsigned); err != nil {
		return err
	}
	if served, err := s.spelled(x, query); !served {
		return err
	}
	expires, err := query.Expires()
	if err != nil {
		return err
	}
	if err := s.expired(expires, "t"); err != nil {
		return err
	}
	req, err := s.Rules.Request(query)
	if err == nil && unsigned {
		err = s.Rules.CheckUnsignedSource(req.Source)
	}
	if err != nil {
		return err
	}
	return s.show(x, req)
}

// entitled refuses a query that nobody has signed, unless it is one that needs no signature.
func (s *Server) entitled(query param.Query, unsigned bool) error {
	if unsigned {
		return s.Rules.CheckUnsigned(query)
	}
	return s.Keys.Verify(query.Canonical(), query.Sig())
}

// expired refuses a URL whose time is over, which the parameter of that name tells.
func (s *Server) expired(expires time.Time, name string) error {
	if expires.IsZero() || s.Now().Before(expires) {
		return nil
	}
	return fault.New(fault.Expired, "%s: this URL expired at %s", name, expires.UTC().Format(time.RFC3339))
}

// show answers with the picture that a request asks for whose right to it is settled.
func (s *Server) show(x *exchange, req param.Request) error {
	x.source = source.Shown(req.Source)
	out, negotiated, err := s.output(x, req.Params.Format)
	if err != nil {
		return err
	}
	if negotiated {
		s.chosen(x, &req.Params)
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
		x.tag(req)
	}
	return s.answer(x, result.Blob, terms{expires: req.Expires, negotiated: negotiated, download: req.Download})
}

// tag names the sources of a picture to CDNs that purge by tags.
func (x *exchange) tag(req param.Request) {
	tag := purge.Tag(req.Source)
	keys, tags := tag, tag
	if w := req.Params.Watermark; w.IsURL() {
		mark := purge.Tag(w.Source)
		keys, tags = keys+" "+mark, tags+","+mark
	}
	x.set("Surrogate-Key", keys)
	x.set("Cache-Tag", tags)
}

// chosen sets what the client's header fields choose besides the format of a still.
func (s *Server) chosen(x *exchange, p *param.Params) {
	p.Quality = saved(x.r.Header, p.Quality)
	p.Moving = format.NegotiateMoving(strings.Join(x.r.Header.Values("Accept"), ","), s.Negotiable)
}

// fitting makes a picture by do. Where the format was negotiated and cannot hold the result, or this build cannot write
// it, which nobody knows before, the next one that can takes its place, kept as if the client had been given it at once.
func (s *Server) fitting(x *exchange, out format.Format, negotiated bool,
	do func(format.Format) (render.Result, error),
) (render.Result, error) {
	result, err := do(out)
	left := s.Negotiable
	for negotiated && err != nil && othersMay(err) {
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

// othersMay reports whether another format may do for what this one cannot hold, or this build cannot write in it.
func othersMay(err error) bool {
	f := fault.From(err)
	return (f.Kind == fault.OutputTooLarge || f.Kind == fault.EngineLacks) && f.Param == "f"
}

// output resolves the format a request asks for, and tells whether the Accept header had a say.
func (s *Server) output(x *exchange, asked format.Format) (out format.Format, negotiated bool, err error) {
	if asked == format.Unknown {
		asked = s.DefaultFormat
	}
	switch {
	case asked == format.Source: // by a URL of another server
		if slices.Contains(s.Formats, format.JPEG) && slices.Contains(s.Formats, format.PNG) {
			return asked, false, nil
		}
		return 0, false, fault.New(fault.FormatNotAllowed,
			"want a format in the URL: the source's own may be JPEG or PNG, which "+
				"are not both among the formats allowed here, %v", s.Formats)
	case asked == format.Auto:
		return negotiate(x.r.Header.Values("Accept"), s.Negotiable), true, nil
	case asked == format.JSON, slices.Contains(s.Formats, asked):
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
