package stage

import (
	"regexp"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestHeader(t *testing.T) {
	for _, tt := range []struct {
		name  string
		times Times
		want  string
	}{
		{"nothing happened", Times{}, ""},
		{"one stage", Times{Fetch: 1500 * time.Microsecond}, "fetch;dur=1.50"},
		{
			"in order, without those that did not happen",
			Times{Encode: time.Second, Cache: 4 * time.Microsecond},
			"cache;dur=0.00, encode;dur=1000.00",
		},
		{"rounded", Times{Queue: 2345678 * time.Nanosecond}, "queue;dur=2.35"},
		{
			"all",
			Times{1e6, 2e6, 3e6, 4e6, 5e6, 6e6, 7e6, 8e6},
			"cache;dur=1.00, fetch;dur=2.00, probe;dur=3.00, queue;dur=4.00, decode;dur=5.00, resize;dur=6.00, " +
				"encode;dur=7.00, store;dur=8.00",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.times.Header(); got != tt.want {
				t.Errorf("Header = %q, want %q", got, tt.want)
			}
		})
	}
}

// Server-Timing wants tokens as names (RFC 9110 §5.6.2); logs want them apart.
func TestNames(t *testing.T) {
	var seen []string
	for s := range count {
		name := s.String()
		if !regexp.MustCompile("^[a-z]+$").MatchString(name) || slices.Contains(seen, name) {
			t.Errorf("stage %d is named %q", s, name)
		}
		seen = append(seen, name)
	}
}

func TestList(t *testing.T) {
	if got, want := List(), "cache (reading it), fetch, probe, queue, decode, resize, encode, store (writing the cache)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a Times
		for range 2 { // a stage that happens twice
			func() {
				defer a.Since(Fetch, time.Now())
				time.Sleep(time.Second) // by the bubble's clock
			}()
		}
		a.Add(Times{Fetch: time.Second, Encode: time.Minute})
		if want := (Times{Fetch: 3 * time.Second, Encode: time.Minute}); a != want {
			t.Errorf("got %v, want %v", a, want)
		}
		for name, d := range a.All() {
			if name != "fetch" || d != 3*time.Second {
				t.Errorf("first is %s with %v", name, d)
			}
			break // All has to bear it
		}
	})
}
