package fetch

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/fault"
)

func TestGateWaitsForATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(4, 100)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var leave []func()
		for range 3 { // three quarters of four slots are one host's share
			l, err := g.enter(ctx, "slow.test:80")
			if err != nil {
				t.Fatal(err)
			}
			leave = append(leave, l)
		}
		fourth := make(chan error)
		go func() {
			l, err := g.enter(ctx, "slow.test:80")
			if err == nil {
				l()
			}
			fourth <- err
		}()
		synctest.Wait()
		other, err := g.enter(ctx, "other.test:80") // is not held up by those who wait for the slow one
		if err != nil {
			t.Fatal(err)
		}
		other()
		leave[0]()
		if err := <-fourth; err != nil {
			t.Errorf("a slot came free, but: %v", err)
		}
		leave[1]()
		leave[2]()
		if len(g.hosts) != 0 || !g.slots.TryAcquire(4) {
			t.Errorf("left behind: %v", g.hosts)
		}
	})
}

func TestGateGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 100)
		leave, err := g.enter(t.Context(), "a.test:80")
		if err != nil {
			t.Fatal(err)
		}
		release, err := g.reserve(t.Context(), 60)
		if err != nil {
			t.Fatal(err)
		}
		late, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for _, host := range []string{"a.test:80", "b.test:80"} { // one waits for the host's slot, one for any
			_, err = g.enter(late, host)
			ends(t, err, fault.Overloaded)
		}
		_, err = g.reserve(late, 41)
		ends(t, err, fault.Overloaded)

		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err = g.enter(gone, "a.test:80"); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if _, err = g.reserve(gone, 41); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		release()
		leave()
		if len(g.hosts) != 0 || !g.slots.TryAcquire(1) || !g.bytes.TryAcquire(100) {
			t.Errorf("left behind: %v", g.hosts)
		}
	})
}

// Who gives up while all slots are taken gives the host's slot back to those who still want it.
func TestGateReturnsTheHostSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(4, 100)
		for _, host := range []string{"a.test:80", "a.test:80", "b.test:80", "b.test:80"} {
			leave, err := g.enter(t.Context(), host)
			if err != nil {
				t.Fatal(err)
			}
			defer leave()
		}
		late, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := g.enter(late, "a.test:80")
		ends(t, err, fault.Overloaded)
		if a := g.hosts["a.test:80"]; a.users != 2 || !a.TryAcquire(1) {
			t.Errorf("the slot of a.test is lost; users: %d", a.users)
		}
	})
}
