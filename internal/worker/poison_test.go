package worker

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"imagekit/internal/fault"
)

func TestPoison(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	source := []byte("a file")
	for _, tt := range []struct {
		name  string
		blame []Cause // one second apart
		after time.Duration
		want  fault.Kind // Internal stands for "not refused"
	}{
		{"innocent", nil, 0, fault.Internal},
		{"crash", []Cause{Crashed}, 0, fault.DamagedImage},
		{"nonsense", []Cause{Babbled}, 0, fault.DamagedImage},
		{"memory", []Cause{Hungry}, 0, fault.TooMuchMemory},
		{"one kill", []Cause{Killed}, 0, fault.Internal},
		{"two kills", []Cause{Killed, Killed}, 0, fault.DamagedImage},
		{"one timeout", []Cause{TimedOut}, 0, fault.Internal},
		{"a timeout and a kill", []Cause{TimedOut, Killed}, 0, fault.DamagedImage},
		{"never to blame", []Cause{Abandoned, Idle, Unstarted, Abandoned}, 0, fault.Internal},
		{"until the end", []Cause{Crashed}, time.Minute, fault.DamagedImage},
		{"after the end", []Cause{Crashed}, time.Minute + 1, fault.Internal},
		{"the latest counts", []Cause{Crashed, Crashed}, time.Minute, fault.DamagedImage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPoison(time.Minute)
			now := start
			for _, c := range tt.blame {
				now = now.Add(time.Second)
				p.blame(source, c, now)
			}
			now = now.Add(tt.after)
			wantSize := 0
			if tt.want != fault.Internal {
				wantSize = 1
			}
			if got := p.size(now); got != wantSize {
				t.Errorf("%d refused, want %d", got, wantSize)
			}
			err := p.check(source, now)
			if tt.want == fault.Internal {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
			} else {
				wantFault(t, err, tt.want)
			}
			if err := p.check([]byte("another file"), now); err != nil {
				t.Errorf("another file is refused: %v", err)
			}
		})
	}
}

func TestPoisonStrikesExpire(t *testing.T) {
	p, now := newPoison(time.Minute), time.Now()
	p.blame([]byte("a file"), Killed, now)
	p.blame([]byte("another"), Killed, now.Add(time.Minute)) // keeps the list from being cleared at once
	p.blame([]byte("a file"), Killed, now.Add(2*time.Minute))
	if err := p.check([]byte("a file"), now.Add(2*time.Minute)); err != nil {
		t.Errorf("two kills in two minutes: %v", err)
	}
}

func TestPoisonIsBounded(t *testing.T) {
	p, now := newPoison(time.Minute), time.Now()
	for i := range maxPoison + 10 {
		p.blame([]byte(strconv.Itoa(i)), Crashed, now.Add(time.Duration(i)))
	}
	if got := p.size(now); got != maxPoison {
		t.Errorf("%d sources, want %d", got, maxPoison)
	}
	if p.check([]byte("9"), now) != nil || p.check([]byte("10"), now) == nil {
		t.Error("the oldest ones should have made room, and only they")
	}
	p.blame([]byte("new"), Crashed, now.Add(2*time.Minute))
	if len(p.suspect) != 1 {
		t.Errorf("%d sources remembered, want the expired ones forgotten", len(p.suspect))
	}
}

func TestTail(t *testing.T) {
	var w tail
	if w.quote() != "" {
		t.Errorf("quote of nothing: %q", w.quote())
	}
	for _, text := range []string{"lost", strings.Repeat("a", tailLen-3), "end"} {
		if n, err := w.Write([]byte(text)); n != len(text) || err != nil {
			t.Errorf("Write = %d, %v", n, err)
		}
	}
	if got, want := w.String(), strings.Repeat("a", tailLen-3)+"end"; got != want {
		t.Errorf("kept %d bytes ending in %q", len(got), got[max(0, len(got)-5):])
	}
	_, _ = w.Write([]byte(strings.Repeat("b", 3*tailLen)))
	if got := w.String(); got != strings.Repeat("b", tailLen) {
		t.Errorf("kept %d bytes of one long write", len(got))
	}
}
