package render

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/fault"
)

func TestFourSizesFetchOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		var answers []<-chan answer
		for _, w := range []int{50, 100, 150, 200} {
			answers = append(answers, r.ask(t.Context(), request(w)))
		}
		for _, c := range answers {
			if a := <-c; a.err != nil || a.State != Miss {
				t.Errorf("got %+v", a)
			}
		}
		if len(r.origin.fetched) != 1 || len(r.machine.jobs) != 4 {
			t.Errorf("%d fetches, %d jobs; want 1 and 4", len(r.origin.fetched), len(r.machine.jobs))
		}
		if s := r.Stats(); s.Shared != 3 || s.Downloads != 1 {
			t.Errorf("%+v: want three of four to share", s)
		}
		r.idle(t)
	})
}

func TestSourceIsSharedWhileInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		first := r.ask(t.Context(), request(50))
		time.Sleep(1500 * time.Millisecond) // fetched, and now in the engine
		second := r.ask(t.Context(), request(100))
		<-first
		if a := <-second; a.err != nil {
			t.Error(a.err)
		}
		if len(r.origin.fetched) != 1 {
			t.Errorf("%d fetches, want 1", len(r.origin.fetched))
		}
		if s := r.Stats(); s.Shared != 1 {
			t.Errorf("%+v: want one that shared", s)
		}
		r.idle(t)

		if a := <-r.ask(t.Context(), request(150)); a.err != nil {
			t.Error(a.err)
		}
		if len(r.origin.fetched) != 2 {
			t.Errorf("%d fetches, want 2: what is not fresh is not kept", len(r.origin.fetched))
		}
	})
}

func TestSourceStaysUntilTheLastUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newRig(t).origin
		s := newSources(o, 30*time.Second, sourceCache, nil)
		var back [3]func(bool)
		for i := range back {
			_, release, err := s.borrow(t.Context(), sourceKey{url: "https://example.com/a.jpg"}, scope{})
			if err != nil {
				t.Fatal(err)
			}
			back[i] = release
			if i == 1 {
				back[0](true) // the second still works with it when the third comes
			}
		}
		back[1](true)
		back[2](true)
		if len(o.fetched) != 1 || len(s.inUse) != 0 {
			t.Errorf("%d fetches, %d in use; want 1 and 0", len(o.fetched), len(s.inUse))
		}
	})
}

func TestSharedSourceGrowsOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newRig(t).origin
		s := newSources(o, 30*time.Second, sourceCache, nil)
		key := sourceKey{url: "https://example.com/a.jpg"}
		borrow := func() func(bool) {
			t.Helper()
			_, release, err := s.borrow(t.Context(), key, scope{})
			if err != nil {
				t.Fatal(err)
			}
			return release
		}
		first := borrow()
		time.Sleep(29 * time.Second)
		second := borrow()
		if len(o.fetched) != 1 {
			t.Errorf("%d fetches, want 1", len(o.fetched))
		}
		time.Sleep(time.Second)
		third := borrow()
		if len(o.fetched) != 2 {
			t.Errorf("%d fetches, want 2", len(o.fetched))
		}
		first(true)
		second(true)
		if len(s.inUse) != 1 {
			t.Error("the end of the old one took the new one along")
		}
		third(true)
		if len(s.inUse) != 0 {
			t.Error("still in use")
		}
	})
}

func TestVersionFetchesAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		one, two := request(100), request(100)
		two.Version = "2"
		a, b := r.ask(t.Context(), one), r.ask(t.Context(), two)
		<-a
		<-b
		if len(r.origin.fetched) != 2 {
			t.Errorf("%d fetches, want 2", len(r.origin.fetched))
		}
	})
}

// TestOneSizeLeaving: of two results on one download, one is given up; the download goes on for the other.
func TestOneSizeLeaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx, leave := context.WithCancel(t.Context())
		first := r.ask(ctx, request(50))
		synctest.Wait()
		second := r.ask(t.Context(), request(100))
		synctest.Wait()
		leave()
		<-first
		if a := <-second; a.err != nil {
			t.Error(a.err)
		}
		if len(r.origin.fetched) != 1 {
			t.Errorf("%d fetches, want 1", len(r.origin.fetched))
		}
		r.idle(t)
	})
}

func TestDownloadsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.sources.lifetime = 10 * time.Millisecond
		_, _, err := r.sources.borrow(t.Context(), sourceKey{url: "https://example.com/slow"}, scope{})
		wantKind(t, err, fault.Timeout)
	})
}
