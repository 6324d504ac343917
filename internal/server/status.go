package server

import "imagekit/internal/fault"

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
	return s.json(x, map[string]string{"status": "ready"})
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
	x.set("Cache-Control", "no-store")
	x.set("X-Content-Type-Options", "nosniff")
	s.Metrics.Handler().ServeHTTP(x, x.r)
	return nil
}
