package backlog

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// held is a backlog whose work is done when the test lets it: a value is taken from done for each.
type held struct {
	*Backlog[string, int]
	let   chan struct{}
	began chan int
}

func hold() held {
	h := held{let: make(chan struct{}), began: make(chan int, 10_000)}
	h.Backlog = New(func(_ string, v int) { h.began <- v; <-h.let })
	return h
}

// drain lets everything through and returns what was done in all, in order.
func (h held) drain(t *testing.T) []int {
	t.Helper()
	close(h.let)
	if err := h.Flush(t.Context()); err != nil {
		t.Error(err)
	}
	synctest.Wait()
	close(h.began)
	var done []int
	for v := range h.began {
		done = append(done, v)
	}
	return done
}

// TestTheLatestIsDone: whatever comes under a key while an older value waits takes its place; while an older one is being
// done it is done afterwards, never at the same time.
func TestTheLatestIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hold()
		for _, key := range []string{"a", "b", "c", "d", "e"} { // one more than are done at a time
			h.Add(key, int(key[0]), 1)
			synctest.Wait()
		}
		h.Add("a", 1, 1)
		h.Add("a", 2, 1)
		h.Add("e", 3, 1)
		synctest.Wait()
		if v, ok := h.Get("a"); !ok || v != 2 || h.Len() != 5 || len(h.began) != workers {
			t.Errorf("a is %d (%t), %d wait, %d begun; want the latest found and nothing begun beside it", v, ok, h.Len(), len(h.began))
		}
		done := h.drain(t)
		if want := []int{'a', 'b', 'c', 'd', 3, 2}; !slices.Equal(done[:4], want[:4]) || len(done) != 6 ||
			!slices.Contains(done[4:], 3) || !slices.Contains(done[4:], 2) {
			t.Errorf("done %v, want %v", done, want)
		}
		if _, ok := h.Get("a"); ok || h.Len() != 0 {
			t.Error("something is found when all is done")
		}
	})
}

// TestBounds: so many values wait, and so many bytes; one alone may be larger. A value in place of another counts by its
// own size.
func TestBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hold()
		for range MaxItems + 5 {
			h.Add(string(rune(1000+h.Len())), 0, 1)
		}
		if h.Len() != MaxItems || h.Room(1) {
			t.Errorf("%d wait, want %d", h.Len(), MaxItems)
		}
		h.drain(t)

		h = hold()
		if !h.Add("huge", 0, 2*MaxBytes) || h.Add("small", 0, 1) {
			t.Error("want one larger than the bound alone")
		}
		h.Add("huge", 0, MaxBytes-1)
		if !h.Add("small", 0, 1) || h.Add("smaller", 0, 1) {
			t.Error("want what is replaced to count by its last size")
		}
		h.drain(t)
		if h.bytes != 0 {
			t.Errorf("%d bytes are left", h.bytes)
		}
	})
}

func TestFlushGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hold()
		if err := h.Flush(t.Context()); err != nil {
			t.Errorf("with nothing to do: %v", err)
		}
		h.Add("a", 1, 1)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := h.Flush(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		h.drain(t)
	})
}
