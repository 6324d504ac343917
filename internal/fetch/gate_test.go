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
		g := newGate(4, 100, 10)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var turns []*turn
		for range 3 { // three quarters of four slots are one host's share
			slow, err := g.enter(ctx, "slow.test:80")
			if err != nil {
				t.Fatal(err)
			}
			turns = append(turns, slow)
		}
		fourth := make(chan error)
		go func() {
			slow, err := g.enter(ctx, "slow.test:80")
			if err == nil {
				slow.leave()
			}
			fourth <- err
		}()
		synctest.Wait()
		other, err := g.enter(ctx, "other.test:80") // is not held up by those who wait for the slow one
		if err != nil {
			t.Fatal(err)
		}
		other.leave()
		turns[0].leave()
		if err := <-fourth; err != nil {
			t.Errorf("a slot came free, but: %v", err)
		}
		turns[1].leave()
		turns[2].leave()
		if len(g.hosts) != 0 || !g.slots.TryAcquire(4) {
			t.Errorf("left behind: %v", g.hosts)
		}
	})
}

func TestGateGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 100, 100)
		holder, err := g.enter(t.Context(), "a.test:80")
		if err != nil {
			t.Fatal(err)
		}
		if err := holder.reserve(t.Context(), 60); err != nil {
			t.Fatal(err)
		}
		second := &turn{gate: g, name: holder.name, host: holder.host}
		late, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for _, host := range []string{"a.test:80", "b.test:80"} { // one waits for the host's slot, one for any
			_, err = g.enter(late, host)
			ends(t, err, fault.Overloaded)
		}
		ends(t, second.reserve(late, 41), fault.Overloaded)

		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err = g.enter(gone, "a.test:80"); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if err := second.reserve(gone, 41); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		holder.leave()
		if len(g.hosts) != 0 || !g.slots.TryAcquire(1) || !g.bytes.TryAcquire(100) {
			t.Errorf("left behind: %v", g.hosts)
		}
	})
}

// Who gives up while all slots are taken gives the host's slot back to those who still want it.
func TestGateReturnsTheHostSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(4, 100, 10)
		for _, host := range []string{"a.test:80", "a.test:80", "b.test:80", "b.test:80"} {
			taken, err := g.enter(t.Context(), host)
			if err != nil {
				t.Fatal(err)
			}
			defer taken.leave()
		}
		late, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := g.enter(late, "a.test:80")
		ends(t, err, fault.Overloaded)
		if a := g.hosts["a.test:80"]; a.users != 2 || !a.slots.TryAcquire(1) {
			t.Errorf("the slot of a.test is lost; users: %d", a.users)
		}
	})
}

// A host whose downloads take all the bytes it may have does not keep others from theirs.
func TestGateLeavesBytesToOtherHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(8, 100, 25)
		reserve := func(host string) error {
			late, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			taken, err := g.enter(late, host)
			if err != nil {
				return err
			}
			t.Cleanup(taken.leave)
			return taken.reserve(late, 25)
		}
		for range 3 {
			if err := reserve("greedy.test:80"); err != nil {
				t.Fatal(err)
			}
		}
		ends(t, reserve("greedy.test:80"), fault.Overloaded)
		if err := reserve("other.test:80"); err != nil {
			t.Error(err)
		}
	})
}
