package lograte

import (
	"testing"
	"time"
)

// TestLimit: the first line passes at once, then one in a minute, with how many were held back.
func TestLimit(t *testing.T) {
	var l Limit
	start := time.Now()
	for i, tt := range []struct {
		after time.Duration
		held  int64
		ok    bool
	}{
		{0, 0, true},
		{0, 0, false},
		{59 * time.Second, 0, false},
		{60 * time.Second, 2, true},
		{61 * time.Second, 0, false},
		{time.Hour, 1, true},
		{2 * time.Hour, 0, true},
	} {
		if held, ok := l.Pass(start.Add(tt.after), time.Minute); held != tt.held || ok != tt.ok {
			t.Errorf("line %d after %v: %d held back, passes: %t; want %d, %t", i, tt.after, held, ok, tt.held, tt.ok)
		}
	}
}
