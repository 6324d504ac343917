// Package lograte keeps the log from telling the same again and again: what others can make happen as often as they like
// is told now and then, with how often it happened.
package lograte

import (
	"sync"
	"time"
)

// Limit bounds how often one line is written, and counts what it holds back. The zero value is ready, and safe for
// concurrent use.
type Limit struct {
	mu   sync.Mutex
	last time.Time // when a line passed
	held int64     // since then
}

// Pass reports whether a line may be written at now, one in every so long, and then how many were held back since the last.
func (l *Limit) Pass(now time.Time, every time.Duration) (held int64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.last.IsZero() && now.Sub(l.last) < every {
		l.held++
		return 0, false
	}
	held = l.held
	l.last, l.held = now, 0
	return held, true
}
