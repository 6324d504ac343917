package breaker

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New()
		for i := range 3 * most {
			if !b.Allow() || b.Open() {
				t.Fatalf("open after %d failures in a row", i%most)
			}
			b.Done(i%most == most-1) // never five in a row
		}
		for range most {
			b.Done(false)
		}
		for second := range 3 {
			allowed := 0
			for range 10 {
				if b.Allow() {
					allowed++
					b.Done(false)
				}
				time.Sleep(probeEvery / 10)
			}
			if want := min(second, 1); allowed != want || !b.Open() {
				t.Errorf("second %d: %d calls let through, want %d", second, allowed, want)
			}
		}
		if !b.Allow() {
			t.Fatal("no probe")
		}
		b.Done(true)
		if b.Open() || !b.Allow() {
			t.Error("still open after a probe that went well")
		}
		if b.Trip(); b.Allow() {
			t.Error("tripped, and lets calls through at once")
		}
	})
}
