// Package limit bounds how often one client may ask: the generic cell rate algorithm (GCRA, ITU-T I.371)
// over a bounded table of clients in memory.
package limit

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/throttled/throttled/v2"
	"github.com/throttled/throttled/v2/store/memstore"

	"imagekit/internal/fault"
)

const (
	// clients is how many clients are remembered, about 19 MB when full. Forgetting the least recent costs
	// nothing that lasts: after burst/perSecond seconds of silence a client has its whole burst again anyway.
	clients = 100_000
	// attempts is how often a lost race for one client's entry is run again. Ten, the library's default, lose
	// 2 % of the calls when 64 goroutines ask for one key.
	attempts = 1000
)

// Whole is how many parts a request has. What costs next to nothing counts as one of them.
const Whole = 20

// Count says what counts of the requests for pictures.
type Count string

// The ways to count.
const (
	Work   Count = "work"   // what is to be worked on as a whole request, what is cached as one part of it
	All    Count = "all"    // everything as a whole one
	Misses Count = "misses" // what is to be worked on alone
)

// First returns the parts that a request for a picture counts before it is known what it costs.
func (c Count) First() int {
	switch c {
	case All:
		return Whole
	case Work:
		return 1
	}
	return 0
}

// maxRate is the most requests per second: above it a part lasts less than a nanosecond.
const maxRate = int(time.Second) / Whole

// Limiter counts requests per client. A nil Limiter allows everything. It is safe for concurrent use.
type Limiter struct {
	gcra     *throttled.GCRARateLimiterCtx
	failures atomic.Uint64
}

// Decision says whether a request may pass, and how the client stands after it.
type Decision struct {
	OK         bool
	Limit      int           // requests a rested client may send at once; 0 = there is no limit
	Remaining  int           // of Limit, what could be sent right now
	Reset      time.Duration // until Remaining is Limit again
	RetryAfter time.Duration // until a refused request would pass; 0 when OK
}

// New returns a limiter that lets each client send burst requests at once and perSecond requests per second
// for ever. Both are at least 1, perSecond at most 50 million.
func New(perSecond, burst int) (*Limiter, error) {
	if perSecond < 1 || perSecond > maxRate || burst < 1 {
		return nil, fault.New(fault.Internal,
			"rate limit: want at least 1 request per second and a burst of at least 1, got %d and %d", perSecond, burst)
	}
	store, err := memstore.NewCtx(clients)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "rate limit: table of clients")
	}
	return over(store, perSecond, burst)
}

// over returns a limiter that keeps its entries in store.
func over(store throttled.GCRAStoreCtx, perSecond, burst int) (*Limiter, error) {
	// The library counts parts. Its MaxBurst is what passes beyond the first one.
	quota := throttled.RateQuota{MaxRate: throttled.PerSec(perSecond * Whole), MaxBurst: burst*Whole - 1}
	gcra, err := throttled.NewGCRARateLimiterCtx(store, quota)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "rate limit: quota")
	}
	gcra.SetMaxCASAttemptsLimit(attempts)
	return &Limiter{gcra: gcra}, nil
}

// Take counts so many parts of a request, at most Whole, of the client named by key and decides on them. A refused request is not counted,
// so a client that keeps knocking is let in as soon as one that waits. When counting fails the request
// passes: a broken limiter must not take the service down; Failures tells.
func (l *Limiter) Take(key string, parts int) Decision {
	if l == nil {
		return Decision{OK: true}
	}
	limited, r, err := l.gcra.RateLimitCtx(context.Background(), key, parts)
	if err != nil {
		l.failures.Add(1)
		return Decision{OK: true, Limit: r.Limit / Whole}
	}
	return Decision{
		OK:         !limited,
		Limit:      r.Limit / Whole,
		Remaining:  r.Remaining / Whole,
		Reset:      r.ResetAfter,
		RetryAfter: max(0, r.RetryAfter),
	}
}

// Failures returns how many requests passed uncounted because counting failed.
func (l *Limiter) Failures() uint64 {
	if l == nil {
		return 0
	}
	return l.failures.Load()
}
