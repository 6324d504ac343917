package render

import (
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// TestRetryAfterIsKept: an origin that said when it wants to be asked again is not asked before, and every client learns
// how long that still is.
func TestRetryAfterIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		refused := fault.New(fault.OriginFailed, "the origin answered 429 Too Many Requests, want 200")
		refused.Retry = time.Minute
		r.origin.err = refused
		ask := func(fetched int, want time.Duration) {
			t.Helper()
			_, err := r.Render(t.Context(), request(100), format.WebP, nil)
			wantKind(t, err, fault.OriginFailed)
			if got := fault.From(err).Retry; got != want {
				t.Errorf("retry after %v, want %v", got, want)
			}
			if n := len(r.origin.fetched); n != fetched {
				t.Errorf("the origin was asked %d times, want %d", n, fetched)
			}
		}
		ask(1, time.Minute)
		time.Sleep(40 * time.Second)
		ask(1, 20*time.Second)
		time.Sleep(19*time.Second + time.Second/2)
		ask(1, time.Second) // at least
		time.Sleep(time.Second / 2)
		ask(2, time.Minute)
		if refused.Retry != time.Minute {
			t.Error("the first fault was changed")
		}
	})
}
