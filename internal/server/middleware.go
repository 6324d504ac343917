package server

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"imagekit/internal/clientip"
	"imagekit/internal/fault"
	"imagekit/internal/metric"
	"imagekit/internal/opt"
	"imagekit/internal/trace"
)

// middleware wraps the handler, in reading order: request id, metrics, access log, recovery from panics, the bound on
// headers, the guard of the built-in secret. The rate limit follows in routes, the deadline in render, where work begins.
func (s *Server) middleware(admin bool, next func(*exchange) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := newExchange(w, r, &s.draining)
		s.Metrics.Begin()
		x.admin = admin
		x.client = clientip.Key(s.Clients.From(r.RemoteAddr, r.Header))
		s.takeID(x)
		x.set("X-Request-Id", x.id)
		s.share(x)
		s.warnUnbelieved(r)
		defer s.observe(x)
		if err := s.guarded(x, next); err != nil {
			s.fail(x, err)
		}
	})
}

// guarded runs next; a panic becomes an internal fault that carries the stack to the log.
func (s *Server) guarded(x *exchange, next func(*exchange) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if n := headSize(x.r); n > maxHead {
		return fault.New(fault.HeadersTooLarge, "want at most %d bytes of request line and header fields, got %d", maxHead,
			n)
	}
	if err := s.guardSecret(x); err != nil {
		return err
	}
	return next(x)
}

// maxID bounds a request id that a proxy gave, in bytes.
const maxID = 64

// takeID takes over the request id of a trusted proxy, so that its log and this one can be laid side by side.
func (s *Server) takeID(x *exchange) {
	id := x.r.Header.Get("X-Request-Id")
	if id == "" || len(id) > maxID || strings.ContainsFunc(id, notInID) {
		return
	}
	if s.Clients.TrustsPeer(x.r.RemoteAddr) {
		x.id = id
	}
}

// notInID reports whether a character stands in no request id: they go into logs and headers as they are.
func notInID(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.')
}

// observe counts a request that is answered and logs it.
func (s *Server) observe(x *exchange) {
	took := time.Since(x.start)
	r := metric.Request{
		Route: cmp.Or(x.route, "other"), Status: x.status, Cache: x.cache, Format: x.format, Read: x.read, Bytes: x.bytes, Took: took,
		Stages: x.times.All(),
	}
	if x.err != nil {
		r.Fault = x.err.Kind.String()
	}
	s.Metrics.Request(r)
	s.log(x, took)
	x.span.End(trace.Answer{
		Method: x.r.Method, Route: x.route, Status: x.status, Bytes: x.bytes, RequestID: x.id, Source: x.source,
		Cache: x.cache, Format: x.format, Fault: r.Fault,
	})
}

// trace begins the request's span, if requests are traced. Only a trusted proxy may make it part of a trace of its own.
func (s *Server) trace(x *exchange) {
	if s.Tracer == nil {
		return
	}
	ctx, span := s.Tracer.Begin(x.r, x.start, s.Clients.TrustsPeer(x.r.RemoteAddr))
	x.r, x.span = x.r.WithContext(ctx), span
}

// headSize returns the bytes of request line and header fields as HTTP/1.1 sends them.
func headSize(r *http.Request) int {
	n := len(r.Method) + len(r.RequestURI) + len(r.Host) + len("  HTTP/1.1\r\nHost: \r\n\r\n")
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(v) + len(": \r\n")
		}
	}
	return n
}

// log writes the one line of a request. Neither signatures nor queries of sources stand in it.
func (s *Server) log(x *exchange, took time.Duration) {
	level, times := s.level(x)
	to := s.Log.Handler()
	if !to.Enabled(context.Background(), level) {
		return
	}
	attrs := make([]slog.Attr, 0, 24)
	attrs = append(attrs,
		slog.String("id", x.id), slog.String("method", x.r.Method), slog.String("path", cmp.Or(x.path, x.r.URL.Path)),
		slog.Int("status", x.status), slog.Int64("bytes", x.bytes),
		ms("took", took), slog.String("client", x.client))
	if id := x.span.ID(); id != "" {
		attrs = append(attrs, slog.String("trace", id))
	}
	if x.source != "" {
		attrs = append(attrs, slog.String("source", x.source))
	}
	if x.cache != "" {
		attrs = append(attrs, slog.String("cache", x.cache))
	}
	for name, d := range x.times.All() {
		attrs = append(attrs, ms(name, d))
	}
	if x.err != nil {
		attrs = append(attrs, slog.String("error", loggable(x.err, x.source != "")))
	}
	if times > 0 {
		attrs = append(attrs, slog.Int("times", times))
	}
	// A record of its own: nobody wants to know the line of code, and a group without a name is not copied.
	line := slog.NewRecord(time.Now(), level, "request", 0)
	line.AddAttrs(slog.Attr{Value: slog.GroupValue(attrs...)})
	_ = to.Handle(context.Background(), line) // as slog itself does: there is nowhere to complain
}

// level returns the level of the line of a request, by the fault table. Without a secret strangers could fill the log of
// errors: their requests are errors once a second, with how many there were, and otherwise requests like all others.
func (s *Server) level(x *exchange) (level slog.Level, times int) {
	if x.err == nil {
		return slog.LevelInfo, 0
	}
	if x.err.Kind == fault.NoSecret {
		held, due := s.strangers.Pass(s.Now(), tellEvery)
		if !due {
			return slog.LevelInfo, 0
		}
		times = int(held) + 1
	}
	return x.err.Kind.Row().Level, times
}

// ms is a duration for the log, in milliseconds as Server-Timing has it.
func ms(name string, d time.Duration) slog.Attr {
	return slog.Float64(name+"_ms", float64(d.Round(time.Microsecond))/float64(time.Millisecond))
}

// loggable returns an error as the log may tell it. What is wrong with a query only the client learns: the text
// repeats parts of it, and those may be a secret of the origin. What happened on the way to a source is found by the
// words "failed to fetch".
func loggable(err *fault.Error, fetched bool) string {
	switch err.Kind {
	case fault.BadQuery, fault.BadParameter, fault.BadSource:
		if err.Param == "" {
			return err.Kind.String()
		}
		return err.Kind.String() + ": " + opt.Quote(err.Param)
	case fault.SourceForbidden, fault.SourceNotFound, fault.SourceTooLarge, fault.OriginFailed, fault.OriginTimeout:
		if fetched {
			return "failed to fetch: " + err.Error()
		}
	}
	return err.Error()
}
