package purge

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const photo, other = "https://example.com/a.jpg", "https://example.com/b.jpg"

func open(path string) *Log { return Open(path, slog.New(slog.DiscardHandler)) }

// of returns the record of a purge of a source.
func of(generation uint64, source string) []byte {
	return record{generation, kindSource, hashOf(source)}.append(nil)
}

func mark(t *testing.T, path, source string) {
	t.Helper()
	if err := Add(path, Target{Source: source}); err != nil {
		t.Fatal(err)
	}
}

// TestPurges: each purge has a later generation, concerns its source alone, and is seen by every process at its next look.
func TestPurges(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	l := open(path)
	if l.Applied() != 0 || l.Last(photo, "") != 0 {
		t.Fatal("a purge before the first")
	}
	var before uint64
	for i := range 5 {
		mark(t, path, photo)
		if got := l.Last(photo, ""); got != before {
			t.Errorf("purge %d is known before a look: %d", i, got)
		}
		now := l.Applied()
		if now <= before || l.Last(photo, "") != now || l.Last(other, "") != 0 {
			t.Errorf("purge %d: generation %d after %d, of its source %d, of another %d", i, now, before, l.Last(photo, ""),
				l.Last(other, ""))
		}
		before = now
	}
	if again := open(path); again.Last(photo, "") != before || again.Applied() != before {
		t.Error("a process that starts later knows another generation")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if l.Applied() != before || l.Last(photo, "") != before {
		t.Error("removing the file took a purge back")
	}
	mark(t, path, other)
	if now := l.Applied(); now <= before || l.Last(other, "") != now || l.Last(photo, "") != before {
		t.Error("the new file's purge is not known, or took an older one back")
	}
}

// TestClocksDoNotMatter: a purge by a machine whose clock is behind is a later one still.
func TestClocksDoNotMatter(t *testing.T) {
	future := uint64(time.Now().Add(1000 * time.Hour).UnixMicro())
	records := of(future, photo)
	for _, now := range []time.Time{time.Now(), time.Unix(0, 0), time.Unix(-1, 0)} {
		if g := nextGeneration(records, now); g != future+1 {
			t.Errorf("at %v: %d after %d", now, g, future)
		}
	}
}

// TestDamagedLog: what is cut, rotten or of a kind that is not known is skipped, and the next purge counts.
func TestDamagedLog(t *testing.T) {
	for name, harm := range map[string]func([]byte) []byte{
		"cut":     func(b []byte) []byte { return b[:len(b)-7] },
		"rotten":  func(b []byte) []byte { b[3] ^= 1; return b },
		"garbage": func([]byte) []byte { return bytes.Repeat([]byte("?"), 1000) },
		"empty":   func([]byte) []byte { return nil }, // as earlier versions made it
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), FileName)
			mark(t, path, photo)
			b, err := os.ReadFile(path)
			if err = errors.Join(err, os.WriteFile(path, harm(b), 0o600)); err != nil {
				t.Fatal(err)
			}
			l := open(path)
			if l.Last(photo, "") != 0 {
				t.Error("a damaged record counts")
			}
			mark(t, path, other)
			if l.Applied() == 0 || l.Last(other, "") == 0 {
				t.Error("the purge behind it does not count")
			}
		})
	}
}

// TestLogIsBounded: purges that matter no more are forgotten when the file grows large, and no process notices.
func TestLogIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	old := uint64(time.Now().Add(-2 * keepFor).UnixMicro())
	var records []byte
	for i := range forgetAt / recordLen {
		records = append(records, of(old+uint64(i), fmt.Sprint(i))...)
	}
	recent := uint64(time.Now().UnixMicro())
	records = append(records, of(recent, photo)...)
	records = record{generation: old + forgetAt, kind: kindSwept}.append(records)
	if err := os.WriteFile(path, records, 0o600); err != nil {
		t.Fatal(err)
	}
	l := open(path)
	mark(t, path, other)
	if st, err := os.Stat(path); err != nil || st.Size() != 3*recordLen {
		t.Errorf("the file has %d bytes (%v), want two purges and that the others are done", st.Size(), err)
	}
	if l.Applied() <= recent || l.Last(photo, "") != recent || l.Last(other, "") <= recent || len(l.last[kindSource]) != 2 {
		t.Errorf("%d sources known, applied %d", len(l.last[kindSource]), l.Applied())
	}
	if left, err := filepath.Glob(path + ".*"); len(left) != 0 || err != nil {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestPurgesAtOnce: none of many that come together is lost.
func TestPurgesAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	l := open(path)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 20 {
				if err := Add(path, Target{Source: fmt.Sprint(g, i)}); err != nil {
					t.Error(err)
				}
				l.Applied()
			}
		})
	}
	wg.Wait()
	l.Applied()
	seen := map[uint64]bool{}
	for g := range 8 {
		for i := range 20 {
			seen[l.Last(fmt.Sprint(g, i), "")] = true
		}
	}
	if len(seen) != 160 || seen[0] {
		t.Errorf("%d generations of 160 purges", len(seen))
	}
}

// TestLinksAreNotFollowed: neither for reading nor for writing.
func TestLinksAreNotFollowed(t *testing.T) {
	target, path := filepath.Join(t.TempDir(), "target"), filepath.Join(t.TempDir(), FileName)
	mark(t, target, photo)
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
	if Add(path, Target{Source: other}) == nil || open(path).Last(photo, "") != 0 {
		t.Error("a link was followed")
	}
}

func FuzzRecords(f *testing.F) {
	f.Add(of(1, photo))
	f.Fuzz(func(t *testing.T, b []byte) {
		l := new(Log)
		l.apply(b)
		b = b[:len(b)/recordLen*recordLen]
		next := nextGeneration(b, time.Unix(0, 0))
		if a := l.applied.Load(); a > 0 && next != a+1 {
			t.Errorf("after generation %d comes %d", a, next)
		}
		recentRecords(b, time.Unix(0, 0))
	})
}

func BenchmarkLast(b *testing.B) {
	path := filepath.Join(b.TempDir(), FileName)
	if err := Add(path, Target{Source: photo}); err != nil {
		b.Fatal(err)
	}
	l := open(path)
	for b.Loop() {
		l.Last(other, "")
	}
}
