package purge

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"imagekit/internal/fault"
)

// Board is where instances leave notes of their purges for each other.
type Board interface {
	// Post leaves a note. Leaving the same one again is no error.
	Post(ctx context.Context, note string) error
	// Since returns the notes whose names come behind after, in the order of their names, as many as it can at once.
	Since(ctx context.Context, after string) ([]string, error)
}

const (
	// PollEvery is how often instances look for notes, and so how late a purge reaches the others.
	PollEvery = 10 * time.Second
	// maxLag is how old the last look may be for this instance to count as current.
	maxLag = 3 * PollEvery
	// overlap is how far back each look begins: a note may come late, by a clock that is behind, though its name is early.
	overlap = 10 * time.Minute
	// boardPatience bounds one look or post.
	boardPatience = 5 * time.Second
)

// Shared is a Log whose purges other instances learn of, and it of theirs. Safe for concurrent use.
type Shared struct {
	*Log
	board   Board
	log     *slog.Logger
	looking sync.Mutex
	newest  uint64       // generation of the latest note seen
	current atomic.Int64 // when the last look that went well began, since started; 0 = never
	failing atomic.Bool
	stop    context.CancelFunc
	done    chan struct{}
}

// Share lets others know of what is purged in l. It looks for their purges once before it returns, and then again and again.
func Share(l *Log, board Board, log *slog.Logger) *Shared {
	ctx, stop := context.WithCancel(context.Background())
	s := &Shared{Log: l, board: board, log: log, stop: stop, done: make(chan struct{})}
	s.poll(ctx)
	go s.run(ctx)
	return s
}

func (s *Shared) run(ctx context.Context) {
	defer close(s.done)
	ticks := time.NewTicker(PollEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			s.poll(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// Close ends the looks.
func (s *Shared) Close() {
	s.stop()
	<-s.done
}

// Current reports whether all purges of others are known but for those of a moment ago.
func (s *Shared) Current() bool {
	at := s.current.Load()
	return at != 0 && time.Since(s.started)-time.Duration(at) < maxLag
}

// AddShared is Add that tells the others, too. When that fails, the purge holds here alone, and fault.PurgeNotShared says so.
func (s *Shared) AddShared(ctx context.Context, targets []Target) error {
	records, err := s.add(targets)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), boardPatience)
	defer cancel()
	for _, r := range records {
		if err := s.board.Post(ctx, r.note()); err != nil {
			return fault.Wrap(fault.PurgeNotShared, err,
				"this server has purged it, the others could not be told (IMAGEKIT_RESULTS); try again")
		}
	}
	return nil
}

// poll looks for notes and takes in what is new.
func (s *Shared) poll(ctx context.Context) {
	s.looking.Lock()
	defer s.looking.Unlock()
	began := time.Since(s.started)
	err := s.catchUp(ctx)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		if !s.failing.Swap(true) {
			s.log.Warn("purges of other instances cannot be read; until they can, shared results are not used "+
				"(IMAGEKIT_RESULTS)", "error", err)
		}
		return
	}
	if s.failing.Swap(false) {
		s.log.Info("purges of other instances can be read again")
	}
	s.current.Store(int64(max(began, 1)))
}

// catchUp takes in all notes there are.
func (s *Shared) catchUp(ctx context.Context) error {
	for after := note(s.from()); ; {
		looking, cancel := context.WithTimeout(ctx, boardPatience)
		found, err := s.board.Since(looking, after)
		cancel()
		if err == nil {
			err = s.take(found)
		}
		if err != nil || len(found) == 0 || found[len(found)-1] <= after {
			return err
		}
		after = found[len(found)-1]
	}
}

// from returns the generation from which notes may be new: not by far the latest seen, nor the time here, as clocks differ.
func (s *Shared) from() uint64 {
	latest := min(s.newest, uint64(time.Now().UnixMicro()))
	return latest - min(latest, uint64(overlap.Microseconds()))
}

// take applies the notes that are new here.
func (s *Shared) take(found []string) error {
	var fresh []record
	applied := s.Applied()
	for _, text := range found {
		r, ok := parseNote(text)
		if !ok {
			continue
		}
		s.newest = max(s.newest, r.generation)
		if s.knows(r) {
			continue
		}
		if r.generation <= applied {
			r.generation = 0 // it comes late: what was made here meanwhile may be from before it
		}
		fresh = append(fresh, r)
	}
	if len(fresh) == 0 {
		return nil
	}
	slices.SortStableFunc(fresh, func(a, b record) int { return strings.Compare(a.note(), b.note()) })
	if _, err := addRecords(s.path, fresh); err != nil {
		return err
	}
	s.Applied()
	return nil
}

// knows reports whether a purge, or a later one of the same target, is known.
func (l *Log) knows(r record) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.last[r.kind][r.hash] >= r.generation
}

// note returns the beginning of the names of notes of a generation.
func note(generation uint64) string { return fmt.Sprintf("%016x", generation) }

// note returns what the others are told: generation, kind and hash of the target, in hexadecimal digits.
func (r record) note() string {
	return fmt.Sprintf("%s-%d-%x", note(r.generation), r.kind, r.hash)
}

// parseNote reads a note, and reports false for what is none.
func parseNote(text string) (r record, ok bool) {
	parts := strings.Split(text, "-")
	if len(parts) != 3 || len(parts[0]) != 16 || len(parts[2]) != 2*len(r.hash) {
		return r, false
	}
	generation, err1 := strconv.ParseUint(parts[0], 16, 64)
	kind, err2 := strconv.ParseUint(parts[1], 10, 8)
	_, err3 := hex.Decode(r.hash[:], []byte(parts[2]))
	r.generation, r.kind = generation, uint32(kind)
	ok = err1 == nil && err2 == nil && err3 == nil && kind > 0 && kind < kindSwept && generation < farFuture
	return r, ok
}

// farFuture bounds the generations that are believed: a wrong one would make all later ones wrong.
const farFuture = 1 << 53 // microseconds: the year 2255
