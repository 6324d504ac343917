package main

import (
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
)

var nsPerOp = regexp.MustCompile(`(?m)^(BenchmarkHop\S*)\s+\d+\s+(\d+(?:\.\d+)?) ns/op`)

// hop measures what a worker process costs: source bytes over, result bytes back.
func hop(w io.Writer, _ rig) error {
	out, err := exec.Command("go", "test", "-run", "^$", "-bench", "Hop", "-benchtime", "1000x",
		"./internal/worker").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	fmt.Fprintf(w, "\n## The hop to a worker\n\nOne job that does nothing, 1 MB of source over and 50 KB of result back. "+
		"Wanted: at most 0.5 ms.\n\n"+
		"`go test -run '^$' -bench Hop -benchtime 1000x ./internal/worker`\n\n| benchmark | ms |\n|---|---|\n")
	rows := nsPerOp.FindAllSubmatch(out, -1)
	for _, m := range rows {
		ns, err := strconv.ParseFloat(string(m[2]), 64)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "| %s | %.2f |\n", m[1], ns/1e6)
	}
	if len(rows) == 0 {
		return errNoFigure
	}
	return nil
}
