package purge

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/fault"
)

// board is a Board in memory that fails while err is set.
type board struct {
	mu    sync.Mutex
	notes []string
	err   error
}

func (b *board) Post(_ context.Context, note string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil && !slices.Contains(b.notes, note) {
		b.notes = append(b.notes, note)
		slices.Sort(b.notes)
	}
	return b.err
}

func (b *board) Since(_ context.Context, after string) ([]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, found := slices.BinarySearch(b.notes, after)
	if found {
		at++
	}
	return slices.Clone(b.notes[at:min(len(b.notes), at+2)]), b.err // little at a time
}

func (b *board) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
}

func instance(t *testing.T, b Board) *Shared {
	t.Helper()
	s := Share(open(filepath.Join(t.TempDir(), FileName)), b, slog.New(slog.DiscardHandler))
	t.Cleanup(s.Close)
	return s
}

func share(t *testing.T, s *Shared, targets ...Target) {
	t.Helper()
	if err := s.AddShared(t.Context(), targets); err != nil {
		t.Fatal(err)
	}
}

// TestShare: a purge of one instance is known to the others after a look, with the same generation, and to one that starts
// later before it reads anything.
func TestShare(t *testing.T) {
	for name, b := range map[string]Board{"memory": new(board), "folder": NewFolder(filepath.Join(t.TempDir(), "purges"))} {
		t.Run(name, func(t *testing.T) {
			one, other := instance(t, b), instance(t, b)
			share(t, one, Target{Source: photo}, Target{Source: elsewhere, Version: "7"},
				Target{Source: "https://example.org/", Prefix: true})
			other.poll(t.Context())
			for _, s := range []*Shared{other, instance(t, b)} {
				if s.Last(photo, "") != one.Last(photo, "") || s.Last(elsewhere, "7") != one.Last(elsewhere, "7") ||
					s.Last(elsewhere, "") != 0 ||
					s.Last("https://example.org/x", "") == 0 || !s.Current() {
					t.Errorf("%d, %d: not what the one who purged knows", s.Last(photo, ""), s.Last(elsewhere, "7"))
				}
			}
			before := other.Applied()
			other.poll(t.Context())
			if now := other.Applied(); now != before {
				t.Errorf("a second look applied something: %d after %d", now, before)
			}
			share(t, other, Target{Source: photo})
			one.poll(t.Context())
			if one.Last(photo, "") <= before || one.Last(photo, "") != other.Last(photo, "") {
				t.Error("the later purge is not later")
			}
		})
	}
}

const elsewhere = "https://example.com/b.jpg"

// TestLateNote: a purge by a clock that is behind counts for what was made here meanwhile, and is taken in once.
func TestLateNote(t *testing.T) {
	b := new(board)
	s := instance(t, b)
	share(t, s, Target{Source: elsewhere})
	made := s.Applied() // a download begins
	late := record{uint64(time.Now().Add(-time.Minute).UnixMicro()), kindSource, hashOf(photo)}
	if err := b.Post(t.Context(), late.note()); err != nil {
		t.Fatal(err)
	}
	s.poll(t.Context())
	if got := s.Last(photo, ""); got <= made {
		t.Errorf("purged with generation %d, what was made before carries %d", got, made)
	}
	last := s.Last(photo, "")
	s.poll(t.Context())
	if s.Last(photo, "") != last {
		t.Error("taken in twice")
	}
}

// TestBoardAway: who cannot tell the others says so, and who cannot hear of them does not count as current until he can.
func TestBoardAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(board)
		s := Share(open(filepath.Join(t.TempDir(), FileName)), b, slog.New(slog.DiscardHandler))
		defer s.Close()
		if !s.Current() {
			t.Fatal("not current after the first look")
		}
		b.fail(errors.New("cut"))
		err := s.AddShared(t.Context(), []Target{{Source: photo}})
		if f := fault.From(err); f.Kind != fault.PurgeNotShared || s.Last(photo, "") == 0 {
			t.Errorf("%v; purged here: %t", err, s.Last(photo, "") > 0)
		}
		time.Sleep(maxLag - time.Second)
		if !s.Current() {
			t.Error("not current after a moment")
		}
		time.Sleep(2 * time.Second)
		if s.Current() {
			t.Error("current though nothing was heard for long")
		}
		b.fail(nil)
		note := record{uint64(time.Now().UnixMicro()), kindSource, hashOf(elsewhere)}.note()
		if err := b.Post(t.Context(), note); err != nil {
			t.Fatal(err)
		}
		time.Sleep(PollEvery)
		synctest.Wait()
		if !s.Current() || s.Last(elsewhere, "") == 0 {
			t.Error("not current though the board is back")
		}
		if err := s.AddShared(t.Context(), []Target{{Source: photo}}); err != nil {
			t.Errorf("trying again: %v", err)
		}
	})
}

func FuzzNote(f *testing.F) {
	f.Add(record{1, kindPrefix, hashOf(photo)}.note())
	f.Add("ffffffffffffffff-1-" + "00")
	f.Fuzz(func(t *testing.T, text string) {
		r, ok := parseNote(text)
		if again, sound := parseNote(r.note()); ok && (!sound || again != r) {
			t.Errorf("%q: %+v, and then %+v", text, r, again)
		}
	})
}
