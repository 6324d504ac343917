// Command bench measures the service and writes docs/performance.md. Speed is stated as a ratio against a peer in
// the same run: absolute times say more about the machine than about the program.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// section measures one thing and writes what it found as Markdown.
type section struct {
	name string
	run  func(w io.Writer, r rig) error
}

var sections = []section{
	{"engine", engineAlone},
	{"floor", floor},
	{"quality", quality},
	{"frontier", frontier},
	{"scaling", scaling},
	{"service", service},
	{"hits", hits},
	{"misses", misses},
	{"hop", hop},
	{"engines", engines},
	{"effects", effects},
}

// rig is what every section gets.
type rig struct {
	dir   string // for its files; the pictures in it are shared
	plots string // where plots go, relative to the report; empty = nowhere
	quick bool
}

// rounds says how often something is measured.
func (r rig) rounds(n int) int {
	if r.quick {
		return 1
	}
	return n
}

func main() {
	only := flag.String("only", "", "run just this section and print it: "+names())
	out := flag.String("o", "docs/performance.md", "the file to write")
	quick := flag.Bool("quick", false, "few rounds and pictures: to see that it runs, not to measure")
	plots := flag.Bool("plots", false, "with -only: draw the section's plots, too")
	bare := flag.String("bare", "", "internal: serve this file with a bare net/http handler")
	flag.Parse()
	log.SetFlags(0)
	if *bare != "" {
		log.Fatal(serveBare(*bare))
	}
	dir, err := os.MkdirTemp("", "imagekit-bench-*")
	if err != nil {
		log.Fatal(err)
	}
	r := rig{dir: dir, quick: *quick}
	if *only == "" || *plots {
		r.plots = filepath.Join(filepath.Dir(*out), "plots")
	}
	err = report(*only, *out, r)
	if rm := os.RemoveAll(dir); err == nil {
		err = rm
	}
	if err != nil {
		log.Fatal(err)
	}
}

func names() string {
	var list []string
	for _, s := range sections {
		list = append(list, s.name)
	}
	return strings.Join(list, ", ")
}

func report(only, out string, r rig) error {
	if only != "" && !slices.ContainsFunc(sections, func(s section) bool { return s.name == only }) {
		return fmt.Errorf("want a section of %s, got %q", names(), only)
	}
	var b bytes.Buffer
	if only == "" {
		head(&b)
	}
	for _, s := range sections {
		if only != "" && only != s.name {
			continue
		}
		log.Printf("measuring %s", s.name)
		if err := s.run(&b, r); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if only != "" {
		_, err := os.Stdout.Write(b.Bytes())
		return err
	}
	return os.WriteFile(out, b.Bytes(), 0o644)
}

// head says what was measured where.
func head(w io.Writer) {
	fmt.Fprintf(w, `# Performance

Written by `+"`make bench`"+`; one section alone: `+"`bench/run.sh -only engine`"+`. Everything on one machine over loopback, load
generator and server sharing its cores: compare the columns of a table with each other, not with other machines.

- %s, %d cores of %s, %s
- imagekit: %s
- %s
- %s
`, time.Now().UTC().Format("2006-01-02"), runtime.NumCPU(), cpuModel(), runtime.Version(), said("bin/imagekit", "version"),
		said("node", "-p", sharpVersions), said("nginx", "-v"))
}

func cpuModel() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, "\t :\n")
		}
	}
	return runtime.GOARCH
}

// sharpVersions is JavaScript that names the peer and the libraries in it.
const sharpVersions = `const v = require("./bench/node_modules/sharp").versions; "sharp " + v.sharp + " on Node.js " + process.version + ": " +
	["vips", "mozjpeg", "webp", "aom", "heif", "highway"].map((n) => n + " " + v[n]).join(", ")`

// said runs a program that tells versions and returns what it says, on one line.
func said(name string, args ...string) string {
	text, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Sprintf("%s: %v", name, err)
	}
	return strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", ", ")
}
