package server

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/limit"
)

// answer says how an image is to be answered.
type answer struct {
	expires time.Time // from t; zero = never
	varies  bool      // the Accept header had a say
	private bool      // an upload: nobody may store it
}

const maxAge = 365 * 24 * time.Hour

// answer sends an image, or 304 when the client has it already (RFC 9110 §13.1.2).
func (s *Server) answer(x *exchange, b *blob.Blob, a answer) error {
	h := x.Header()
	h["Etag"] = []string{b.ETag}
	h["Cache-Control"] = []string{s.cacheControl(a)}
	if a.varies {
		h["Vary"] = []string{"Accept"}
	}
	if x.cache != "" {
		h["X-Cache"] = []string{x.cache}
	}
	h["Server-Timing"] = []string{x.times.Header()}
	h["X-Content-Type-Options"] = []string{"nosniff"}
	h["Content-Security-Policy"] = []string{"default-src 'none'; sandbox"}
	h["Cross-Origin-Resource-Policy"] = []string{"cross-origin"}
	if a.private {
		rateHeaders(h, x.limit)
	} else if matches(x.r.Header.Values("If-None-Match"), b.ETag) {
		x.WriteHeader(http.StatusNotModified)
		return nil
	}
	h["Content-Type"] = []string{b.Format.MIME()}
	return s.write(x, http.StatusOK, b.Data)
}

// cacheControl lets caches keep a picture for a year, but never past its expiry.
func (s *Server) cacheControl(a answer) string {
	switch {
	case a.private:
		return "no-store"
	case a.expires.IsZero():
		return "public, max-age=31536000, immutable"
	}
	left := min(a.expires.Sub(s.Now()), maxAge)
	return "public, max-age=" + strconv.Itoa(int(left/time.Second))
}

// matches compares If-None-Match weakly (RFC 9110 §13.1.2): a list of tags, or "*".
func matches(lines []string, etag string) bool {
	for _, line := range lines {
		for tag := range strings.SplitSeq(line, ",") {
			tag = strings.TrimSpace(tag)
			if tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
				return true
			}
		}
	}
	return false
}

// json sends a value that no cache may keep.
func (s *Server) json(x *exchange, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	h := x.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	rateHeaders(h, x.limit)
	return s.write(x, http.StatusOK, append(body, '\n'))
}

// write sends status and body; HEAD gets the headers alone.
func (s *Server) write(x *exchange, status int, body []byte) error {
	x.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	x.WriteHeader(status)
	if x.r.Method == http.MethodHead {
		return nil
	}
	_, err := x.Write(body)
	if err != nil {
		return fault.Wrap(fault.ClientGone, err, "the client went away")
	}
	return nil
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

// fail is the one place that turns an error into an answer, by the fault table.
func (s *Server) fail(x *exchange, err error) {
	f := fault.From(err)
	x.err = f
	row := f.Kind.Row()
	if x.status != 0 || f.Kind == fault.ClientGone {
		if x.status == 0 {
			x.status = row.Status // for the log; nobody is there to read an answer
		}
		return
	}
	body, err := json.Marshal(problem{
		Type: "urn:imagekit:problem:" + row.Code, Title: row.Title, Status: row.Status, Detail: f.Detail,
		Code: row.Code, Param: f.Param, RequestID: x.id,
	})
	if err != nil {
		body = nil // cannot happen: strings and numbers always marshal
	}
	h := x.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	rateHeaders(h, x.limit)
	if retry := max(f.Retry, row.Retry); retry > 0 {
		h.Set("Retry-After", ceilSeconds(retry))
	}
	if f.Kind == fault.BadSignature {
		h.Set("WWW-Authenticate", `Signature realm="imagekit"`) // RFC 9110 §15.5.2 wants one
	}
	_ = s.write(x, row.Status, append(body, '\n'))
}

// rateHeaders tells a client how it stands (draft-ietf-httpapi-ratelimit-headers-03). Never on an answer that caches
// may keep: the numbers are one client's.
func rateHeaders(h http.Header, d *limit.Decision) {
	if d == nil || d.Limit == 0 {
		return
	}
	h.Set("RateLimit-Limit", strconv.Itoa(d.Limit))
	h.Set("RateLimit-Remaining", strconv.Itoa(d.Remaining))
	h.Set("RateLimit-Reset", ceilSeconds(d.Reset))
}

func ceilSeconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
