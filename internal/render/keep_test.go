package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/mmap"
	"imagekit/internal/param"
)

// widths are those of a srcset.
var widths = []int{320, 640, 960, 1280, 1600, 1920}

// TestSizesOfAPage: asked one after the other they cost one download while the source is fresh, and one each when its
// origin does not want it kept, or nothing is to be kept at all.
func TestSizesOfAPage(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fresh time.Duration
		bound int64
		want  int
	}{
		{"fresh", time.Minute, sourceCache, 1},
		{"not to be kept", 0, sourceCache, len(widths)},
		{"fresh for three of them", 5 * time.Second, sourceCache, 2}, // a job takes a second
		{"switched off", time.Minute, 0, len(widths)},
		{"too large", time.Minute, 4 * 4096, len(widths)}, // the picture takes a page, and there is what it costs besides
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.origin.fresh = tt.fresh
				r.sources = newSources(r.origin, 30*time.Second, tt.bound, nil)
				for _, w := range widths {
					if res, err := r.Render(t.Context(), request(w), format.WebP, nil); err != nil || res.State != Miss {
						t.Fatalf("%d: %+v, %v", w, res, err)
					}
				}
				if len(r.origin.fetched) != tt.want || len(r.machine.jobs) != len(widths) {
					t.Errorf("%d fetches, %d jobs; want %d and %d", len(r.origin.fetched), len(r.machine.jobs), tt.want,
						len(widths))
				}
				if s := r.Stats(); s.Downloads != uint64(tt.want) || s.SourceHits != uint64(len(widths)-tt.want) {
					t.Errorf("%+v: want %d downloads and the rest hits", s, tt.want)
				} else if (s.Sources == 1) != (tt.want < len(widths)) || (s.SourceBytes > 0) != (s.Sources > 0) {
					t.Errorf("%+v: want one source kept or none", s)
				}
				r.idle(t)
			})
		})
	}
}

// TestKeptSourceIsItsOwn: neither another URL nor another version gets it.
func TestKeptSourceIsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.origin.fresh = time.Minute
		for i, req := range []param.Request{
			{Source: "https://example.com/a"},
			{Source: "https://example.com/a", Version: "2"},
			{Source: "https://example.com/a2"},
			{Source: "https://example.com/a?"},
			{Source: "http://example.com/a"},
			{Source: "https://example.com/A"},
		} {
			if _, err := r.Render(t.Context(), req, format.WebP, nil); err != nil || len(r.origin.fetched) != i+1 {
				t.Errorf("%+v: %v after %d fetches, want %d", req, err, len(r.origin.fetched), i+1)
			}
		}
	})
}

// TestWhoStays: a source of which a result was made stays; one that may be why there is none does not, because it may
// have ended a worker.
func TestWhoStays(t *testing.T) {
	for _, kind := range fault.Kinds() {
		stays := false
		switch kind {
		case fault.BadParameter, fault.CropOutside, fault.OutputTooLarge, fault.TooFewBytes, fault.ClientGone, fault.Overloaded, fault.Draining:
			stays = true // it is not the source's fault
		}
		t.Run(kind.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.origin.fresh = time.Minute
				r.machine.fails = map[int]error{3: fault.New(kind, "told")}
				if _, err := r.Render(t.Context(), request(1), format.WebP, nil); err != nil {
					t.Fatal(err)
				}
				// One works with it while another one's job fails.
				other := r.ask(t.Context(), request(2))
				time.Sleep(time.Second / 2)
				_, err := r.Render(t.Context(), request(3), format.WebP, nil)
				wantKind(t, err, kind)
				<-other
				if n := r.Stats().Sources; (n == 1) != stays {
					t.Errorf("%d sources kept after %v, want it to stay: %v", n, err, stays)
				}
				r.idle(t)
			})
		})
	}
}

// TestBadSourceIsNotShared: not even with those who come while others still work with it.
func TestBadSourceIsNotShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.origin.fresh = time.Minute
		var back [4]func(bool)
		for i, fetches := range []int{1, 1, 2, 2} {
			var err error
			if _, back[i], err = r.sources.borrow(t.Context(), sourceKey{url: "https://example.com/a.jpg"},
				scope{}); err != nil {
				t.Fatal(err)
			}
			if len(r.origin.fetched) != fetches {
				t.Errorf("after %d: %d fetches, want %d", i+1, len(r.origin.fetched), fetches)
			}
			if i == 1 {
				back[0](false)
			}
		}
		back[1](true) // of no use: the others of its kind found the source bad
		if r.Stats().Sources != 0 {
			t.Error("the bad source is kept")
		}
		back[2](true)
		back[3](true)
		if r.Stats().Sources != 1 {
			t.Error("the second download is not kept")
		}
		r.idle(t)
	})
}

func TestPanicLeavesNoSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.origin.fresh = time.Minute
		r.machine.panic = "out of planes"
		if a := <-r.ask(t.Context(), request(100)); a.err == nil || r.Stats().Sources != 0 {
			t.Errorf("%v, and %d sources kept", a.err, r.Stats().Sources)
		}
		r.idle(t)
	})
}

// shop is a Fetcher whose sources hold their own URLs.
type shop struct{ size func(url string) int }

func (s shop) Fetch(_ context.Context, url string) (*blob.Blob, error) {
	return &blob.Blob{Data: goods(url, s.size(url)), Fresh: time.Now().Add(time.Minute)}, nil
}

func goods(url string, size int) []byte { return bytes.Repeat([]byte(url), size/len(url)+1)[:size] }

// TestSourcesAreBounded: whatever their sizes, those kept take what was allowed, by the count of pages too, and the
// ones used last are there.
func TestSourcesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const bound, most = 1 << 20, 1<<18 - 64<<10 // pages are 64 KiB at most
		sizes := map[string]int{}
		s := newSources(shop{func(url string) int { return sizes[url] }}, time.Minute, bound, nil)
		var last []string
		for i := range 500 {
			url := fmt.Sprintf("https://example.com/%d", i)
			sizes[url] = 1 + rand.IntN(most)
			last = append(last, url)
			_, giveBack, err := s.borrow(t.Context(), sourceKey{url: url}, scope{})
			if err != nil {
				t.Fatal(err)
			}
			giveBack(true)
			var sum int64
			for key := range s.memory.sources.held.Keys() {
				sum += mmap.Size(sizes[key.url]) + int64(len(key.url)) + keepCost
			}
			if got := s.memory.sources.held.Cost(); got != sum || got > bound {
				t.Fatalf("after %d: %d bytes kept, counted as %d, the bound is %d", i, sum, got, bound)
			}
		}
		kept := s.memory.sources.held.Len()
		if kept < 4 || s.memory.sources.held.Evicted() != uint64(500-kept) {
			t.Errorf("%d kept and %d evicted of 500", kept, s.memory.sources.held.Evicted())
		}
		for _, url := range last[500-kept:] {
			if b, err := s.memory.recall(sourceKey{url: url}, 0, time.Now()); err != nil || b == nil ||
				!bytes.Equal(b.Data, goods(url, sizes[url])) {
				t.Errorf("%s is not there, or not itself", url)
			}
		}
		time.Sleep(time.Minute + sweepEvery) // nobody asks
		synctest.Wait()
		if n := s.memory.sources.held.Len(); n != 0 || s.memory.sources.held.Cost() != 0 || s.memory.sweeping {
			t.Errorf("%d sources of %d bytes stayed although they are over", n, s.memory.sources.held.Cost())
		}
	})
}

// TestSourcesUnderRace: sources come and go while they are read, and every reader has the right one.
func TestSourcesUnderRace(t *testing.T) {
	s := newSources(shop{func(string) int { return 5000 }}, time.Minute, 10*(8192+1024), nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 300 {
				key := sourceKey{url: fmt.Sprintf("https://example.com/%d", rand.IntN(20))}
				b, giveBack, err := s.borrow(t.Context(), key, scope{})
				if err != nil {
					t.Error(err)
					return
				}
				if !bytes.Equal(b.Data, goods(key.url, 5000)) {
					t.Errorf("%s got another one's bytes", key.url)
				}
				giveBack(rand.IntN(10) > 0)
			}
		})
	}
	wg.Wait()
	m := s.memory
	if len(s.inUse) != 0 || m.sources.held.Cost() > m.sources.held.Bound() || m.hits == 0 {
		t.Errorf("%d in use, %d bytes kept of %d, %d hits", len(s.inUse), m.sources.held.Cost(), m.sources.held.Bound(),
			m.hits)
	}
	for key := range m.sources.held.Keys() {
		m.forget(key)
	}
	if m.sources.held.Cost() != 0 {
		t.Errorf("%d bytes counted of nothing", m.sources.held.Cost())
	}
}

