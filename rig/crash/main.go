//go:build linux

// Command crash does to a running imagekit what power cuts, full disks and bad sectors do: it kills the server and its
// workers, fills, locks and removes the cache's directory, and damages what is in it. Then it says what came of it,
// beside what is demanded. "make rig-crash" runs it in full; its test runs a smaller share of the same.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// sizes says how much of everything is done.
type sizes struct {
	Kills       int   // of the server
	WorkerKills int   // of workers
	Load        int   // requests while the disk makes trouble
	Flipped     int   // entries with one wrong bit
	Truncated   int   // entries
	Swapped     int   // entries; even
	Misses      int64 // bytes written into a small cache
}

var full = sizes{Kills: 1000, WorkerKills: 100, Load: 1000, Flipped: 1000, Truncated: 100, Swapped: 100, Misses: 1e9}

// figure is what was demanded and what came out.
type figure struct {
	Demand, Got string
	OK          bool
}

// scenario is one of the troubles.
type scenario struct {
	name  string
	mount bool // wants a small disk of its own
	run   func(ctx context.Context, r *rig) ([]figure, error)
}

func scenarios() []scenario {
	return []scenario{
		{"server killed", false, killServer},
		{"workers killed", false, killWorkers},
		{"disk full", true, fullDisk},
		{"disk read-only", true, readOnlyDisk},
		{"disk frozen", false, frozenDisk},
		{"directory removed", false, removedDirectory},
		{"bit rot", false, rot},
		{"bound", false, bound},
	}
}

// rig is what a scenario works with.
type rig struct {
	binary string
	dir    string // its own, empty
	sizes  sizes
	step   func(done, of int) // tells how far it is; any goroutine
}

func main() {
	if isChild() {
		os.Exit(childMain())
	}
	r := rig{sizes: full}
	only := ""
	flag.StringVar(&r.binary, "binary", "bin/imagekit", "the `program` to torture")
	flag.IntVar(&r.sizes.Kills, "kills", full.Kills, "how often the server is killed")
	flag.StringVar(&only, "only", "", "`name` of the only scenario to run")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	missed := 0
	for _, s := range scenarios() {
		if only != "" && only != s.name {
			continue
		}
		missed += report(ctx, r, s)
	}
	if missed > 0 {
		fmt.Printf("\n%d demands were missed\n", missed)
		os.Exit(1)
	}
	fmt.Println("\nall demands were met")
}

// report runs a scenario and prints its part of the table. It returns how many demands were missed.
func report(ctx context.Context, r rig, s scenario) (missed int) {
	start := time.Now()
	bar := newBar(s.name)
	r.step = bar.show
	figures, err := run(ctx, r, s)
	bar.end()
	fmt.Printf("\n%s (%.0f s)\n", s.name, time.Since(start).Seconds())
	for _, f := range figures {
		mark := "ok    "
		if !f.OK {
			mark = "MISSED"
			missed++
		}
		fmt.Printf("  %s  %-52s %s\n", mark, f.Demand, f.Got)
	}
	switch {
	case errors.Is(err, errNoMount):
		fmt.Printf("  NOT RUN: %v\n", err)
	case err != nil:
		fmt.Printf("  FAILED: %v\n", err)
		missed++
	}
	return missed
}

// run runs a scenario in a directory of its own.
func run(ctx context.Context, r rig, s scenario) ([]figure, error) {
	dir, err := os.MkdirTemp("", "imagekit-crash-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	r.dir = dir
	if s.mount {
		return runMounted(ctx, &r, s)
	}
	return s.run(ctx, &r)
}

// progress is a bar on a terminal, else a line for every tenth part.
type progress struct {
	name  string
	out   io.Writer
	bar   *progressbar.ProgressBar // nil where nobody watches
	tenth int
}

func newBar(name string) *progress {
	p := &progress{name: name, out: os.Stderr}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		p.bar = progressbar.NewOptions(1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(name),
			progressbar.OptionSetPredictTime(true), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
	}
	return p
}

func (p *progress) show(done, of int) {
	if p.bar != nil {
		p.bar.ChangeMax(of)
		_ = p.bar.Set(done) // a bar that cannot be drawn stops nothing
		return
	}
	if tenth := done * 10 / of; tenth > p.tenth {
		p.tenth = tenth
		fmt.Fprintf(p.out, "%s: %d of %d\n", p.name, done, of)
	}
}

func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
