package server

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
)

// terms say who may keep an image, and how long.
type terms struct {
	expires    time.Time // from t; zero = never
	negotiated bool      // the Accept header had a say
	download   string    // file name to save it under; "" = it is to be shown
	private    bool      // an upload: nobody may keep it
}

// answer sends an image, or 304 when the client has it already (RFC 9110 §13.1.2).
func (s *Server) answer(x *exchange, b *blob.Blob, t terms) error {
	has := !t.private && unchanged(x.r.Header, b)
	if !has && x.r.Method != http.MethodHead {
		if err := s.bodies.enter(x.client, b); err != nil {
			return err
		}
		defer s.bodies.leave(x.client, b)
	}
	x.set("ETag", b.ETag)
	x.set("Last-Modified", s.made(b).UTC().Format(http.TimeFormat))
	x.set("Cache-Control", s.cacheControl(b, t))
	x.set("X-Content-Type-Options", "nosniff")
	x.set("Content-Security-Policy", "default-src 'none'; sandbox")
	x.set("Cross-Origin-Resource-Policy", "cross-origin")
	x.set("Server-Timing", x.times.Header())
	if b.Notes != "" {
		repeat(x, b.Notes)
	}
	if t.negotiated {
		x.set("Vary", vary(x.r.Header))
	}
	if t.private {
		rateFields(x)
	} else {
		if s.CDNMaxAge != "" && t.expires.IsZero() {
			x.set("CDN-Cache-Control", s.CDNMaxAge)
		}
		x.set("X-Cache", x.cache)
		if has {
			x.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	x.format = b.Format.String()
	x.set("Content-Type", b.Format.MIME())
	if t.download != "" {
		x.set("Content-Disposition", attachment(t.download, b.Format))
	}
	return s.sendPicture(x, b)
}

// repeat sets the fields that a result came with.
func repeat(x *exchange, notes string) {
	for line := range strings.SplitSeq(notes, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			x.set(name, value)
		}
	}
}

// made is when a picture was made, but never later than now (RFC 9110 §8.8.2.1): another machine on the same cache may
// have made it, or a clock that was set back.
func (s *Server) made(b *blob.Blob) time.Time {
	if now := s.Now(); b.Created.After(now) {
		return now
	}
	return b.Created
}

// vary names the fields that chose a negotiated picture. Save-Data stands there only where it was sent: a cache that
// hands what it keeps for everybody else to such a client does no harm.
func vary(h http.Header) string {
	if len(h.Values("Save-Data")) > 0 {
		return "Accept, Save-Data"
	}
	return "Accept"
}

// share lets pages of the origin that the operator names read pictures and their timings, and why there is none.
func (s *Server) share(x *exchange) {
	if s.CORS == "" || x.r.URL.Path != imgPath && x.path == "" {
		return
	}
	x.set("Access-Control-Allow-Origin", s.CORS)
	x.set("Timing-Allow-Origin", s.CORS)
}

// maxAge is how long caches may keep a picture: a year, the longest that is of use (RFC 2616 §14.21).
const maxAge = 31536000 * time.Second

// cacheControl lets caches keep a picture for a year or as long as the operator wants now, whatever was wanted when it was
// made, but never past its own expiry or the URL's, which may pass during the work.
func (s *Server) cacheControl(b *blob.Blob, t terms) string {
	if t.private {
		return "no-store"
	}
	ends := sooner(t.expires, b.Expires)
	if s.MaxAge > 0 {
		ends = sooner(ends, s.made(b).Add(s.MaxAge))
	}
	if ends.IsZero() {
		return "public, max-age=31536000, immutable"
	}
	left := max(0, min(ends.Sub(s.Now()), maxAge))
	return "public, max-age=" + strconv.Itoa(int(left/time.Second))
}

// sooner returns the earlier time; zero = never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// unchanged reports whether the client has the picture already (RFC 9110 §13.2.2): If-None-Match decides where it is
// given, If-Modified-Since otherwise.
func unchanged(h http.Header, b *blob.Blob) bool {
	if lines := h.Values("If-None-Match"); len(lines) > 0 {
		return matches(lines, b.ETag)
	}
	since, err := http.ParseTime(h.Get("If-Modified-Since"))
	return err == nil && !b.Created.Truncate(time.Second).After(since)
}

// matches compares If-None-Match weakly (RFC 9110 §13.1.2): a list of tags, or "*" alone. A tag may hold commas, so that
// pieces of another's may look like anything, but not like ours: it holds none, and ends in a quote as it begins.
func matches(lines []string, etag string) bool {
	if len(lines) == 1 && strings.Trim(lines[0], " \t") == "*" {
		return true
	}
	for _, line := range lines {
		for tag := range strings.SplitSeq(line, ",") {
			if strings.TrimPrefix(strings.Trim(tag, " \t"), "W/") == etag {
				return true
			}
		}
	}
	return false
}

// json sends a value that no cache may keep.
func (s *Server) json(x *exchange, v any) error {
	body, err := encode(v)
	if err != nil {
		return err
	}
	release, err := s.hold(x, body)
	if err != nil {
		return err
	}
	defer release()
	x.set("Content-Type", "application/json")
	x.set("Cache-Control", "no-store")
	x.set("X-Content-Type-Options", "nosniff")
	rateFields(x)
	return s.write(x, http.StatusOK, body)
}

// encode returns JSON for people and shells: "&" stays as it is. It is always sent as nosniff.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// problem is the body of an error (RFC 9457).
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Code      string `json:"code"`
	Param     string `json:"param,omitempty"`
	RequestID string `json:"request_id"`
}

// fail is the one place that turns an error into an answer, by the fault table. When a part of another answer is on
// its way, net/http notices the missing rest and closes the connection.
func (s *Server) fail(x *exchange, err error) {
	f := fault.From(err)
	x.err = f
	if x.status != 0 {
		return
	}
	row := f.Kind.Row()
	body, _ := encode(problem{ // strings and a number always encode
		Type: "urn:imagekit:problem:" + row.Code, Title: row.Title, Status: row.Status, Detail: f.Detail,
		Code: row.Code, Param: f.Param, RequestID: x.id,
	})
	x.set("Content-Type", "application/problem+json")
	x.set("Cache-Control", "no-store")
	x.set("X-Content-Type-Options", "nosniff")
	rateFields(x)
	if retry := cmp.Or(f.Retry, row.Retry); retry > 0 {
		x.set("Retry-After", ceilSeconds(retry))
	}
	if row.Status == http.StatusUnauthorized {
		x.set("WWW-Authenticate", `Signature realm="imagekit"`) // RFC 9110 §15.5.2 wants one
	}
	_ = s.write(x, row.Status, body) // nobody is left to be told
}

// rateFields tell a client how it stands (draft-ietf-httpapi-ratelimit-headers-03). Never on an answer that caches
// may keep: the numbers are one client's.
func rateFields(x *exchange) {
	if x.limit.Limit == 0 {
		return
	}
	x.set("RateLimit-Limit", strconv.Itoa(x.limit.Limit))
	x.set("RateLimit-Remaining", strconv.Itoa(x.limit.Remaining))
	x.set("RateLimit-Reset", ceilSeconds(x.limit.Reset))
}

// ceilSeconds returns whole seconds, rounded up.
func ceilSeconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
