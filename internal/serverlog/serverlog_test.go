package serverlog

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// writes counts what it is given at once.
type writes struct {
	mu   sync.Mutex
	text bytes.Buffer
	n    int
}

func (w *writes) seen() (text string, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String(), w.n
}

func (w *writes) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n++
	return w.text.Write(b)
}

// Lines wait a moment for others, not longer; warnings, a full batch and the end wait for nothing. No line is lost or torn.
func TestServerLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writes
		log, flush := New(&out, slog.LevelInfo, true)
		written := func(when string, writes, lines int) {
			t.Helper()
			text, n := out.seen()
			if got := strings.Count(text, "\n"); n != writes || got != lines {
				t.Fatalf("%s: %d lines in %d writes, want %d in %d", when, got, n, lines, writes)
			}
		}
		log.Info("first")
		log.Info("second")
		time.Sleep(delay / 2)
		synctest.Wait()
		written("before the moment is over", 0, 0)
		time.Sleep(delay)
		synctest.Wait()
		written("after it", 1, 2)
		log.Info("third")
		log.With("a", 1).WithGroup("g").Warn("fourth", "b", 2)
		written("at a warning", 2, 4)
		if text, _ := out.seen(); !strings.HasSuffix(text, "msg=fourth a=1 g.b=2\n") {
			t.Errorf("got %s", text)
		}
		log.Info(strings.Repeat("x", batch))
		written("when there is much", 3, 5)
		log.Info("last")
		flush()
		written("at the end", 4, 6)
		time.Sleep(time.Second)
		synctest.Wait()
		written("later", 4, 6)
	})
}
