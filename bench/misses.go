package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"imagekit/internal/format"
	"imagekit/internal/param"
)

const (
	missCount = 1000
	missStep  = 100
)

// memory is the resident set of the server and of its largest worker, in MB.
type memory struct{ parent, worker float64 }

// misses asks for a thousand pictures that are not cached and watches the memory.
func misses(w io.Writer, dir string) error {
	source, size, err := origin(2000, 1500)
	if err != nil {
		return err
	}
	defer source.Close()
	s, err := start(dir, "IMAGEKIT_LOG=warn")
	if err != nil {
		return err
	}
	defer s.stop()
	fmt.Fprintf(w, "\n## A thousand misses in a row\n\nA 2000×1500 JPEG of %d KB to 640 px, each format in turn, every request a miss. "+
		"Wanted: the server below 100 MB, a worker below 300 MB, both flat over the last 500.\n\n`bench/run.sh -only misses`\n\n"+
		"| misses | server MB (most so far) | largest worker MB (most so far) |\n|---|---|---|\n", size>>10)
	var most memory
	for i := range missCount {
		out := format.Outputs()[i%len(format.Outputs())]
		url, err := s.url(param.Pair{Name: "url", Value: source.URL + "/photo.jpg"}, param.Pair{Name: "w", Value: "640"},
			param.Pair{Name: "f", Value: out.String()}, param.Pair{Name: "v", Value: strconv.Itoa(i)})
		if err != nil {
			return err
		}
		_, header, err := get(url)
		if err != nil {
			return err
		}
		if got := header.Get("X-Cache"); got != "MISS" {
			return fmt.Errorf("request %d: want a MISS, got %s", i, got)
		}
		now, err := resident(s.cmd.Process.Pid)
		if err != nil {
			return err
		}
		most.parent, most.worker = max(most.parent, now.parent), max(most.worker, now.worker)
		if (i+1)%missStep == 0 {
			fmt.Fprintf(w, "| %d | %.0f (%.0f) | %.0f (%.0f) |\n", i+1, now.parent, most.parent, now.worker, most.worker)
		}
	}
	return nil
}

// resident reads the memory of a process and its children.
func resident(pid int) (memory, error) {
	parent, _, err := status(pid)
	if err != nil {
		return memory{}, err
	}
	m := memory{parent: parent}
	list, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return memory{}, err
	}
	for _, p := range list {
		child, err := strconv.Atoi(filepath.Base(p))
		if err != nil {
			continue
		}
		if rss, ppid, err := status(child); err == nil && ppid == pid {
			m.worker = max(m.worker, rss)
		}
	}
	return m, nil
}

// status returns the resident set in MB and the parent of a process.
func status(pid int) (rss float64, ppid int, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		switch {
		case len(f) > 1 && f[0] == "VmRSS:":
			kb, err := strconv.ParseFloat(f[1], 64)
			if err != nil {
				return 0, 0, err
			}
			rss = kb / 1000
		case len(f) > 1 && f[0] == "PPid:":
			if ppid, err = strconv.Atoi(f[1]); err != nil {
				return 0, 0, err
			}
		}
	}
	return rss, ppid, nil
}
