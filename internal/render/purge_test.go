package render

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// purgeCount counts the purges of all sources.
type purgeCount struct{ atomic.Uint64 }

func (p *purgeCount) Applied() uint64            { return p.Load() }
func (p *purgeCount) Last(string, string) uint64 { return p.Load() }

// TestPurge: after a purge of results nothing that was downloaded before is used, whether it is kept or in use, and once
// the new source is there it serves as any other.
func TestPurge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.origin.fresh = time.Minute
		var purges purgeCount
		r.sources = newSources(r.origin, 30*time.Second, sourceCache, &purges)
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
		var purges purgeCount
		r.sources = newSources(r.origin, 30*time.Second, sourceCache, &purges)
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

// TestNobodyJoinsWorkFromBeforeAPurge: whether the old work downloads or decodes at the time of the purge, who comes later
// starts anew, and each result carries the generation of its own download.
func TestNobodyJoinsWorkFromBeforeAPurge(t *testing.T) {
	for _, at := range []time.Duration{500 * time.Millisecond, 1500 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t)
			r.origin.fresh = time.Minute
			var purges purgeCount
			r.sources = newSources(r.origin, 30*time.Second, sourceCache, &purges)
			old := r.ask(t.Context(), request(320))
			time.Sleep(at)
			purges.Add(7)
			fresh, again := r.ask(t.Context(), request(320)), r.ask(t.Context(), request(320))
			a, b, c := <-old, <-fresh, <-again
			if a.err != nil || a.State != Miss || a.Blob.Generation != 0 {
				t.Errorf("the old one: %+v", a)
			}
			if b.err != nil || b.Blob.Generation != 7 || c.err != nil || c.Blob.Generation != 7 || b.State == c.State {
				t.Errorf("the fresh ones: %+v, %+v", b, c)
			}
			if n := len(r.origin.fetched); n != 2 {
				t.Errorf("%d downloads, want 2", n)
			}
			r.idle(t)
		})
	}
}
