package fetch

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync/atomic"

	"imagekit/internal/fault"
)

// failure is a way in which a download fails: finer than the kind of its fault, for operators.
type failure uint8

// The failures.
const (
	badURL    failure = iota // not a URL that can be fetched, a redirect's included
	forbidden                // refused by policy: host, port or address
	dns                      // the name cannot be resolved
	connect                  // nobody answers at the address
	tlsFailed                // the certificate is not valid
	timeout                  // no answer in time
	slow                     // below the minimum rate
	notFound                 // 404 or 410
	badStatus                // another status than 200, too many redirects, too many encodings
	tooLarge                 // above the bound
	truncated                // ended before its length
	protocol                 // no valid HTTP
	busy                     // no turn came in time, or this machine has no descriptors or memory left
	abandoned                // nobody wants it any more
	failures
)

var failureNames = [failures]string{
	"bad_url", "forbidden", "dns", "connect", "tls", "timeout", "slow", "not_found", "status", "too_large", "truncated",
	"protocol", "busy", "abandoned",
}

// Failures lists the keys of Stats.Failures.
func Failures() []string { return failureNames[:] }

// failureOf tells how a download failed from its error.
func failureOf(err error) failure {
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok:
		return abandoned
	case f.Kind == fault.BadSource:
		return badURL
	case f.Kind == fault.SourceForbidden:
		return forbidden
	case f.Kind == fault.SourceNotFound:
		return notFound
	case f.Kind == fault.SourceTooLarge:
		return tooLarge
	case f.Kind == fault.Overloaded:
		return busy
	case errors.Is(err, errTooSlow):
		return slow
	case f.Kind == fault.OriginTimeout:
		return timeout
	case f.Err == nil: // it answered by the book, but not with a source
		return badStatus
	}
	return brokenBy(f.Err)
}

// brokenBy tells what of the network broke: dns, connect, tlsFailed, truncated or protocol.
func brokenBy(err error) failure {
	var name *net.DNSError
	var dial *net.OpError
	var cert *tls.CertificateVerificationError
	switch {
	case errors.As(err, &name):
		return dns
	case errors.As(err, &dial) && dial.Op == "dial":
		return connect
	case errors.As(err, &cert):
		return tlsFailed
	case errors.Is(err, io.ErrUnexpectedEOF):
		return truncated
	}
	return protocol
}

// tally counts what downloads do.
type tally struct {
	running atomic.Int64
	bytes   atomic.Uint64
	ended   [failures]atomic.Uint64
}

func (t *tally) failed(f failure) { t.ended[f].Add(1) }

// counted returns r, whose bytes are counted as they come.
func (t *tally) counted(r io.Reader) io.Reader { return countedReader{r, &t.bytes} }

type countedReader struct {
	io.Reader
	bytes *atomic.Uint64
}

// Read reads and counts.
func (r countedReader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	r.bytes.Add(uint64(n))
	return n, err
}

// Stats is a snapshot of the downloads.
type Stats struct {
	Running  int64             // those that wait for their turn included
	Bytes    uint64            // of bodies, as they came, also of downloads that failed
	Failures map[string]uint64 // by the words of Failures; each has its entry
}

// Stats returns a snapshot.
func (f *Fetcher) Stats() Stats {
	s := Stats{Running: f.count.running.Load(), Bytes: f.count.bytes.Load(), Failures: make(map[string]uint64, failures)}
	for i, name := range failureNames {
		s.Failures[name] = f.count.ended[i].Load()
	}
	return s
}
