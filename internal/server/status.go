package server

import (
	"bytes"
	"maps"
	"net/http"

	"imagekit/internal/fault"
)

// health answers GET /health: the process works (liveness).
func (s *Server) health(x *exchange) error {
	return s.json(x, map[string]string{"status": "healthy", "version": s.Version})
}

// ready answers GET /ready: the server takes traffic (readiness).
func (s *Server) ready(x *exchange) error {
	switch {
	case s.draining.Load():
		return fault.New(fault.Draining, "the server is shutting down")
	case !s.Ready():
		return fault.New(fault.Overloaded, "no worker process is running")
	}
	state := map[string]string{"status": "ready"}
	if s.SharedState != nil {
		state["shared_results"] = s.SharedState()
	}
	return s.json(x, state)
}

// cacheStats answers GET /stats/cache, to whoever may sign: the numbers are the operator's.
func (s *Server) cacheStats(x *exchange) error {
	if err := s.trusted(x); err != nil {
		return err
	}
	return s.json(x, s.CacheStats())
}

// metrics answers GET /metrics, to whoever may sign: traffic and failures are nobody else's business.
func (s *Server) metrics(x *exchange) error {
	if err := s.trusted(x); err != nil {
		return err
	}
	all := s.gathered(x.r)
	release, err := s.hold(x, all.Bytes())
	if err != nil {
		return err
	}
	defer release()
	maps.Copy(x.Header(), all.header)
	x.set("Cache-Control", "no-store")
	x.set("X-Content-Type-Options", "nosniff")
	return s.write(x, all.status, all.Bytes())
}

// gathered returns the figures as text, made for one caller at a time: what they are made of is thirty times as much.
func (s *Server) gathered(r *http.Request) *whole {
	s.gathering.Lock()
	defer s.gathering.Unlock()
	all := &whole{status: http.StatusOK, header: http.Header{}}
	s.Metrics.Handler().ServeHTTP(all, r)
	return all
}

// whole keeps an answer until it is complete: else a client that does not read would hold all that it is made of.
type whole struct {
	bytes.Buffer
	header http.Header
	status int
}

// Header implements http.ResponseWriter.
func (w *whole) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *whole) WriteHeader(status int) { w.status = status }