// TestFailuresAreRemembered: asked five times, the origin hears of it once, and again when the time is over.
func TestFailuresAreRemembered(t *testing.T) {
	for _, kind := range fault.Kinds() {
		var want time.Duration
		switch kind {
		case fault.SourceNotFound, fault.NotAnImage, fault.UnsupportedFormat, fault.DamagedImage, fault.TooManyPixels:
			want = time.Minute
		case fault.OriginFailed, fault.OriginTimeout, fault.SourceTooLarge:
			want = 5 * time.Second
		}
		t.Run(kind.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				cause := errors.New("the cause")
				r.origin.err = fault.Wrap(kind, cause, "the origin answered so")
				asked := 1
				for i := range 5 {
					_, err := r.Render(t.Context(), request(100+i), format.WebP, nil)
					f := fault.From(err)
					if f.Kind != kind || f.Detail != "the origin answered so" || !errors.Is(err, cause) {
						t.Errorf("request %d: %v", i, err)
					}
					if again := strings.Contains(err.Error(), "remembered for"); again != (want > 0 && i > 0) {
						t.Errorf("request %d: the log says %q", i, err)
					}
				}
				if want == 0 {
					asked = 5
				}
				if len(r.origin.fetched) != asked {
					t.Fatalf("%d fetches, want %d", len(r.origin.fetched), asked)
				}
				if s := r.Stats(); s.FailureHits != uint64(5-asked) || (s.Failures == 1) != (want > 0) {
					t.Errorf("%+v", s)
				}
				fresh := request(100)
				fresh.Version = "2"
				_, _ = r.Render(t.Context(), fresh, format.WebP, nil)
				time.Sleep(want - time.Second - 1) // the other version took one
				_, _ = r.Render(t.Context(), request(100), format.WebP, nil)
				if want > 0 && len(r.origin.fetched) != asked+1 {
					t.Errorf("just before its end: %d fetches, want the other version's alone", len(r.origin.fetched)-asked)
				}
				time.Sleep(1 * time.Nanosecond)
				_, _ = r.Render(t.Context(), request(100), format.WebP, nil)
				if want > 0 && len(r.origin.fetched) != asked+2 {
					t.Errorf("at its end: %d fetches, want 2", len(r.origin.fetched)-asked)
				}
				r.idle(t)
			})
		})
	}
}

// TestOwnTroubleIsNotRemembered: the end of a context says nothing about the origin.
func TestOwnTroubleIsNotRemembered(t *testing.T) {
	m := newMemory(0)
	for _, err := range []error{
		context.Canceled, context.DeadlineExceeded, errors.New("bug"),
		fmt.Errorf("fetch: %w", context.Canceled),
	} {
		m.fail(sourceKey{}, scope{}, 0, err, time.Now())
	}
	if n := m.failures.held.Len(); n != 0 {
		t.Errorf("%d failures remembered", n)
	}
}

func TestLeastRecentlyUsedGoes(t *testing.T) {
	now := time.Now()
	var gone []string
	r := newRecent[sourceKey](3, func(v string) { gone = append(gone, v) })
	put := func(v string, cost int64) { r.put(sourceKey{url: v}, v, cost, now.Add(time.Minute)) }
	put("a", 1)
	put("b", 1)
	put("c", 1)
	r.get(sourceKey{url: "a"}, now)
	put("d", 2) // takes the place of two
	put("d", 1) // replaces itself
	if fmt.Sprint(gone) != "[b c d]" || r.held.Cost() != 2 || r.held.Evicted() != 2 {
		t.Errorf("%v went, %d evicted, %d left", gone, r.held.Evicted(), r.held.Cost())
	}
	if _, ok := r.get(sourceKey{url: "a"}, now.Add(time.Minute)); ok || r.held.Cost() != 1 {
		t.Errorf("there after its time: %v; %d left", ok, r.held.Cost())
	}
}

func TestFailuresAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(0)
		for i := range 3 * maxFailures {
			m.fail(sourceKey{url: fmt.Sprint(i)}, scope{}, 0, fault.New(fault.SourceNotFound, "404"), time.Now())
		}
		if n := m.failures.held.Len(); n != maxFailures {
			t.Errorf("%d failures remembered, want %d", n, maxFailures)
		}
		if _, err := m.recall(sourceKey{url: fmt.Sprint(3*maxFailures - 1)}, 0, time.Now()); err == nil {
			t.Error("the last one is forgotten")
		}
		time.Sleep(missingFor + sweepEvery)
		synctest.Wait()
		if n := m.failures.held.Len(); n != 0 {
			t.Errorf("%d failures stayed although they are over", n)
		}
	})
}
