package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// logDelay is how long a line may wait for others. One write for each line would be a quarter of what a cached
	// picture costs.
	logDelay = 10 * time.Millisecond
	// logBatch is how many bytes wait at most.
	logBatch = 32 << 10
)

// logBuffer collects the lines of a log and writes them together. Safe for concurrent use.
type logBuffer struct {
	mu    sync.Mutex
	out   io.Writer
	lines []byte
	timer *time.Timer // runs while lines wait
}

func newLogBuffer(out io.Writer) *logBuffer {
	b := &logBuffer{out: out, lines: make([]byte, 0, logBatch)}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = time.AfterFunc(logDelay, b.flush) // it finds nothing to write
	return b
}

// Write takes whole lines. It never fails: nobody could be told.
func (b *logBuffer) Write(lines []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.lines) == 0 {
		b.timer.Reset(logDelay)
	}
	b.lines = append(b.lines, lines...)
	if len(b.lines) >= logBatch {
		b.write()
	}
	return len(lines), nil
}

// flush writes what waits.
func (b *logBuffer) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.write()
}

// write writes what waits. The lock is held.
func (b *logBuffer) write() {
	b.timer.Stop()
	if len(b.lines) > 0 {
		_, _ = b.out.Write(b.lines) // nobody could be told
		b.lines = b.lines[:0]
	}
}

// prompt is a handler that lets nothing wait that is worth a warning.
type prompt struct {
	slog.Handler
	batch *logBuffer
}

// Handle writes a record.
func (p prompt) Handle(ctx context.Context, r slog.Record) error {
	err := p.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		p.batch.flush()
	}
	return err
}

// WithAttrs returns a prompt handler with attributes.
func (p prompt) WithAttrs(attrs []slog.Attr) slog.Handler {
	return prompt{p.Handler.WithAttrs(attrs), p.batch}
}

// WithGroup returns a prompt handler with a group.
func (p prompt) WithGroup(name string) slog.Handler {
	return prompt{p.Handler.WithGroup(name), p.batch}
}

// serverLogger makes the log of a server: lines wait a moment for others, unless somebody watches. flush ends that.
func serverLogger(w io.Writer, level slog.Level, text bool) (log *slog.Logger, flush func()) {
	if isTerminal(w) {
		return logger(w, level, text), func() {}
	}
	b := newLogBuffer(w)
	return slog.New(prompt{logger(b, level, text).Handler(), b}), b.flush
}
