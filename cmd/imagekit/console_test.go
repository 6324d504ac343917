//go:build unix

package main

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestLinesStandAlone: whatever is written while the bar moves can be read on a terminal, and the bar goes at the end.
func TestLinesStandAlone(t *testing.T) {
	var screen bytes.Buffer
	c := newConsole(&screen, 100, true)
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			fmt.Fprintf(c, "line %d\n", i)
			c.step()
		})
	}
	all.Wait()
	c.end()
	fmt.Fprintln(c, "summary")
	if !strings.Contains(screen.String(), "/100, ") {
		t.Error("no bar was drawn")
	}
	lines := strings.Split(strings.TrimSuffix(screen.String(), "\n"), "\n")
	if len(lines) != 101 {
		t.Errorf("%d lines, want 101", len(lines))
	}
	for _, line := range lines {
		// A carriage return starts the line again; what stood there must have been blanked before.
		parts := strings.Split(line, "\r")
		shown := parts[len(parts)-1]
		blank := len(parts) == 1 || strings.TrimSpace(parts[len(parts)-2]) == ""
		if !blank || shown != "summary" && !strings.HasPrefix(shown, "line ") {
			t.Errorf("on the screen: %q", line)
		}
	}
}

func TestNoBarWhereNobodyWatches(t *testing.T) {
	for name, c := range map[string]func(*bytes.Buffer) *console{
		"not a terminal": func(b *bytes.Buffer) *console { return newConsole(b, 100, false) },
		"one file":       func(b *bytes.Buffer) *console { return newConsole(b, 1, true) },
	} {
		var screen bytes.Buffer
		console := c(&screen)
		console.step()
		fmt.Fprintln(console, "line")
		console.end()
		if screen.String() != "line\n" {
			t.Errorf("%s: %q", name, &screen)
		}
	}
}

// TestProgressLines: a log gets a line every ten seconds while there is something left, with the rate and the time left.
func TestProgressLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		c := newConsole(&log, 100, false)
		for range 100 {
			time.Sleep(250 * time.Millisecond)
			c.step()
		}
		c.end()
		want := "40 of 100, 4.0 images/s, 15s left\n80 of 100, 4.0 images/s, 5s left\n"
		if log.String() != want {
			t.Errorf("got\n%swant\n%s", &log, want)
		}
	})
}
