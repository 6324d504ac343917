package server

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync/atomic"
	"time"

	"imagekit/internal/clientip"
	"imagekit/internal/fault"
	"imagekit/internal/limit"
	"imagekit/internal/stage"
	"imagekit/internal/trace"
)

// exchange is one request and its answer, and what the access log tells of it. It is also the ResponseWriter that
// handlers see, so that status and bytes are counted.
type exchange struct {
	http.ResponseWriter
	r        *http.Request
	id       string
	start    time.Time
	conn     *corkConn    // nil: not one of Listener
	draining *atomic.Bool // then the client must not send another request on this connection

	route   string // a path of the table, or the name of a dialect; "" when there is none for it
	path    string // what the log shows in place of the path, which may hold a signature; "" = the path
	admin   bool   // it came by the operator's own address
	client  string // key of the client, for the rate limit
	asking  clientip.Context
	limit   limit.Decision // zero when the request was not counted
	counted int            // parts of a request that limit counted
	source  string         // what was asked for, without query
	cache   string         // HIT, MISS, COALESCED
	format  string         // of the picture that was sent
	times   stage.Times
	span    *trace.Span // nil: not traced
	err     *fault.Error
	status  int   // 0 = nothing is answered yet
	read    int64 // bytes of the request's body
	bytes   int64 // of the answer's body

	fields [12]string // values of header fields; see set
	used   int
}

func newExchange(w http.ResponseWriter, r *http.Request, draining *atomic.Bool) *exchange {
	x := &exchange{ResponseWriter: w, r: r, id: rand.Text()[:16], start: time.Now(), draining: draining}
	if x.conn, _ = r.Context().Value(corkKey{}).(*corkConn); x.conn != nil {
		x.conn.begins(r)
	}
	return x
}

// context returns the request's context, which tells the workers whose it is. It costs nothing.
func (x *exchange) context() context.Context {
	x.asking = clientip.Context{Context: x.r.Context(), Client: x.client}
	return &x.asking
}

// set gives a header field its one value. The first of them live in the exchange itself: a dozen small allocations
// would be a third of all that a cached picture costs.
func (x *exchange) set(name, value string) {
	if x.used == len(x.fields) {
		x.Header().Set(name, value)
		return
	}
	at := x.used
	x.used++
	x.fields[at] = value
	x.Header()[http.CanonicalHeaderKey(name)] = x.fields[at:x.used:x.used]
}

// WriteHeader notes the status and passes it on.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
		if x.conn != nil {
			x.conn.answers()
		}
		if x.draining.Load() {
			x.set("Connection", "close")
		}
	}
	x.ResponseWriter.WriteHeader(status)
}

// Unwrap is how http.ResponseController finds the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// Write counts the bytes and passes them on.
func (x *exchange) Write(b []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
		if x.conn != nil {
			x.conn.answers()
		}
	}
	n, err := x.ResponseWriter.Write(b)
	x.bytes += int64(n)
	return n, err
}
