package bulkhead

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestHangingCallsAreBounded: of many calls to a side that does not answer a few hang; their callers are let go after a
// while, those that come later at once; when it answers again, so do the calls.
func TestHangingCallsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most, patience = 4, time.Second
		b := New(most, patience)
		dead := make(chan struct{})
		begun := make(chan struct{}, 1000)
		hang := func() { begun <- struct{}{}; <-dead }
		waits := map[time.Duration]int{}
		ask := func() {
			start := time.Now()
			if err := b.Do(hang); !errors.Is(err, ErrStalled) {
				t.Errorf("got %v", err)
			}
			waits[time.Since(start)]++
		}
		ask()
		for range 100 {
			ask()
		}
		if len(begun) != 1 || waits[patience] != 1 || waits[0] != 100 {
			t.Errorf("%d calls hang, waits %v; want one", len(begun), waits)
		}
		for range 100 { // one is let through now and then
			time.Sleep(retryEvery + patience)
			ask()
		}
		if len(begun) != most || waits[patience] != most || waits[0] != 100+100-most+1 {
			t.Errorf("%d calls hang, waits %v; want %d", len(begun), waits, most)
		}
		if !b.Stalled() {
			t.Error("want it to say so")
		}
		close(dead)
		synctest.Wait()
		if err := b.Do(func() {}); err != nil || b.Stalled() {
			t.Errorf("when it answers again: %v, stalled: %t", err, b.Stalled())
		}
	})
}

// TestWaitingForATurn: calls that do end make room for others, beyond the bound too.
func TestWaitingForATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(2, time.Minute)
		wrong := make(chan error, 20)
		for range 20 {
			go func() { wrong <- b.Do(func() { time.Sleep(time.Second) }) }()
		}
		start := time.Now()
		for range 20 {
			if err := <-wrong; err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("20 calls of a second, two at a time, took %v", took)
		}
	})
}

// TestCall: what a call returns is returned, and of one that is not over nothing, whatever it returns later.
func TestCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(1, time.Second)
		broken := errors.New("broken")
		if got, err := Call(b, func() (int, error) { return 7, broken }); got != 7 || err != broken {
			t.Errorf("got %d, %v", got, err)
		}
		if err := b.Try(func() error { return broken }); err != broken {
			t.Errorf("Try: %v", err)
		}
		got, err := Call(b, func() (int, error) { time.Sleep(time.Minute); return 7, broken })
		if got != 0 || !errors.Is(err, ErrStalled) || errors.Is(err, broken) {
			t.Errorf("of a call that hangs: %d, %v", got, err)
		}
		time.Sleep(time.Hour)
	})
}

func BenchmarkDo(b *testing.B) {
	h := New(32, time.Second)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if h.Do(func() {}) != nil {
				b.Fatal("stalled")
			}
		}
	})
}
