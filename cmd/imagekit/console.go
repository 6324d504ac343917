package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// console is standard error while a batch runs: lines and, on a terminal, a progress bar below them. All of them go
// through it, the log of the workers too, so that none is written into another.
type console struct {
	mu    sync.Mutex
	out   io.Writer
	bar   *progressbar.ProgressBar // nil when there is none to be drawn
	lines *progressLines           // nil when there are none to be written
}

// progressLines tell in a log, now and then, what a bar shows on a terminal.
type progressLines struct {
	done, total int
	start, last time.Time
}

// progressEvery is the time between two lines.
const progressEvery = 10 * time.Second

func newConsole(out io.Writer, total int, watched bool) *console {
	c := &console{out: out}
	if !watched {
		c.lines = &progressLines{total: total, start: time.Now(), last: time.Now()}
	}
	if total > 1 && watched {
		c.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(out),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("images"),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetRenderBlankState(true))
	}
	return c
}

// newMeter is a console for work in parts whose number says nothing to people: the bar shows what is being done, how much
// of it, and the time left.
func newMeter(out io.Writer, total int, doing string, watched bool) *console {
	c := &console{out: out}
	if watched {
		c.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(out), progressbar.OptionSetDescription(doing),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetRenderBlankState(true))
	}
	return c
}

// describe says what is being done.
func (c *console) describe(doing string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bar != nil {
		c.bar.Describe(doing)
	}
}

// Write writes whole lines above the bar.
func (c *console) Write(lines []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bar == nil {
		return c.out.Write(lines)
	}
	_ = c.bar.Clear() // a bar that cannot be drawn stops nothing, here and below
	n, err := c.out.Write(lines)
	_ = c.bar.RenderBlank()
	return n, err
}

// step moves the bar by one file, or writes a line when it is time for one.
func (c *console) step() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bar != nil {
		_ = c.bar.Add(1)
	}
	if c.lines != nil {
		c.lines.step(c.out, time.Now())
	}
}

func (l *progressLines) step(out io.Writer, now time.Time) {
	l.done++
	if now.Sub(l.last) < progressEvery || l.done >= l.total {
		return
	}
	l.last = now
	took := now.Sub(l.start)
	left := took * time.Duration(l.total-l.done) / time.Duration(l.done)
	fmt.Fprintf(out, "%d of %d, %.1f images/s, %v left\n", l.done, l.total, float64(l.done)/took.Seconds(),
		left.Round(time.Second))
}

// end takes the bar away. What is written now stays where it is.
func (c *console) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bar != nil {
		_ = c.bar.Clear()
		c.bar = nil
	}
}
