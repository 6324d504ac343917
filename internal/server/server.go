// Package server speaks HTTP: it reads requests, checks who may ask what, and answers. Each handler reads like the
// contract and returns an error; one function turns errors into answers.
package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"imagekit/internal/clientip"
	"imagekit/internal/format"
	"imagekit/internal/limit"
	"imagekit/internal/param"
	"imagekit/internal/playground"
	"imagekit/internal/render"
	"imagekit/internal/sign"
)

// Renderer makes images; *render.Renderer in production.
type Renderer interface {
	Render(ctx context.Context, req param.Request, out format.Format, admit func() error) (render.Result, error)
	Upload(ctx context.Context, data []byte, p param.Params, out format.Format) (render.Result, error)
}

// Config is everything a Server needs. All fields are required unless they say otherwise.
type Config struct {
	Renderer Renderer
	Keys     *sign.Keyring
	Clients  *clientip.Resolver
	Limiter  *limit.Limiter // nil: no limit

	CountMisses   bool // the limit counts only /img requests that are not cached
	DefaultSecret bool // the built-in secret is in use: only local requests are answered
	PublicUpload  bool // anybody may upload

	Formats       []format.Format // output formats allowed
	DefaultFormat format.Format   // when f is not given; may be format.Auto
	MaxInput      int64           // bytes of an upload
	Timeout       time.Duration   // of one request

	Version    string
	Page       *playground.Page
	CacheStats func() any  // what /stats/cache answers
	Ready      func() bool // a worker lives
	Log        *slog.Logger
	Now        func() time.Time
}

// Server answers requests. Make it with New; it is an http.Handler.
type Server struct {
	Config
	handler  http.Handler
	token    atomic.Pointer[[sha256.Size]byte] // of the sign token; nil = none
	draining atomic.Bool
}

// New returns a server.
func New(c Config) *Server {
	s := &Server{Config: c}
	s.handler = s.routes()
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// SetToken sets the bearer token that opens /sign and /upload to remote callers; "" closes them.
func (s *Server) SetToken(token string) {
	if token == "" {
		s.token.Store(nil)
		return
	}
	sum := sha256.Sum256([]byte(token))
	s.token.Store(&sum)
}

// tokenMatches compares in constant time, over hashes so that the length does not show either.
func (s *Server) tokenMatches(got string) bool {
	want := s.token.Load()
	sum := sha256.Sum256([]byte(got))
	return want != nil && subtle.ConstantTimeCompare(sum[:], want[:]) == 1
}

// Drain makes /ready answer 503 while requests go on being served.
func (s *Server) Drain() { s.draining.Store(true) }

// HTTP returns the http.Server around s: its limits on slow and large requests.
func (s *Server) HTTP() *http.Server {
	return &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       s.Timeout + 30*time.Second, // an upload over a slow line
		WriteTimeout:      s.Timeout + 60*time.Second, // work, then a result over a slow line
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
}

// maxHeader bounds the request line and header fields, in bytes; nginx's large_client_header_buffers has 16 KiB
// too. Beyond it net/http answers 431.
const maxHeader = 16 << 10
