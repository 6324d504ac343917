package fetch

import (
	"net/http"
	"strconv"
	"time"
)

// maxRetry bounds how long an origin may ask not to be asked.
const maxRetry = 5 * time.Minute

// retryAfter returns how long an origin wants not to be asked (RFC 9110 §10.2.3), at most maxRetry; 0 when it does not
// say, or says what cannot be read or is over.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if when, err := http.ParseTime(text); err == nil {
		return min(max(0, when.Sub(now)), maxRetry)
	}
	seconds, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(min(seconds, uint64(maxRetry/time.Second))) * time.Second
}
