package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
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
	a, b, err := inTurns(fast, portable, r.rounds(5))
	if err != nil {
		return err
	}
	fmt.Fprint(w, "\n## The two engines\n\nA photo of 1,600 × 1,067 pixels to 640, from memory to memory on one thread: "+
		"milliseconds of processor time a job, the collector's included, the start not. "+
		"Both in turns; the times are the least of five rounds, the ratios the least and the median.\n\n"+
		"`bench/run.sh -only engines`\n\n| output | with C | portable | ratio | median | wanted |\n|---|---|---|---|---|---|\n")
	for _, f := range []struct{ name, wanted string }{{"JPEG", "≤ 5"}, {"WebP", "≤ 5"}, {"AVIF", "≤ 7"}, {"PNG", ""}} {
		var ratios []float64
		for i := range a {
			ratios = append(ratios, b[i][f.name]/a[i][f.name])
		}
		x, y := least(a, f.name), least(b, f.name)
		fmt.Fprintf(w, "| %s | %.1f | %.1f | **%.1f** | %.1f | %s |\n", f.name, x, y, y/x, median(ratios), f.wanted)
	}
	return nil
}

// inTurns measures both programs in turns, so that both meet what else the machine does.
func inTurns(fast, portable string, rounds int) (a, b []map[string]float64, err error) {
	for range rounds {
		for program, to := range map[string]*[]map[string]float64{fast: &a, portable: &b} {
			times, err := jobTimes(program)
			if err != nil {
				return nil, nil, err
			}
			*to = append(*to, times)
		}
	}
	return a, b, nil
}

// least is the least time of a format: what else the machine does only adds.
func least(rounds []map[string]float64, format string) float64 {
	best := rounds[0][format]
	for _, times := range rounds {
		best = min(best, times[format])
	}
	return best
}

// jobTimes is the processor time of a job in milliseconds, by the format of its result.
func jobTimes(program string) (map[string]float64, error) {
	c := exec.Command(program, "-test.run", "^$", "-test.bench", "^BenchmarkProcessor$", "-test.benchtime", "8x")
	c.Env = append(os.Environ(), "GOMAXPROCS=1")
	out, err := c.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	times := map[string]float64{}
	for _, m := range processorLine.FindAllStringSubmatch(string(out), -1) {
		if times[m[1]], err = strconv.ParseFloat(m[2], 64); err != nil {
			return nil, err
		}
	}
	if len(times) != 4 {
		return nil, fmt.Errorf("want times of four formats, got %v of\n%s", times, out)
	}
	return times, nil
}

// processorLine is a result of BenchmarkProcessor.
var processorLine = regexp.MustCompile(`(?m)^BenchmarkProcessor/(\w+)\s.*\s([\d.]+) cpu-ms/op`)
