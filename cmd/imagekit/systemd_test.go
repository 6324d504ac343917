//go:build unix

package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"
)

// The watchdog is fed while the service answers, and while it drains whether it does or not.
func TestFeed(t *testing.T) {
	ctx, drain := context.WithCancel(t.Context())
	defer drain()
	tick, health, done, ended := make(chan time.Time), make(chan error), make(chan struct{}), make(chan struct{})
	fed := 0
	go func() {
		defer close(ended)
		feed(ctx, done, tick, func() error { return <-health }, func() { fed++ }, slog.New(slog.DiscardHandler))
	}()
	next := func(err error) {
		tick <- time.Time{}
		health <- err
	}
	sick := errors.New("no answer")
	next(nil)
	next(sick)
	next(nil)
	next(sick)
	tick <- time.Time{} // what came before is done with
	drain()
	health <- sick
	close(done)
	<-ended
	if fed != 3 {
		t.Errorf("fed %d times, want 3: twice when it answered, once while it drained", fed)
	}
}
