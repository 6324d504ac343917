package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// engines compares the engine with C and the portable one, by the processor time of a job.
func engines(w io.Writer, r rig) error {
	dir, err := os.MkdirTemp("", "imagekit-engines-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fast, portable := filepath.Join(dir, "fast.test"), filepath.Join(dir, "portable.test")
	for path, how := range map[string][2]string{fast: {"1", "netgo"}, portable: {"0", "netgo nodynamic"}} {
		build := exec.Command("go", "test", "-c", "-tags", how[1], "-o", path, "./internal/engine")
		build.Env = append(os.Environ(), "CGO_ENABLED="+how[0])
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
	}
	fmt.Fprint(w, "\n## The two engines\n\nA photo of 1,600 × 1,067 pixels to 640, from memory to memory on one thread: "+
		"milliseconds of processor time "+
		"a job, the collector's included, the start not.\n\n`bench/run.sh -only engines`\n\n| output | with C | portable "+
		"| ratio | wanted |\n|---|---|---|---|---|\n")
	for _, f := range []struct {
		name string
		jobs int
		most float64
	}{{"JPEG", 40, 5}, {"WebP", 30, 5}, {"AVIF", 15, 7}, {"PNG", 10, 0}} {
		a, b, err := inTurns(fast, portable, f.name, f.jobs, r.rounds(3))
		if err != nil {
			return err
		}
		wanted := ""
		if f.most > 0 {
			wanted = fmt.Sprintf("≤ %.0f", f.most)
		}
		fmt.Fprintf(w, "| %s | %.1f | %.1f | **%.1f** | %s |\n", f.name, a, b, b/a, wanted)
	}
	return nil
}

// inTurns returns the least of some measurements of each program, in turns: what else the machine does only adds.
func inTurns(fast, portable, format string, jobs, rounds int) (a, b float64, err error) {
	for i := range rounds {
		x, err := jobTime(fast, format, jobs)
		if err != nil {
			return 0, 0, err
		}
		y, err := jobTime(portable, format, jobs)
		if err != nil {
			return 0, 0, err
		}
		if i == 0 {
			a, b = x, y
		}
		a, b = min(a, x), min(b, y)
	}
	return a, b, nil
}

// jobTime is the processor time of a job in milliseconds: of many jobs, less that of one.
func jobTime(program, format string, jobs int) (float64, error) {
	one, err := benchTime(program, format, 1)
	if err != nil {
		return 0, err
	}
	all, err := benchTime(program, format, jobs+1)
	return (all - one).Seconds() * 1000 / float64(jobs), err
}

func benchTime(program, format string, jobs int) (time.Duration, error) {
	c := exec.Command(program, "-test.run", "^$", "-test.bench", "Engine/photo_to_"+format+"$", "-test.benchtime",
		strconv.Itoa(jobs)+"x")
	c.Env = append(os.Environ(), "GOMAXPROCS=1")
	if out, err := c.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%w\n%s", err, out)
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime(), nil
}
