package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"imagekit/internal/cache"
	"imagekit/internal/cache/disk"
	"imagekit/internal/render"
)

// verified is the result of verify.
type verified struct {
	found
	Damaged    int64     `json:"damaged"`
	Unreadable int64     `json:"unreadable"`
	Removed    int64     `json:"removed"`
	Problems   []problem `json:"problems"` // in the order of their files
}

type problem struct {
	File    string `json:"file"`
	Problem string `json:"problem"`
}

// verify checks every entry and removes the damaged ones if that is wanted. It fails when there was any.
func verify(ctx context.Context, t *tour, remove bool) error {
	v := verified{Problems: []problem{}}
	err := t.walk(ctx, "verifying", func(e disk.Entry) error {
		data, err := t.folder.Read(e, math.MaxInt64)
		if errors.Is(err, cache.ErrNotFound) {
			return nil // evicted meanwhile
		}
		unreadable := err != nil
		if !unreadable {
			if err = cache.Check(e.ID, data); err == nil {
				return nil
			}
		}
		removed := false
		var failed error
		if !unreadable && remove {
			removed, failed = t.folder.RemoveUnchanged(e)
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		if unreadable {
			v.Unreadable++
		} else {
			v.Damaged++
		}
		if removed {
			v.Removed++
		}
		v.Problems = append(v.Problems, problem{t.folder.Path(e), strings.TrimPrefix(plainError(err).Error(), "cache: damaged entry: ")})
		return failed
	})
	v.found = t.seen
	slices.SortFunc(v.Problems, func(a, b problem) int { return cmp.Compare(a.File, b.File) })
	var lines []string
	for _, p := range v.Problems {
		lines = append(lines, p.File+": "+p.Problem)
	}
	lines = append(lines, fmt.Sprintf("%s: %d damaged, %d unreadable, %d removed",
		entriesText(v.Entries, v.SizeBytes), v.Damaged, v.Unreadable, v.Removed))
	err = errors.Join(err, t.report(v, lines...))
	if bad := v.Damaged + v.Unreadable; err == nil && bad > 0 {
		return fmt.Errorf("%d of %d entries are damaged or unreadable", bad, v.Entries)
	}
	return err
}

// counted is the result of stats.
type counted struct {
	Directory string `json:"directory"`
	found
	Oldest *time.Time `json:"oldest_use"` // nil: no entries
	Newest *time.Time `json:"newest_use"`
	Unused []unused   `json:"unused_for"`
	Free   int64      `json:"disk_free_bytes"`
	Disk   int64      `json:"disk_size_bytes"`
}

// unused is what was not used for so many days.
type unused struct {
	Days      int   `json:"days"`
	Entries   int64 `json:"entries"`
	SizeBytes int64 `json:"size_bytes"`
}

// stats counts what is there at now.
func stats(ctx context.Context, t *tour, now time.Time) error {
	s := counted{Directory: t.folder.Dir(), Unused: []unused{{Days: 1}, {Days: 7}, {Days: 30}, {Days: 365}}}
	err := t.walk(ctx, "counting", func(e disk.Entry) error {
		t.mu.Lock()
		defer t.mu.Unlock()
		if used := e.Used.UTC(); s.Oldest == nil {
			s.Oldest, s.Newest = &used, &used
		} else if used.Before(*s.Oldest) {
			s.Oldest = &used
		} else if used.After(*s.Newest) {
			s.Newest = &used
		}
		for i := range s.Unused {
			if u := &s.Unused[i]; now.Sub(e.Used) > time.Duration(u.Days)*24*time.Hour {
				u.Entries++
				u.SizeBytes += e.Size
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.found = t.seen
	if s.Disk, s.Free, err = t.folder.Volume(); err != nil {
		return err
	}
	lines := []string{
		"directory         " + s.Directory,
		"entries           " + entriesText(s.Entries, s.SizeBytes),
		fmt.Sprintf("temporaries       %d", s.Temporaries),
	}
	if s.Oldest != nil {
		lines = append(lines, "used last         "+s.Oldest.Format(time.RFC3339)+" to "+s.Newest.Format(time.RFC3339))
	}
	for _, u := range s.Unused {
		lines = append(lines, fmt.Sprintf("%-17s %s", fmt.Sprintf("unused for %dd", u.Days), entriesText(u.Entries, u.SizeBytes)))
	}
	lines = append(lines, fmt.Sprintf("disk              %s free of %s", bytesText(s.Free), bytesText(s.Disk)))
	return t.report(s, lines...)
}

// pruning says what prune removes; zero values remove nothing.
type pruning struct {
	olderThan time.Duration
	to        int64 // bytes
}

// pruned is the result of prune and purge: what was found, removed, and the rest.
type pruned struct {
	found
	Removed      int64 `json:"removed"`
	RemovedBytes int64 `json:"removed_bytes"`
}

func (p pruned) line() string {
	return fmt.Sprintf("removed %s; left %s", entriesText(p.Removed, p.RemovedBytes),
		entriesText(p.Entries-p.Removed, p.SizeBytes-p.RemovedBytes))
}

// run removes what p says from what is there at now.
func (p pruning) run(ctx context.Context, t *tour, now time.Time) error {
	var result pruned
	var rest []disk.Entry // only when there is a size to get to
	err := t.walk(ctx, "pruning", func(e disk.Entry) error {
		var removed bool
		var err error
		if p.olderThan > 0 && now.Sub(e.Used) > p.olderThan {
			removed, err = t.folder.RemoveUnchanged(e)
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		if removed {
			result.Removed++
			result.RemovedBytes += e.Size
		} else if p.to > 0 {
			rest = append(rest, e)
		}
		return err
	})
	if err != nil {
		return err
	}
	result.found = t.seen
	slices.SortFunc(rest, func(a, b disk.Entry) int { return a.Used.Compare(b.Used) })
	for _, e := range rest {
		if result.SizeBytes-result.RemovedBytes <= p.to {
			break
		}
		if ctx.Err() != nil {
			return interruptedError("")
		}
		removed, err := t.folder.RemoveUnchanged(e)
		if err != nil {
			return err
		}
		if removed {
			result.Removed++
			result.RemovedBytes += e.Size
		}
	}
	return t.report(result, result.line())
}

// purgeSource removes every result of a source, after servers were told not to make them of what they still hold of it.
func purgeSource(ctx context.Context, t *tour, source string) error {
	if err := t.folder.MarkPurge(source); err != nil {
		return fmt.Errorf("mark the purge in %s: %w", t.folder.Dir(), plainError(err))
	}
	var result pruned
	err := t.walk(ctx, "looking", func(e disk.Entry) error {
		head, err := t.folder.Read(e, cache.MaxHeader)
		if err != nil {
			if errors.Is(err, cache.ErrNotFound) {
				return nil
			}
			return fmt.Errorf("%s: %w", t.folder.Path(e), plainError(err))
		}
		key, err := cache.Key(head)
		if err != nil {
			return nil // damaged: it is not served either
		}
		if of, ok := render.KeySource(key); !ok || of != source {
			return nil
		}
		removed, err := t.folder.Remove(e)
		t.mu.Lock()
		defer t.mu.Unlock()
		if removed {
			result.Removed++
			result.RemovedBytes += e.Size
		}
		return err
	})
	if err != nil {
		return err
	}
	result.found = t.seen
	return t.report(result, result.line())
}
