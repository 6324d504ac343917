// Command gotest runs "go test -json" with its arguments and prints what a reader wants of it: a line per package, the
// output of tests that failed, and at the end the tests that were skipped, with what would enable them. Its exit status
// is that of go test.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
)

func main() {
	cmd := exec.Command("go", command(os.Args[1:])...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(1)
	}
	r := newReport(os.Stdout)
	r.read(out)
	err = cmd.Wait()
	r.end()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		fmt.Fprintln(os.Stderr, "gotest:", err)
	}
	if err != nil {
		os.Exit(max(1, cmd.ProcessState.ExitCode()))
	}
}

// command returns the arguments of go. -C has to come first.
func command(args []string) []string {
	at := 0
	if len(args) > 1 && args[0] == "-C" {
		at = 2
	}
	return append([]string{"test"}, slices.Insert(slices.Clone(args), at, "-json")...)
}

// event is a line of go test -json ("go doc test2json").
type event struct {
	Action, Package, Test, Output string
}

// test is one test of a package; its name is "" for what the package itself says.
type test struct{ pkg, name string }

// report prints events as they come.
type report struct {
	w       io.Writer
	said    map[test][]string
	skipped map[string][]string // by reason
	failed  []string
}

func newReport(w io.Writer) *report {
	return &report{w: w, said: map[test][]string{}, skipped: map[string][]string{}}
}

// read takes events up to the end of r.
func (r *report) read(from io.Reader) {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadString('\n')
		var e event
		if json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
			fmt.Fprint(r.w, line) // not of go test
		} else {
			r.take(e)
		}
		if err != nil {
			return
		}
	}
}

// take deals with one event.
func (r *report) take(e event) {
	t := test{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.w, e.Output)
	case "output":
		if e.Test == "" {
			r.result(e.Output)
			return
		}
		r.said[t] = append(r.said[t], e.Output)
	case "pass":
		delete(r.said, t)
	case "skip":
		if e.Test != "" {
			why := reason(r.said[t])
			r.skipped[why] = append(r.skipped[why], name(t))
		}
		delete(r.said, t)
	case "fail":
		if e.Test != "" {
			fmt.Fprint(r.w, strings.Join(r.said[t], ""))
			r.failed = append(r.failed, name(t))
		}
		delete(r.said, t)
	}
}

// result prints what a package says of itself, but not that it passed: its line with the time says so.
func (r *report) result(line string) {
	if line != "PASS\n" && line != "FAIL\n" {
		fmt.Fprint(r.w, line)
	}
}

// name returns a test as its reader would call it.
func name(t test) string { return strings.TrimPrefix(t.pkg, "imagekit/") + "." + t.name }

// reason returns what a test said when it was skipped, without the place in the code.
func reason(said []string) string {
	var text []string
	for _, line := range said {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- ") {
			continue
		}
		if _, rest, ok := strings.Cut(line, ".go:"); ok {
			_, line, _ = strings.Cut(rest, ": ")
		}
		text = append(text, line)
	}
	if len(text) == 0 {
		return "no reason given"
	}
	return strings.Join(text, " ")
}

// end prints what was skipped and, last, what failed.
func (r *report) end() {
	if len(r.skipped) > 0 {
		fmt.Fprintln(r.w, "\nSkipped:")
	}
	for _, why := range slices.Sorted(maps.Keys(r.skipped)) {
		fmt.Fprintf(r.w, "  %s\n    %s\n", why, strings.Join(r.skipped[why], "\n    "))
	}
	if len(r.failed) > 0 {
		fmt.Fprintf(r.w, "\nFailed:\n  %s\n", strings.Join(r.failed, "\n  "))
	}
}
