package main

import (
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
)

// leastMS finds an effect's name, its value, "opaque" or "alpha", and the least time of a run.
var leastMS = regexp.MustCompile(`(?m)^BenchmarkEffects/(\w+)/([^/]+)/(\w+?)(?:-\d+)?\s.* (\S+) least-ms`)

// dearest is the value of an effect that takes longest, and the time.
type dearest struct{ value, ms string }

// effects measures each effect alone, without the rest of the engine.
func effects(w io.Writer, r rig) error {
	const command = "go test -tags netgo -run '^$' -bench Effects -benchtime 50x ./internal/op"
	args := []string{
		"test", "-tags", "netgo", "-run", "^$", "-bench", "Effects", "-benchtime",
		fmt.Sprintf("%dx", r.rounds(50)), "./internal/op",
	}
	out, err := exec.Command("go", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	var names []string
	most := map[[2]string]dearest{}
	for _, m := range leastMS.FindAllStringSubmatch(string(out), -1) {
		key := [2]string{m[1], m[3]}
		if _, ok := most[key]; !ok && m[3] == "opaque" {
			names = append(names, m[1])
		}
		if number(m[4]) > number(most[key].ms) {
			most[key] = dearest{m[2], m[4]}
		}
	}
	if len(names) == 0 {
		return errNoFigure
	}
	fmt.Fprintf(w, "\n## Effects\n\nOne effect on a result of 640 × 480 pixels of noise, RGB, on one thread; the least "+
		"CPU time of 50 runs, each on the same noise, of the value "+
		"that takes longest among those that the tests compare with the reference. Noise in the alpha plane is the worst "+
		"case: most pictures have little that is half transparent. Wanted: blur at most 8 ms, the others 3 ms.\n\n"+
		"`%s`\n\n| effect | value | opaque, ms | value | with alpha, ms |\n|---|---|---|---|---|\n", command)
	for _, name := range names {
		opaque, alpha := most[[2]string{name, "opaque"}], most[[2]string{name, "alpha"}]
		fmt.Fprintf(w, "| `%s` | %s | %.1f | %s | %.1f |\n", name, opaque.value, number(opaque.ms), alpha.value,
			number(alpha.ms))
	}
	return nil
}

// number reads a figure, 0 where there is none.
func number(text string) float64 {
	v, _ := strconv.ParseFloat(text, 64)
	return v
}
