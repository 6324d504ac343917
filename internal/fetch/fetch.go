// Package fetch downloads sources over HTTP from hosts nobody vouches for: every address is checked when it
// is dialled, every redirect is checked like the first URL, and sizes, times and rates are bounded.
package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/trace"
)

const (
	dialTimeout = 3 * time.Second  // name lookup and TCP connect, all addresses of a host together
	idleTimeout = 60 * time.Second // of a kept-alive connection

	maxRedirects   = 5
	maxHeaderBytes = 64 << 10
	maxIdle        = 64 // kept-alive connections, all hosts together
	maxIdlePerHost = 16
)

// Config says what may be fetched and how much of the machine it may take.
type Config struct {
	// AllowedHosts are host patterns; empty = any public host. "example.com" is that host alone,
	// "*.example.com" every host below it, but not example.com itself.
	AllowedHosts []string
	// AllowedNetworks may be fetched from on any port although they are not public. The metadata addresses of
	// cloud providers stay closed unless they are listed alone, as a /32 or /128.
	AllowedNetworks []netip.Prefix
	// AllowedPorts are the ports of public hosts; empty = none.
	AllowedPorts []uint16
	UserAgent    string
	// MaxBytes is the largest source. At least 1.
	MaxBytes int64
	// Timeout bounds one Fetch, waiting for its turn included.
	Timeout time.Duration
	// TraceOrigins sends the trace context along.
	TraceOrigins bool
	// Concurrency is how many downloads run at once, waiting for their origins included. One host gets three
	// quarters of them, so that a host that hangs cannot stop the others. At least 1.
	Concurrency int
	// BytesInFlight bounds the sizes of the downloads that run, counted from the first 64 KiB on; one whose size the
	// origin does not tell counts as MaxBytes. One host gets three quarters. Values below MaxBytes mean MaxBytes.
	BytesInFlight int64
}

// Fetcher downloads sources. It is safe for concurrent use.
type Fetcher struct {
	policy    policy
	gate      *gate
	dialer    *net.Dialer
	transport *http.Transport
	pace      pace
	userAgent string
	maxBytes  int64
	timeout   time.Duration
	traced    bool // origins get the trace context
	count     tally
}

// New returns a fetcher. Close it to drop its idle connections.
func New(c Config) *Fetcher {
	f := &Fetcher{
		policy: newPolicy(c.AllowedHosts),
		gate:   newGate(c.Concurrency, c.BytesInFlight, c.MaxBytes),
		dialer: &net.Dialer{
			Timeout:        dialTimeout,
			ControlContext: newGuard(c.AllowedNetworks, c.AllowedPorts).control,
			// The C library's resolver reads 2130706433 and 0177.0.0.1 as 127.0.0.1; Go's looks them up as names.
			Resolver: &net.Resolver{PreferGo: true},
		},
		pace:      pace{window: rateWindow, min: minRate * int64(rateWindow/time.Second)},
		userAgent: c.UserAgent,
		maxBytes:  c.MaxBytes,
		timeout:   c.Timeout,
		traced:    c.TraceOrigins,
	}
	f.transport = newTransport(f.dialer)
	// Package x509 reads the system's roots once, when the first certificate comes, and believes for ever that there are none
	// if descriptors run out just then.
	_, _ = x509.SystemCertPool()
	return f
}

// newTransport returns a transport that dials with d and bounds the header. The time for handshake and header is the
// download's own.
func newTransport(d *net.Dialer) *http.Transport {
	// One download per connection: over HTTP/2 a stalled one would slow the others of its host.
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  nil, // the guard would check the proxy's address instead of the origin's
		DialContext:            dial(d),
		Protocols:              &http1,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableCompression:     true, // it would ask for gzip
		MaxIdleConns:           maxIdle,
		MaxIdleConnsPerHost:    maxIdlePerHost,
		IdleConnTimeout:        idleTimeout,
	}
}

// dial is d.DialContext, but for it localhost is this host whatever a name server says or does not know (RFC 6761
// §6.3): the guard then refuses it for what it is.
func dial(d *net.Dialer) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(addr)
		if name := strings.ToLower(host); err == nil && (name == "localhost" || strings.HasSuffix(name, ".localhost")) {
			addr = net.JoinHostPort("127.0.0.1", port)
		}
		return d.DialContext(ctx, network, addr)
	}
}

// Close drops the idle connections. Downloads that still run end by themselves.
func (f *Fetcher) Close() { f.transport.CloseIdleConnections() }

