package render

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// TestPurge: after a purge of results nothing that was downloaded before is used, whether it is kept or in use, and once
// the new source is there it serves as any other.
func TestPurge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.origin.fresh = time.Minute
		var purges atomic.Int64
		r.sources = newSources(r.origin, 30*time.Second, sourceCache, func() time.Time { return time.Unix(purges.Load(), 0) })
		fetches := func(when string, want int) {
			t.Helper()
			r.origin.mu.Lock()
			defer r.origin.mu.Unlock()
			if got := len(r.origin.fetched); got != want {
				t.Fatalf("%s: %d fetches, want %d", when, got, want)
			}
		}
		ask := func(width int) { <-r.ask(t.Context(), request(width)) }

		ask(320)
		ask(640)
		fetches("before", 1)
		purges.Add(1)
		ask(320 + 1)
		fetches("purged while kept", 2)
		ask(320 + 2)
		fetches("kept again", 2)

		purges.Add(1)
		first := r.ask(t.Context(), request(320+3)) // a second to fetch, a second to make
		time.Sleep(1500 * time.Millisecond)
		fetches("in use", 3)
		purges.Add(1)
		second := r.ask(t.Context(), request(320+4))
		<-first
		<-second
		fetches("purged while in use", 4)
		ask(320 + 5)
		fetches("the later one is kept", 4)
		r.idle(t)
	})
}

// TestPurgeOfFailures: nor is a failure from before a purge an answer.
func TestPurgeOfFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.origin.err = fault.New(fault.SourceNotFound, "the origin answered 404")
		var purges atomic.Int64
		r.sources = newSources(r.origin, 30*time.Second, sourceCache, func() time.Time { return time.Unix(purges.Load(), 0) })
		for _, want := range []int{1, 1} {
			if _, err := r.Render(t.Context(), request(320), format.WebP, nil); err == nil || len(r.origin.fetched) != want {
				t.Fatalf("%v after %d fetches, want a failure after %d", err, len(r.origin.fetched), want)
			}
		}
		purges.Add(1)
		r.origin.err = nil
		if _, err := r.Render(t.Context(), request(320), format.WebP, nil); err != nil {
			t.Error(err)
		}
	})
}
