package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"imagekit/internal/cache/disk"
)

// tour is one walk through the cache's folder, with a progress bar where people watch.
type tour struct {
	folder  disk.Folder
	sys     system
	json    bool
	console *console

	mu   sync.Mutex // held while a shard's findings are added up
	seen found
}

// found is what every walk counts.
type found struct {
	Entries     int64 `json:"entries"`
	SizeBytes   int64 `json:"size_bytes"` // as du counts
	Temporaries int64 `json:"temporaries"`
}

func newTour(f disk.Folder, sys system, json bool) *tour {
	return &tour{folder: f, sys: sys, json: json}
}

// walk calls visit for every entry, from several goroutines, and after each shard reports under t.mu. An interrupt is the
// only error when there was one.
func (t *tour) walk(ctx context.Context, doing string, visit func(disk.Entry) error) error {
	t.console = newMeter(t.sys.err, disk.Shards, doing, isTerminal(t.sys.err))
	err := t.folder.Walk(ctx, func(s disk.Shard) error {
		var wrong []error
		size := int64(0)
		for _, e := range s.Entries {
			if ctx.Err() != nil {
				return nil
			}
			size += e.Size
			wrong = append(wrong, visit(e))
		}
		t.mu.Lock()
		t.seen.Entries += int64(len(s.Entries))
		t.seen.SizeBytes += size
		t.seen.Temporaries += int64(s.Temporaries)
		entries := t.seen.Entries
		t.mu.Unlock()
		t.console.step()
		t.console.describe(fmt.Sprintf("%s, %d entries", doing, entries))
		return errors.Join(wrong...)
	})
	t.console.end()
	if ctx.Err() != nil {
		return interruptedError("")
	}
	return err
}

// report prints a result: as JSON, or the lines for people.
func (t *tour) report(result any, lines ...string) error {
	if t.json {
		return json.NewEncoder(t.sys.out).Encode(result)
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(t.sys.out, line); err != nil {
			return err
		}
	}
	return nil
}

// bytesText writes a size for people: 1.2 GiB.
func bytesText(n int64) string {
	const units = "KMGTPE"
	x, unit := float64(n)/1024, 0
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	for x >= 1024 && unit < len(units)-1 {
		x, unit = x/1024, unit+1
	}
	return fmt.Sprintf("%.1f %ciB", x, units[unit])
}

// entriesText writes a number of entries and their size for people.
func entriesText(entries, size int64) string {
	if entries == 1 {
		return "1 entry, " + bytesText(size)
	}
	return fmt.Sprintf("%d entries, %s", entries, bytesText(size))
}
