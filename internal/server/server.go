// Package server speaks HTTP: it reads requests, checks who may ask what, and answers. Each handler reads like the
// contract and returns an error; one function turns errors into answers.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"imagekit/internal/addressing"
	"imagekit/internal/cache/purge"
	"imagekit/internal/clientip"
	"imagekit/internal/dialect"
	"imagekit/internal/format"
	"imagekit/internal/limit"
	"imagekit/internal/lograte"
	"imagekit/internal/metric"
	"imagekit/internal/param"
	"imagekit/internal/playground"
	"imagekit/internal/render"
	"imagekit/internal/sign"
	"imagekit/internal/trace"
)

// Renderer makes images; *render.Renderer in production.
type Renderer interface {
	Render(ctx context.Context, req param.Request, out format.Format, admit func() error) (render.Result, error)
	Describe(ctx context.Context, req param.Request) (render.Source, error)
	Upload(ctx context.Context, data []byte, p param.Params, out format.Format) (render.Result, error)
	// Check refuses what of the parameters cannot be done here.
	Check(p param.Params) error
}

// Config is everything a Server needs. All fields are required unless they say otherwise.
type Config struct {
	Renderer Renderer
	Keys     *sign.Keyring
	Rules    *addressing.Rules
	Dialects dialect.Set // of other servers, whose URLs are answered too
	Unsigned bool        // theirs need no signature; one that is there has to be right
	Clients  *clientip.Resolver
	Limiter  *limit.Limiter // nil: no limit

	Count         limit.Count // what of /img counts; only read with a Limiter
	DefaultSecret bool        // the built-in secret is in use: only local requests are answered
	PublicUpload  bool        // anybody may upload
	Spelling      Spelling    // of signed queries; "" = AcceptSpelling
	LocalOff      bool        // nobody is trusted for calling from this machine
	// Owner returns nil when the connection from a loopback peer belongs to somebody trusted, else why not. nil: that
	// cannot be told here, and all users of this machine are.
	Owner func(peer, here netip.AddrPort) error

	Formats       []format.Format // output formats allowed
	Negotiable    []format.Format // those of them that f=auto chooses from; none = all
	DefaultFormat format.Format   // when f is not given; may be format.Auto
	MaxInput      int64           // bytes of an upload
	UploadBytes   int64           // of all uploads together, while they are read and worked on; at least one always fits
	AnswerBytes   int64           // of all answers on their way to clients
	MinRate       int64           // bytes a second that a client has to read, on average over a piece of a large body
	Timeout       time.Duration   // the Renderer's, for the time an answer may take

	MaxAge    time.Duration // how long a picture may be kept from when it was made; 0 = for ever
	CDNMaxAge string        // value of CDN-Cache-Control (RFC 9213) on pictures that may be kept; "" = none
	CORS      string        // origin that may read pictures: "*" for all, "" for none

	Metrics    *metric.Metrics
	Tracer     *trace.Tracer // nil: nothing is traced
	Version    string
	Page       *playground.Page
	CacheStats func() any // what /stats/cache answers
	// Purge ends the use of the results of some targets, all or none. Errors are faults or the disk's.
	Purge func(ctx context.Context, targets []purge.Target) error
	// SharedState tells how the store does that results are shared by: a word for /ready. nil = nothing is shared.
	SharedState func() string
	CacheTags   bool        // pictures carry a tag of their source for CDNs
	Ready       func() bool // a worker lives
	Log         *slog.Logger
	Now         func() time.Time
}

// Server answers requests. Make it with New; it is an http.Handler.
type Server struct {
	Config
	handler    http.Handler
	admin      http.Handler        // of the operator's own address
	uploads    *semaphore.Weighted // the bytes they may still hold
	bodies     *bodies             // on their way to clients
	token      bearer
	purgeToken bearer
	draining   atomic.Bool
	unbelieved sync.Once     // the warning about a proxy that is not trusted
	gathering  sync.Mutex    // held while the figures are made
	strangers  lograte.Limit // the line about those who are refused while there is no secret
}

// New returns a server.
func New(c Config) *Server {
	if len(c.Negotiable) == 0 {
		c.Negotiable = c.Formats
	}
	s := &Server{
		Config: c, uploads: semaphore.NewWeighted(max(c.UploadBytes, c.MaxInput+maxForm)),
		bodies: newBodies(c.AnswerBytes),
	}
	s.handler, s.admin = s.routes(false), s.routes(true)
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Drain makes /ready answer 503 while requests go on being served, each as the last one of its connection.
func (s *Server) Drain() { s.draining.Store(true) }

// HTTP returns the http.Server around s: its limits on slow and large requests. Give it a Listener.
func (s *Server) HTTP() *http.Server { return s.bounded(s.handler) }

// AdminHTTP returns the http.Server for the operator's own address: metrics, statistics and health, to everybody who
// reaches it.
func (s *Server) AdminHTTP() *http.Server { return s.bounded(s.admin) }

func (s *Server) bounded(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ConnContext:       s.withConn,
		ReadHeaderTimeout: headTime,
		ReadTimeout:       bodyTime,
		WriteTimeout:      bodyTime + s.Timeout + sendTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    2 * maxHead, // beyond it net/http answers 431 itself, as plain text
		// OPTIONS * is a request like any other, with its line in the log.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
}

// What a client may take its time for, beside the work itself.
const (
	headTime = 10 * time.Second // request line and header
	bodyTime = time.Minute      // all of an upload: 8 MiB at 1.1 Mbit/s
	sendTime = time.Minute      // reading a small result; see send.go for the others
	idleTime = 2 * time.Minute  // until its next request
)

// maxHead bounds request line and header fields together, in bytes. It holds the longest query (param.MaxQuery), and
// nginx's usual large_client_header_buffers have this size too.
const maxHead = 16 << 10