// Fetch downloads the source at rawURL. The result's format is what its first bytes say, Unknown included; how long
// it is fresh is what the origin says, and every redirect on the way.
//
// Errors are faults: BadSource and SourceForbidden for what may not be fetched, SourceNotFound,
// SourceTooLarge, OriginFailed and OriginTimeout for what the origin did, Overloaded when no turn came in
// time. When ctx is cancelled it is ctx's error, wrapped.
func (f *Fetcher) Fetch(ctx context.Context, rawURL string) (*blob.Blob, error) {
	f.count.running.Add(1)
	defer f.count.running.Add(-1)
	b, err := f.fetch(ctx, rawURL)
	if err != nil {
		f.count.failed(failureOf(err))
	}
	return b, err
}

func (f *Fetcher) fetch(ctx context.Context, rawURL string) (*blob.Blob, error) {
	u, err := f.policy.source(rawURL)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, f.timeout)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	t, err := f.gate.enter(ctx, u.Host)
	if err != nil {
		return nil, err
	}
	defer t.leave()
	resp, fresh, err := f.follow(ctx, u)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := f.body(ctx, cancel, t, resp)
	if err != nil {
		return nil, err
	}
	return &blob.Blob{Data: data, Format: format.Sniff(data), Created: time.Now(), Fresh: fresh}, nil
}

// follow asks for u, goes where redirects lead, and returns a response that holds the source and how long all that
// led to it is fresh.
func (f *Fetcher) follow(ctx context.Context, u *url.URL) (resp *http.Response, fresh time.Time, err error) {
	who := u.Host
	fresh = time.Now().Add(maxFresh)
	for range maxRedirects + 1 {
		asked := time.Now()
		if resp, err = f.get(ctx, u); err != nil {
			return nil, fresh, explain(ctx, who, err)
		}
		fresh = earlier(fresh, freshUntil(resp.Header, asked, time.Now()))
		if !isRedirect(resp.StatusCode) {
			if err := f.accept(resp); err != nil {
				resp.Body.Close()
				return nil, fresh, err
			}
			return resp, fresh, nil
		}
		resp.Body.Close()
		if u, err = f.policy.redirect(u, resp.Header.Get("Location")); err != nil {
			return nil, fresh, err
		}
		who = "the host the origin redirects to" // which may be a name that is nobody's business
	}
	return nil, fresh, fault.New(fault.OriginFailed, "the origin redirects more than %d times", maxRedirects)
}

// get sends one request. It uses the transport alone, without a client around it: no cookies, no
// credentials, and no Referer, which would hand signed URLs to strangers.
func (f *Fetcher) get(ctx context.Context, u *url.URL) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header = http.Header{
		// WebP and AVIF are not named: an origin that negotiates should send its original, not a second encoding.
		"Accept":          {"image/*, */*;q=0.8"},
		"Accept-Encoding": {"identity"},
		"User-Agent":      {f.userAgent},
	}
	if f.traced {
		trace.Inject(ctx, req.Header)
	}
	return f.transport.RoundTrip(req)
}

// accept checks what the header tells before the body is read.
func (f *Fetcher) accept(resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code == http.StatusNotFound, code == http.StatusGone:
		return fault.New(fault.SourceNotFound, "the origin answered %s", status(code))
	case code != http.StatusOK:
		refused := fault.New(fault.OriginFailed, "the origin answered %s, want 200", status(code))
		if code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable {
			refused.Retry = retryAfter(resp.Header, time.Now())
		}
		return refused
	}
	if resp.ContentLength > f.maxBytes {
		return fault.New(fault.SourceTooLarge, "the source has %d bytes; the limit is %d (IMAGEKIT_MAX_INPUT_SIZE)",
			resp.ContentLength, f.maxBytes)
	}
	return nil
}

// body reads the response while its rate is watched, and unpacks it where it is packed.
func (f *Fetcher) body(ctx context.Context, cancel context.CancelCauseFunc, t *turn, resp *http.Response) ([]byte, error) {
	list, err := codings(resp.Header)
	if err != nil {
		return nil, err
	}
	r := f.pace.watch(ctx, f.count.counted(resp.Body), cancel)
	room := func() error {
		r.pause()
		defer r.resume()
		return t.reserve(ctx, f.room(resp.ContentLength, list))
	}
	var data []byte
	if len(list) == 0 {
		data, err = read(r, resp.ContentLength, f.maxBytes, room)
	} else {
		data, err = f.unpacked(ctx, &network{Reader: r}, list, resp.ContentLength, room)
	}
	switch {
	case errors.Is(err, errTooLarge):
		return nil, fault.New(fault.SourceTooLarge,
			"the source has more than %d bytes, the limit (IMAGEKIT_MAX_INPUT_SIZE)", f.maxBytes)
	case errors.Is(err, errPacked):
		return nil, fault.Wrap(fault.OriginFailed, err,
			"the origin sent content-encoding %.40q, want none, and it cannot be unpacked",
			strings.Join(list, ", "))
	case err != nil:
		return nil, explain(ctx, "the origin", err)
	}
	return data, nil
}
