// Package cacheadmin looks after the directory of a cache while servers may work in it: it checks, counts, prunes and purges
// its entries. What it returns are the objects that "imagekit cache --json" prints.
package cacheadmin

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"imagekit/internal/cache"
	"imagekit/internal/cache/disk"
	"imagekit/internal/fault"
)

// Verified is the result of Verify.
type Verified struct {
	Found
	Damaged    int64     `json:"damaged"`
	Unreadable int64     `json:"unreadable"`
	Removed    int64     `json:"removed"`
	Problems   []Problem `json:"problems"` // in the order of their files
}

// Problem is an entry that is no good, and why.
type Problem struct {
	File    string `json:"file"`
	Problem string `json:"problem"`
}

// Verify checks every entry and removes the damaged ones if that is wanted.
func Verify(ctx context.Context, f disk.Folder, remove bool, progress Progress) (Verified, error) {
	v := Verified{Problems: []Problem{}}
	w := walk{folder: f, progress: progress}
	err := w.each(ctx, func(e disk.Entry) error {
		data, err := f.Read(e, math.MaxInt64)
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
			removed, failed = f.RemoveUnchanged(e)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if unreadable {
			v.Unreadable++
		} else {
			v.Damaged++
		}
		if removed {
			v.Removed++
		}
		v.Problems = append(v.Problems, Problem{
			f.Path(e),
			strings.TrimPrefix(fault.Plain(err).Error(), "cache: damaged entry: "),
		})
		return failed
	})
	v.Found = w.seen
	slices.SortFunc(v.Problems, func(a, b Problem) int { return cmp.Compare(a.File, b.File) })
	return v, err
}

// Counted is the result of Count.
type Counted struct {
	Directory string `json:"directory"`
	Found
	Oldest *time.Time `json:"oldest_use"` // nil: no entries
	Newest *time.Time `json:"newest_use"`
	Unused []Unused   `json:"unused_for"`
	Free   int64      `json:"disk_free_bytes"`
	Disk   int64      `json:"disk_size_bytes"`
}

// Unused is what was not used for so many days.
type Unused struct {
	Days      int   `json:"days"`
	Entries   int64 `json:"entries"`
	SizeBytes int64 `json:"size_bytes"`
}

// Count counts what is there at now.
func Count(ctx context.Context, f disk.Folder, now time.Time, progress Progress) (Counted, error) {
	c := Counted{Directory: f.Dir(), Unused: []Unused{{Days: 1}, {Days: 7}, {Days: 30}, {Days: 365}}}
	w := walk{folder: f, progress: progress}
	err := w.each(ctx, func(e disk.Entry) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		c.add(e, now)
		return nil
	})
	if err != nil {
		return c, err
	}
	c.Found = w.seen
	c.Disk, c.Free, err = f.Volume()
	return c, err
}

func (c *Counted) add(e disk.Entry, now time.Time) {
	if used := e.Used.UTC(); c.Oldest == nil {
		c.Oldest, c.Newest = &used, &used
	} else if used.Before(*c.Oldest) {
		c.Oldest = &used
	} else if used.After(*c.Newest) {
		c.Newest = &used
	}
	for i := range c.Unused {
		if u := &c.Unused[i]; now.Sub(e.Used) > time.Duration(u.Days)*24*time.Hour {
			u.Entries++
			u.SizeBytes += e.Size
		}
	}
}

// Pruning says what goes; zero values remove nothing.
type Pruning struct {
	OlderThan time.Duration
	To        int64 // bytes
}

// Pruned is the result of Pruning and Purge: what was found, removed, and the rest.
type Pruned struct {
	Found
	Removed      int64 `json:"removed"`
	RemovedBytes int64 `json:"removed_bytes"`
}

// Run removes what p says from what is there at now.
func (p Pruning) Run(ctx context.Context, f disk.Folder, now time.Time, progress Progress) (Pruned, error) {
	var result Pruned
	w := walk{folder: f, progress: progress}
	var rest []disk.Entry // only when there is a size to get to
	err := w.each(ctx, func(e disk.Entry) error {
		var removed bool
		var err error
		if p.OlderThan > 0 && now.Sub(e.Used) > p.OlderThan {
			removed, err = f.RemoveUnchanged(e)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if removed {
			result.Removed++
			result.RemovedBytes += e.Size
		} else if p.To > 0 {
			rest = append(rest, e)
		}
		return err
	})
	if err != nil {
		return result, err
	}
	result.Found = w.seen
	slices.SortFunc(rest, func(a, b disk.Entry) int { return a.Used.Compare(b.Used) })
	for _, e := range rest {
		if result.SizeBytes-result.RemovedBytes <= p.To {
			break
		}
		if ctx.Err() != nil {
			return result, ctx.Err()
		}
		removed, err := f.RemoveUnchanged(e)
		if err != nil {
			return result, err
		}
		if removed {
			result.Removed++
			result.RemovedBytes += e.Size
		}
	}
	return result, nil
}
