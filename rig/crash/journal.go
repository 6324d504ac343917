package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"
)

// journal collects the log of a server, without the line of each request.
type journal struct {
	mu      sync.Mutex
	partial []byte
	lines   []logLine
	ended   bool
	changed chan struct{} // closed at the next line and at the end
}

type logLine struct {
	text, Msg, Addr string
}

func newJournal() *journal { return &journal{changed: make(chan struct{})} }

// Write takes a piece of the log.
func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.partial = append(j.partial, b...)
	for {
		line, rest, whole := bytes.Cut(j.partial, []byte("\n"))
		if !whole {
			break
		}
		l := logLine{text: string(line)}
		_ = json.Unmarshal(line, &l) // what is no JSON has no message
		if l.Msg != "request" {
			j.lines = append(j.lines, l)
		}
		j.partial = rest
	}
	j.wake()
	return len(b), nil
}

// Close says that nothing more comes.
func (j *journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended = true
	j.wake()
	return nil
}

// wake lets those who wait look again; the lock is held.
func (j *journal) wake() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// await waits for a line.
func (j *journal) await(ctx context.Context, msg string) (logLine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		j.mu.Lock()
		changed, ended, lines := j.changed, j.ended, j.lines
		j.mu.Unlock()
		for _, l := range lines {
			if l.Msg == msg {
				return l, nil
			}
		}
		if ended {
			return logLine{}, fmt.Errorf("the server ended before it logged %q:\n%s", msg, j)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return logLine{}, fmt.Errorf("waited for the log line %q: %w\n%s", msg, ctx.Err(), j)
		}
	}
}

// String returns the log so far.
func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var b strings.Builder
	for _, l := range j.lines {
		b.WriteString(l.text + "\n")
	}
	return b.String()
}

const (
	// patience bounds every wait for something that happens soon.
	patience = 30 * time.Second
	tick     = 2 * time.Millisecond
)

// eventually waits until cond holds.
func eventually(ctx context.Context, what string, cond func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	t := time.NewTicker(tick)
	defer t.Stop()
	for !cond() {
		select {
		case <-t.C:
		case <-ctx.Done():
			return fmt.Errorf("waited until %s: %w", what, ctx.Err())
		}
	}
	return nil
}
