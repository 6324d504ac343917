package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"imagekit/internal/cache/disk"
	"imagekit/internal/cacheadmin"
)

// watched does something in the cache's folder, with a progress bar where people watch. An interrupt is the only error
// when there was one.
func watched[T any](ctx context.Context, sys system, doing string, do func(cacheadmin.Progress) (T, error)) (T, error) {
	meter := newMeter(sys.err, disk.Shards, doing, isTerminal(sys.err))
	defer meter.end()
	result, err := do(func(entries int64) {
		meter.step()
		meter.describe(fmt.Sprintf("%s, %d entries", doing, entries))
	})
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return result, interruptedError("")
	}
	return result, err
}

// report prints a result: as JSON where a command is asked for it, or the lines for people.
func report(sys system, c *cli.Command, result any, lines ...string) error {
	if c.Bool("json") {
		return json.NewEncoder(sys.out).Encode(result)
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(sys.out, line); err != nil {
			return err
		}
	}
	return nil
}

func verifiedLines(v cacheadmin.Verified) (lines []string) {
	for _, p := range v.Problems {
		lines = append(lines, p.File+": "+p.Problem)
	}
	return append(lines, fmt.Sprintf("%s: %d damaged, %d unreadable, %d removed",
		entriesText(v.Entries, v.SizeBytes), v.Damaged, v.Unreadable, v.Removed))
}

func countedLines(c cacheadmin.Counted) []string {
	lines := []string{
		"directory         " + c.Directory,
		"entries           " + entriesText(c.Entries, c.SizeBytes),
		fmt.Sprintf("temporaries       %d", c.Temporaries),
	}
	if c.Oldest != nil {
		lines = append(lines, "used last         "+c.Oldest.Format(time.RFC3339)+" to "+c.Newest.Format(time.RFC3339))
	}
	for _, u := range c.Unused {
		lines = append(lines, fmt.Sprintf("%-17s %s", fmt.Sprintf("unused for %dd", u.Days),
			entriesText(u.Entries, u.SizeBytes)))
	}
	return append(lines, fmt.Sprintf("disk              %s free of %s", bytesText(c.Free), bytesText(c.Disk)))
}

func prunedLine(p cacheadmin.Pruned) string {
	return fmt.Sprintf("removed %s; left %s", entriesText(p.Removed, p.RemovedBytes),
		entriesText(p.Entries-p.Removed, p.SizeBytes-p.RemovedBytes))
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
