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
	"strings"
	"time"
)

// section measures one thing and writes what it found as Markdown.
type section struct {
	name string
	run  func(w io.Writer, dir string) error
}

var sections = []section{
	{"hop", hop},
	{"hits", hits},
	{"misses", misses},
}

func main() {
	only := flag.String("only", "", "run just this section and print it: hop, hits or misses")
	out := flag.String("o", "docs/performance.md", "the file to write")
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
	err = report(*only, *out, dir)
	if rm := os.RemoveAll(dir); err == nil {
		err = rm
	}
	if err != nil {
		log.Fatal(err)
	}
}

func report(only, out, dir string) error {
	var b bytes.Buffer
	if only == "" {
		head(&b)
	}
	for _, s := range sections {
		if only != "" && only != s.name {
			continue
		}
		log.Printf("measuring %s", s.name)
		if err := s.run(&b, filepath.Join(dir, s.name)); err != nil {
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

Written by `+"`make bench`"+`; one section alone: `+"`bench/run.sh -only hits`"+`. Everything on one machine over loopback, load
generator and server sharing its cores: compare the columns of a table with each other, not with other machines.

- %s, %d cores of %s, %s
- imagekit: %s
`, time.Now().UTC().Format("2006-01-02"), runtime.NumCPU(), cpuModel(), runtime.Version(), versions())
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

func versions() string {
	text, err := exec.Command("bin/imagekit", "version").Output()
	if err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", ", ")
}
