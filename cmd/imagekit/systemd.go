package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// supervisor tells systemd, or whoever listens at NOTIFY_SOCKET, how the service is (sd_notify(3)). Without that it does
// nothing.
type supervisor struct {
	log  *slog.Logger
	work sync.WaitGroup
	quit context.CancelFunc
}

// supervise says that the service is ready as soon as ready says so, and from then on, while healthy finds nothing, that
// it lives, if somebody watches (WatchdogSec=). Through the drain, which begins with the end of ctx and has its own bound,
// it goes on saying that. end ends it.
func supervise(ctx context.Context, ready func() bool, healthy func(context.Context) error, log *slog.Logger) *supervisor {
	s := &supervisor{log: log}
	life, quit := context.WithCancel(context.WithoutCancel(ctx))
	s.quit = quit
	s.work.Go(func() {
		if !s.await(ctx, ready) {
			return
		}
		s.tell(daemon.SdNotifyReady)
		every, err := daemon.SdWatchdogEnabled(false)
		if err != nil {
			log.Warn("systemd's watchdog is not notified", "error", err)
		}
		if err != nil || every == 0 {
			return
		}
		s.watch(ctx, life, every/2, healthy) // twice as often as needed, as sd_watchdog_enabled(3) advises
	})
	return s
}

// watch feeds the watchdog until the end of life.
func (s *supervisor) watch(ctx, life context.Context, every time.Duration, healthy func(context.Context) error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	check := func() error {
		ctx, cancel := context.WithTimeout(ctx, every)
		defer cancel()
		return healthy(ctx)
	}
	feed(ctx, life.Done(), tick.C, check, func() { s.tell(daemon.SdNotifyWatchdog) }, s.log)
}

// readyEvery is the time between two looks whether the first worker lives. It takes a few milliseconds.
const readyEvery = 10 * time.Millisecond

// await waits until the service is ready; false when it ends before.
func (s *supervisor) await(ctx context.Context, ready func() bool) bool {
	tick := time.NewTicker(readyEvery)
	defer tick.Stop()
	for !ready() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// reload tells of a reload around it.
func (s *supervisor) reload(do func()) {
	s.tell(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
	do()
	s.tell(daemon.SdNotifyReady)
}

// stopping says that the end is near.
func (s *supervisor) stopping() { s.tell(daemon.SdNotifyStopping) }

// end ends the feeding.
func (s *supervisor) end() {
	s.quit()
	s.work.Wait()
}

func (s *supervisor) tell(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		s.log.Warn("systemd could not be told the state of the service", "error", err)
	}
}

// feed calls beat at every tick at which check finds nothing, and at all of them from the end of ctx on, until done.
func feed(ctx context.Context, done <-chan struct{}, tick <-chan time.Time, check func() error, beat func(),
	log *slog.Logger,
) {
	for {
		select {
		case <-done:
			return
		case <-tick:
		}
		if err := check(); err != nil && ctx.Err() == nil {
			log.Error("the service does not answer, so systemd's watchdog is not notified", "error", err)
			continue
		}
		beat()
	}
}
