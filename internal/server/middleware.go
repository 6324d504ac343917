package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"imagekit/internal/clientip"
	"imagekit/internal/fault"
)

// middleware wraps the handler, in reading order: request id, access log, recovery from panics, the guard of the
// built-in secret, the deadline.
func (s *Server) middleware(next func(*exchange) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := newExchange(w, r)
		x.client = clientip.Key(s.Clients.From(r.RemoteAddr, r.Header))
		x.Header()["X-Request-Id"] = []string{x.id}
		defer s.log(x)
		ctx, cancel := context.WithTimeout(r.Context(), s.Timeout)
		defer cancel()
		x.r = r.WithContext(ctx)
		if err := s.guarded(x, next); err != nil {
			s.fail(x, err)
		}
	})
}

// guarded runs next; a panic becomes an internal fault that carries the stack to the log.
func (s *Server) guarded(x *exchange, next func(*exchange) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Wrap(fault.Internal, fmt.Errorf("panic: %v\n%s", p, debug.Stack()), "something went wrong here; the log has the request id")
		}
	}()
	if s.DefaultSecret && !local(x.r) {
		return fault.Wrap(fault.NoSecret, errNoSecret, "this server has no secret yet; its operator finds the remedy in the log")
	}
	return next(x)
}

var errNoSecret = fmt.Errorf("a request came through a proxy or for another host than localhost while the built-in secret is in use: set IMAGEKIT_SECRET to at least 32 random bytes (openssl rand -hex 32)")

// local reports whether the request comes from this machine and nobody speaks for somebody else: a loopback peer, no
// forwarding header, and a Host that names loopback, so that neither DNS rebinding nor a silent proxy gets in.
func local(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback() && !clientip.Forwarded(r.Header) && loopbackHost(r.Host)
}

func loopbackHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	switch strings.ToLower(strings.Trim(host, "[]")) {
	case "localhost", "127.0.0.1", "::1":
		return true
	}
	return false
}

// admit counts the request against its client's limit. When only misses count, /img is counted later, by render.
func (s *Server) admit(x *exchange, r route) error {
	if s.CountMisses && r.path == "/img" {
		return nil
	}
	return s.count(x)
}

func (s *Server) count(x *exchange) error {
	d := s.Limiter.Allow(x.client)
	x.limit = &d
	if d.OK {
		return nil
	}
	err := fault.New(fault.RateLimited, "want at most the allowed rate; try again in %s", d.RetryAfter.Round(time.Millisecond))
	err.Retry = d.RetryAfter
	return err
}

// log writes the one line of a request. Neither signatures nor queries of sources stand in it.
func (s *Server) log(x *exchange) {
	level := slog.LevelInfo
	attrs := make([]slog.Attr, 0, 24)
	attrs = append(attrs,
		slog.String("id", x.id), slog.String("method", x.r.Method), slog.String("path", x.r.URL.Path),
		slog.Int("status", x.status), slog.Int64("bytes", x.bytes),
		slog.Duration("took", time.Since(x.start)), slog.String("client", x.client))
	if x.source != "" {
		attrs = append(attrs, slog.String("source", x.source))
	}
	if x.cache != "" {
		attrs = append(attrs, slog.String("cache", x.cache))
	}
	for name, d := range x.times.All() {
		attrs = append(attrs, slog.Duration(name, d))
	}
	if x.err != nil {
		level = x.err.Kind.Row().Level
		attrs = append(attrs, slog.String("error", x.err.Error()))
	}
	s.Log.LogAttrs(context.Background(), level, "request", attrs...)
}
