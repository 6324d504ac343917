package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"code.dny.dev/ssrf"

	"imagekit/internal/fault"
)

// explain says what an error of the network means. who names the other side in public; the error itself,
// which may hold resolved addresses, stays private.
func explain(ctx context.Context, who string, err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f // it says so itself
	}
	switch {
	case fault.Exhausted(err):
		return fault.Exhaust(err)
	case errors.Is(ctx.Err(), context.Canceled) && context.Cause(ctx) != errTooSlow:
		return cancelled(ctx.Err())
	case errors.Is(err, ssrf.ErrProhibitedPort):
		return fault.Wrap(fault.SourceForbidden, err, "this port of %s is not allowed (IMAGEKIT_ALLOWED_PORTS)", who)
	case errors.Is(err, errBlocked):
		return fault.Wrap(fault.SourceForbidden, err,
			"%s is not at a public address, want one of those or of the networks in "+
				"IMAGEKIT_ALLOWED_NETWORKS (127.0.0.0/8,::1 is the server's own machine)", who)
	case context.Cause(ctx) == errTooSlow:
		return fault.Wrap(fault.OriginTimeout, errTooSlow, "%s sends less than %d bytes per second", who, minRate)
	case isTimeout(err) || errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fault.Wrap(fault.OriginTimeout, err, "%s did not answer in time", who)
	}
	return fault.Wrap(fault.OriginFailed, err, broken[brokenBy(err)], who)
}

// broken says in public what brokenBy found.
var broken = map[failure]string{
	dns:       "the name of %s cannot be resolved",
	connect:   "%s cannot be connected to",
	tlsFailed: "the certificate of %s is not valid",
	truncated: "%s ended its answer too early",
	protocol:  "%s did not give a valid answer",
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// cancelled is the error when nobody wants the source any more.
func cancelled(err error) error { return fmt.Errorf("fetch source: %w", err) }

// status names a status code and, when it has one, its meaning: "403 Forbidden".
func status(code int) string {
	if text := http.StatusText(code); text != "" {
		return fmt.Sprintf("%d %s", code, text)
	}
	return fmt.Sprint(code)
}
