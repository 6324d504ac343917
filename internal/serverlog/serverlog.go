// Package serverlog is the log of a server: the line of a request is encoded in a third of slog's time, and lines wait a
// moment to be written together, unless one is a warning.
package serverlog

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// delay is how long a line may wait for others. One write for each line would be a quarter of what a cached
	// picture costs.
	delay = 10 * time.Millisecond
	// batch is how many bytes wait at most.
	batch = 32 << 10
)

// buffer collects the lines of a log and writes them together. Safe for concurrent use.
type buffer struct {
	mu    sync.Mutex
	out   io.Writer
	lines []byte
	timer *time.Timer // runs while lines wait
}

func newBuffer(out io.Writer) *buffer {
	b := &buffer{out: out, lines: make([]byte, 0, batch)}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = time.AfterFunc(delay, b.flush)
	b.timer.Stop()
	return b
}

// Write takes whole lines. It never fails: nobody could be told.
func (b *buffer) Write(lines []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.grown(append(b.lines, lines...))
	return len(lines), nil
}

// writeLine takes a record that is no warning and that appendLine can write; false when it is another.
func (b *buffer) writeLine(r slog.Record) bool {
	if r.Level >= slog.LevelWarn {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	lines, ok := appendLine(b.lines, r)
	if ok {
		b.grown(lines)
	}
	return ok
}

// grown takes the lines that wait with new ones among them. The lock is held.
func (b *buffer) grown(lines []byte) {
	if len(b.lines) == 0 {
		b.timer.Reset(delay)
	}
	b.lines = lines
	if len(b.lines) >= batch {
		b.write()
	}
}

// flush writes what waits.
func (b *buffer) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.write()
}

// write writes what waits. The lock is held.
func (b *buffer) write() {
	b.timer.Stop()
	if len(b.lines) > 0 {
		_, _ = b.out.Write(b.lines) // nobody could be told
		b.lines = b.lines[:0]
	}
}

// prompt is a handler that lets nothing wait that is worth a warning.
type prompt struct {
	slog.Handler
	lines *buffer
	plain bool // it writes JSON, without attributes or groups of its own
}

// Handle writes a record.
func (p prompt) Handle(ctx context.Context, r slog.Record) error {
	if p.plain && p.lines.writeLine(r) {
		return nil
	}
	err := p.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		p.lines.flush()
	}
	return err
}

// WithAttrs returns a prompt handler with attributes.
func (p prompt) WithAttrs(attrs []slog.Attr) slog.Handler {
	return prompt{p.Handler.WithAttrs(attrs), p.lines, false}
}

// WithGroup returns a prompt handler with a group.
func (p prompt) WithGroup(name string) slog.Handler {
	return prompt{p.Handler.WithGroup(name), p.lines, false}
}

// New makes a log in which lines wait a moment for others. flush writes what waits.
func New(w io.Writer, level slog.Level, text bool) (log *slog.Logger, flush func()) {
	b := newBuffer(w)
	return slog.New(prompt{Plain(b, level, text).Handler(), b, !text}), b.flush
}

// Plain makes a log in which nothing waits.
func Plain(w io.Writer, level slog.Level, text bool) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if text {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}
